"""Finds what a sieve wants, as fast as a person types: it is prepared while changes come in."""

from collections import deque
from collections.abc import Callable, Iterator

from tui.model.filter import Filter
from tui.model.findings import Found
from tui.model.index import Index
from tui.model.resource import Resource
from tui.model.status import Health
from tui.model.store import Change
from tui.ui.matches import Matches
from tui.ui.row import Fleet
from tui.ui.sieve import Sieve

_UNHEALTHY = frozenset({Health.BAD, Health.BUSY})

_MOMENT = 500
"""Resources that are prepared in a moment: some milliseconds."""


class Search:
    """Everything that can be found in a fleet. `clock` gives seconds since the epoch."""

    def __init__(self, fleet: Fleet, clock: Callable[[], float]) -> None:
        self._fleet = fleet
        self._clock = clock
        self._index = Index(fleet.get)
        self._waiting: deque[Change] = deque()
        """Changes that the index has not heard of."""
        self._last: Found | None = None
        self._unhealthy: set[str] = set()
        self._troubled: set[str] = set()
        """Rows below which something could not be listed."""

    def apply(self, change: Change) -> None:
        """Take in a change of the fleet."""
        if change.put or change.gone:
            self._waiting += _slices(change)
        self._unhealthy.difference_update(change.gone)
        self._troubled.difference_update(change.gone)
        if self._unhealthy:
            self._unhealthy.difference_update([one.address for one in change.put])
        self._unhealthy.update(
            [one.address for one in change.put if one.status.health in _UNHEALTHY]
        )
        for address in change.freshness:
            troubled = address and self._fleet.freshness(address).trouble is not None
            (self._troubled.add if troubled else self._troubled.discard)(address)

    @property
    def backlog(self) -> int:
        """How many resources are to be read before anything can be found by its words."""
        return self._index.backlog + sum(len(change.put) for change in self._waiting)

    def prepare(self) -> bool:
        """Make the next search quicker, for a moment; says whether there is more to do."""
        if self._waiting:
            self._index.apply(self._waiting.popleft())
            return True
        return self._index.settle(1)

    def find(self, sieve: Sieve) -> Matches | None:
        """What a sieve wants, None for everything; raises `Trouble` when it cannot be understood.

        A row below a match that matches only because its address contains that of the match is
        no match of its own: it is found by opening.
        """
        words = Filter(sieve.text, now=self._clock())
        if words.trouble is not None:
            raise words.trouble
        if not words and not sieve.unhealthy:
            self._last = None
            return None
        if not words:
            return self._find_unhealthy(None)
        while self._waiting:
            self._index.apply(self._waiting.popleft())
        self._last = found = self._index.search(words, within=self._last)
        return self._find_unhealthy(found) if sieve.unhealthy else self._find_tops(found)

    def _find_tops(self, found: Found) -> Matches:
        def wanted(resource: Resource) -> bool:
            if not found.fits(resource):
                return False
            above = self._fleet.get(resource.parent)
            return above is None or not found.fits(above)

        places = {prefix: part.tops for prefix, part in found.parts.items()}
        return Matches(self._fleet, places, wanted)

    def _find_unhealthy(self, found: Found | None) -> Matches:
        def wanted(resource: Resource) -> bool:
            unhealthy = resource.status.health in _UNHEALTHY
            if not unhealthy and self._fleet.freshness(resource.address).trouble is None:
                return False
            return found is None or found.fits(resource)

        candidates = (self._fleet.get(a) for a in self._unhealthy | self._troubled)
        chosen = (one for one in candidates if one is not None)
        return Matches.of(self._fleet, [one.address for one in chosen if wanted(one)], wanted)


def _slices(change: Change) -> Iterator[Change]:
    """A change in parts that take a moment each."""
    yield Change(put=change.put[:_MOMENT], gone=change.gone)
    for start in range(_MOMENT, len(change.put), _MOMENT):
        yield Change(put=change.put[start : start + _MOMENT])
