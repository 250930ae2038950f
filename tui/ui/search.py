"""Finds what a sieve wants, as fast as a person types: it is prepared while changes come in."""

from tui.model.query import Filter
from tui.model.resource import Resource
from tui.model.status import Health
from tui.model.store import Change
from tui.ui.matches import Matches
from tui.ui.row import Fleet
from tui.ui.sieve import Sieve

_UNHEALTHY = frozenset({Health.BAD, Health.BUSY})


class Search:
    """Everything that can be found in a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._everything: dict[str, Resource] = {}
        self._unhealthy: set[str] = set()
        self._troubled: set[str] = set()
        """Rows below which something could not be listed."""

    def apply(self, change: Change) -> None:
        """Take in a change of the fleet."""
        for address in change.gone:
            self._everything.pop(address, None)
        self._unhealthy.difference_update(change.gone)
        self._troubled.difference_update(change.gone)
        for resource in change.put:
            self._everything[resource.address] = resource
            unhealthy = resource.status.health in _UNHEALTHY
            (self._unhealthy.add if unhealthy else self._unhealthy.discard)(resource.address)
        for address in change.freshness:
            troubled = address and self._fleet.freshness(address).trouble is not None
            (self._troubled.add if troubled else self._troubled.discard)(address)

    def find(self, sieve: Sieve) -> Matches | None:
        """What a sieve wants, None for everything; raises `Trouble` when it cannot be understood.

        A row below a match that matches only because its address contains that of the match is
        no match of its own: it is found by opening.
        """
        words = sieve.words
        if sieve.unhealthy:
            return self._find_unhealthy(words)
        if not words:
            return None
        matching = {a for a, one in self._everything.items() if words.matches(one)}
        topmost = [a for a in matching if self._everything[a].parent not in matching]

        def wanted(resource: Resource) -> bool:
            if not words.matches(resource):
                return False
            above = self._fleet.get(resource.parent)
            return above is None or not words.matches(above)

        return Matches(self._fleet, topmost, wanted)

    def _find_unhealthy(self, words: Filter) -> Matches:
        def wanted(resource: Resource) -> bool:
            unhealthy = resource.status.health in _UNHEALTHY
            troubled = self._fleet.freshness(resource.address).trouble is not None
            return (unhealthy or troubled) and words.matches(resource)

        candidates = (self._fleet.get(a) for a in self._unhealthy | self._troubled)
        found = [one.address for one in candidates if one is not None and words.matches(one)]
        return Matches(self._fleet, found, wanted)
