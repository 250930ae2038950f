"""Which resources a filter wants, and the rows that lead to them."""

from collections.abc import Callable, Mapping

from tui.model.resource import FLEET, Resource
from tui.model.store import Change


class Matches:
    """The wanted among `everything`, kept up to date change by change."""

    def __init__(
        self, everything: Mapping[str, Resource], wanted: Callable[[Resource], bool]
    ) -> None:
        self._everything = everything
        self._wanted = wanted
        self.matched = {address for address, one in everything.items() if wanted(one)}
        """Addresses of the wanted."""
        self.ways: set[str] = set()
        """Addresses of the rows above the wanted."""
        self._find_ways()

    def apply(self, change: Change) -> bool:
        """Take in a change that `everything` has taken in; says whether any match came or went."""
        before = len(self.matched)
        self.matched.difference_update(change.gone)
        flipped = before != len(self.matched)
        relisted = (self._everything[a] for a in change.freshness if a in self._everything)
        for resource in (*change.put, *relisted):
            wanted = self._wanted(resource)
            if wanted != (resource.address in self.matched):
                (self.matched.add if wanted else self.matched.discard)(resource.address)
                flipped = True
        if flipped:
            self._find_ways()
        return flipped

    def has_above(self, address: str) -> bool:
        """Whether an address or any above it is wanted."""
        while address:
            if address in self.matched:
                return True
            address = self._parent(address)
        return False

    def _find_ways(self) -> None:
        self.ways = set()
        for address in self.matched:
            parent = self._parent(address)
            while parent and parent not in self.ways:
                self.ways.add(parent)
                parent = self._parent(parent)

    def _parent(self, address: str) -> str:
        resource = self._everything.get(address)
        return resource.parent if resource is not None else FLEET
