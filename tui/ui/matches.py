"""What a sieve wants of a fleet, and how much of it is below each row; kept up to date."""

from collections.abc import Callable, Iterable, Iterator

from tui.model.resource import FLEET, Resource
from tui.model.store import Change
from tui.ui.row import LEAVES, Fleet

Wanted = Callable[[Resource], bool]


class Matches:
    """The wanted resources of a fleet; `wanted` judges those that change."""

    def __init__(self, fleet: Fleet, found: Iterable[str], wanted: Wanted) -> None:
        self._fleet = fleet
        self._wanted = wanted
        self.matched = set(found)
        """Addresses of the wanted."""
        self.ways: dict[str, int] = {}
        """How many of the wanted are below each row that leads to any."""
        self._elsewhere: dict[str, str] = {}
        """Parents of resources that do not hang under what their address says."""
        self._count()

    def __len__(self) -> int:
        return len(self.matched)

    def leads(self, address: str) -> bool:
        """Whether a row is wanted, or leads to one that is."""
        return address in self.matched or address in self.ways

    def has_above(self, address: str) -> bool:
        """Whether an address or any above it is wanted."""
        while address:
            if address in self.matched:
                return True
            address = self._parent(address)
        return False

    def above(self, address: str) -> Iterator[str]:
        """The rows that an address is below of, up to the fleet."""
        while address:
            address = self._parent(address)
            yield address

    def apply(self, change: Change) -> set[str]:
        """Take in a change of the fleet; says which came, went or moved among the wanted."""
        flipped: set[str] = set()
        moved: set[str] = set()
        for address in change.gone:
            if address in self.matched:
                self._flip(address, flipped)
            self._elsewhere.pop(address, None)
        listed_anew = (self._fleet.get(address) for address in change.freshness)
        for resource in (*change.put, *(one for one in listed_anew if one is not None)):
            if self._has_moved(resource):
                moved.add(resource.address)
            self._judge(resource, flipped)
        if moved:
            self._count()
        return flipped | moved

    def _judge(self, resource: Resource, flipped: set[str]) -> None:
        if self._wanted(resource) == (resource.address in self.matched):
            return
        self._flip(resource.address, flipped)
        if resource.kind not in LEAVES:  # whether a row is wanted may depend on that above it
            for child in self._fleet.children(resource.address):
                self._judge(child, flipped)

    def _flip(self, address: str, flipped: set[str]) -> None:
        flipped.add(address)
        by = -1 if address in self.matched else 1
        (self.matched.add if by > 0 else self.matched.discard)(address)
        for above in self.above(address):
            self.ways[above] = self.ways.get(above, 0) + by
            if not self.ways[above]:
                del self.ways[above]

    def _has_moved(self, resource: Resource) -> bool:
        """Whether a row that is shown hangs under another now."""
        address = resource.address
        return self._parent(address) != resource.parent and self.leads(address)

    def _count(self) -> None:
        """Work out the ways anew, level by level."""
        ways: dict[str, int] = {}
        self._elsewhere.clear()
        level = self._one_up([(address, 1) for address in self.matched])
        while level:
            for address, number in level.items():
                ways[address] = ways.get(address, 0) + number
            level = self._one_up([one for one in level.items() if one[0] != FLEET])
        self.ways = ways

    def _one_up(self, level: list[tuple[str, int]]) -> dict[str, int]:
        above: dict[str, int] = {}
        find = self._fleet.get
        for address, number in level:
            resource = find(address)
            plain = address.rpartition("/")[0]
            parent = resource.parent if resource is not None else plain
            if parent != plain:
                self._elsewhere[address] = parent
            above[parent] = above.get(parent, 0) + number
        return above

    def _parent(self, address: str) -> str:
        return self._elsewhere.get(address) or address.rpartition("/")[0]
