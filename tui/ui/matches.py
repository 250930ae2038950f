"""What a sieve wants of a fleet, and how much of it is below each row; kept up to date.

What was found in a cluster or a group of nodes is counted at once and told apart only when
somebody looks into it: a filter of three letters may want half of a large fleet.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping

from tui.model.findings import Rows
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.shelf import ADDRESS, PLACE_DEPTH
from tui.model.store import Change
from tui.model.verdict import Verdict, chosen, count
from tui.ui.row import LEAVES, Fleet

Wanted = Callable[[Resource], bool]


class Matches:
    """The wanted resources of a fleet; `wanted` judges those that change.

    `places` has what was found, by the address of the cluster or group of nodes, where "" is
    all that is not inside of any.
    """

    def __init__(self, fleet: Fleet, places: Mapping[str, Rows], wanted: Wanted) -> None:
        self._fleet = fleet
        self._wanted = wanted
        self.matched: set[str] = set()
        """Addresses of the wanted, as far as looked into."""
        self.ways: dict[str, int] = {}
        """How many of the wanted are below each row that leads to any, as far as looked into."""
        self._elsewhere: dict[str, str] = {}
        """Parents of resources that do not hang under what their address says."""
        self._unread: dict[str, Rows] = {}
        self._size = 0
        for place, found in places.items():
            self._put(place, found)

    @classmethod
    def of(cls, fleet: Fleet, addresses: Iterable[str], wanted: Wanted) -> "Matches":
        """Of addresses that were found one by one."""
        matches = cls(fleet, {}, wanted)
        for address in addresses:
            matches._flip(address)
        return matches

    def _put(self, place: str, found: Rows) -> None:
        number = sum(count(verdict, len(rows)) for rows, verdict in found)
        if not number:
            return
        self._size += number
        if place == FLEET:
            self._read(place, found)
            return
        self._unread[place] = found
        for address in (place, *self.above(place)):
            self._weigh(address, number)

    def _read(self, place: str, found: Rows) -> None:
        """Take in what was found in a place: what is above that has been counted."""
        known = len(self.matched)
        for rows, verdict in found:
            self.matched.update(map(ADDRESS, chosen(verdict, rows)))
        if len(self.matched) == known:
            return
        level = self._parents(one for rows, verdict in found for one in chosen(verdict, rows))
        while level:
            upper: dict[str, int] = {}
            for address, number in level.items():
                if address != place or place == FLEET:
                    self._weigh(address, number)
                    if address != FLEET:
                        parent = self._find_parent(address)
                        upper[parent] = upper.get(parent, 0) + number
            level = upper

    def _parents(self, found: Iterable[Resource]) -> dict[str, int]:
        """What resources hang under, and how many under each."""
        parents: dict[str, int] = {}
        for one in found:
            parent = one.parent
            parents[parent] = parents.get(parent, 0) + 1
            if one.kind is Kind.TASK and parent != one.address.rpartition("/")[0]:
                self._elsewhere[one.address] = parent
        return parents

    def __len__(self) -> int:
        return self._size

    def look_into(self, address: str) -> None:
        """Tell apart what is in the place that an address is in, or is of."""
        if self._unread:
            place = _place(address)
            if place in self._unread:
                self._read(place, self._unread.pop(place))

    def all(self) -> set[str]:
        """The addresses of all the wanted."""
        for place in tuple(self._unread):
            self.look_into(place)
        return self.matched

    def leads(self, address: str) -> bool:
        """Whether a row is wanted, or leads to one that is."""
        self.look_into(address)
        return address in self.matched or address in self.ways

    def has_above(self, address: str) -> bool:
        """Whether an address or any above it is wanted."""
        self.look_into(address)
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

    # changes

    def apply(self, change: Change) -> set[str]:
        """Take in a change of the fleet; says which came, went or moved among the wanted."""
        different: set[str] = set()
        for address in change.gone:
            if self._is_match(address):
                self._flip(address)
                different.add(address)
        for address in change.gone:
            self._elsewhere.pop(address, None)
        listed_anew = (self._fleet.get(address) for address in change.freshness)
        for resource in (*change.put, *(one for one in listed_anew if one is not None)):
            if self._has_moved(resource):
                self._move(resource)
                different.add(resource.address)
            self._judge(resource, different)
        return different

    def _is_match(self, address: str) -> bool:
        if address in self.matched:
            return True
        if not self._unread:
            return False
        found = self._unread.get(_place(address), ())
        return any(_holds(rows, verdict, address) for rows, verdict in found)

    def _judge(self, resource: Resource, different: set[str]) -> None:
        if self._wanted(resource) == self._is_match(resource.address):
            return
        self._flip(resource.address)
        different.add(resource.address)
        if resource.kind not in LEAVES:  # whether a row is wanted may depend on that above it
            for child in self._fleet.children(resource.address):
                self._judge(child, different)

    def _flip(self, address: str) -> None:
        self.look_into(address)
        by = -1 if address in self.matched else 1
        (self.matched.add if by > 0 else self.matched.discard)(address)
        self._size += by
        find = self._find_parent if by > 0 else self._parent
        while address:
            address = find(address)
            self._weigh(address, by)

    def _weigh(self, address: str, by: int) -> None:
        weight = self.ways.get(address, 0) + by
        if weight:
            self.ways[address] = weight
        else:
            self.ways.pop(address, None)

    def _has_moved(self, resource: Resource) -> bool:
        """Whether a row that is shown hangs under another now."""
        address = resource.address
        return self._parent(address) != resource.parent and self.leads(address)

    def _move(self, resource: Resource) -> None:
        address = resource.address
        weight = (address in self.matched) + self.ways.get(address, 0)
        for above in self.above(address):
            self._weigh(above, -weight)
        self._elsewhere[address] = resource.parent
        for above in self.above(address):
            self._weigh(above, weight)

    def _find_parent(self, address: str) -> str:
        """What a resource hangs under, which is kept where its address does not say it."""
        resource = self._fleet.get(address)
        plain = address.rpartition("/")[0]
        if resource is None or resource.parent == plain:
            self._elsewhere.pop(address, None)
            return plain
        self._elsewhere[address] = resource.parent
        return resource.parent

    def _parent(self, address: str) -> str:
        return self._elsewhere.get(address) or address.rpartition("/")[0]


def _place(address: str) -> str:
    """The cluster or group of nodes that an address is in or is of; else any address."""
    return "/".join(address.split("/", PLACE_DEPTH)[:PLACE_DEPTH])


def _holds(rows: list[Resource], verdict: Verdict, address: str) -> bool:
    at = bisect_left(rows, address, key=ADDRESS)
    if at == len(rows) or rows[at].address != address:
        return False
    return verdict if isinstance(verdict, bool) else bool(verdict[at])
