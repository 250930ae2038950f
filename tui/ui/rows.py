"""The flat list of visible rows: the tree as the screen shows it, without a screen.

Opening and closing rows and changes in the store become splices of one list, as small as the
change: only the children that differ are walked again. A row is known by its address, so the
cursor and the open rows survive any change. An open row with nothing to show below it, or with
trouble, has a note: a row of its own that says so.
"""

from collections.abc import Callable, Iterable, Iterator

from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.store import Change, Freshness
from tui.ui.matches import Matches
from tui.ui.row import LEAVES, Fleet, Note, Row

_LISTED_WITH_CLUSTER = frozenset({Kind.SERVICE, Kind.TASK})
"""Kinds whose children come with the listing of their cluster."""

NEVER_LISTED = Freshness()

_NOTE_MARK = "\n"
"""Joins a parent's address and a note; addresses hold no control characters."""


class Rows:
    """The visible rows of a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._opened: set[str] = set()
        self._order: list[str] = []
        self._at: dict[str, Row] = {}
        self._shown: dict[str, list[str]] = {}
        self._matches: Matches | None = None
        self._whole = False
        self._folded: set[str] = set()
        self._all: dict[str, Resource] = {}
        self._rebuild()

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> Row:
        return self._at[self._order[index]]

    def row(self, address: str) -> Row | None:
        """The visible row at an address."""
        return self._at.get(address)

    def index(self, address: str) -> int | None:
        """Where a row is in the list, or None when it is not visible."""
        return self._order.index(address) if address in self._at else None

    def is_open(self, address: str) -> bool:
        """Whether what is below a visible row is shown."""
        return address in self._shown

    def opened(self) -> tuple[str, ...]:
        """The addresses that a person has opened, whether visible now or not."""
        return tuple(self._opened)

    def can_open(self, address: str) -> bool:
        """Whether a row may have others below it."""
        resource = self._fleet.get(address)
        return resource is not None and resource.kind not in LEAVES

    def listing(self, row: Row) -> Freshness:
        """The freshness of the listing that brought a row, or that a note tells about."""
        return self._freshness(row.parent)

    def own_listing(self, address: str) -> Freshness:
        """The freshness of what is below a row, where that is listed by itself."""
        return self._fleet.freshness(address) if self._owner(address) == address else NEVER_LISTED

    # opening and closing

    def open(self, address: str) -> list[str]:
        """Show what is below a row; a lone child is opened with it. Says what was opened."""
        opened = []
        while self.can_open(address):
            self._opened.add(address)
            self._folded.discard(address)
            opened.append(address)
            self._respread(address)
            children = self._fleet.children(address)
            if len(children) != 1:
                break
            address = children[0].address
        return opened

    def close(self, address: str) -> None:
        """Hide what is below a row; what was open there opens again with it."""
        self._opened.discard(address)
        self._folded.add(address)
        self._respread(address)

    def reveal(self, address: str) -> list[str]:
        """Open all that is above an address. Says what was opened."""
        above: list[str] = []
        resource = self._fleet.get(address)
        while resource is not None and resource.parent != FLEET:
            above.append(resource.parent)
            resource = self._fleet.get(resource.parent)
        for parent in reversed(above):
            self._opened.add(parent)
            self._folded.discard(parent)
            self._respread(parent)
        return above[::-1]

    # the filter

    def keep(self, wanted: Callable[[Resource], bool] | None, *, whole: bool = True) -> None:
        """Show only rows that are wanted, and the rows that lead to them; None shows all.

        With `whole`, what hangs below a wanted row can be opened as well.
        """
        self._matches = Matches(self._all, wanted) if wanted is not None else None
        self._whole = whole
        self._folded.clear()
        self._rebuild()

    @property
    def filtered(self) -> bool:
        """Whether some rows may be hidden."""
        return self._matches is not None

    @property
    def matches(self) -> int:
        """How many resources are wanted."""
        return len(self._matches.matched) if self._matches is not None else 0

    def first_match(self) -> str:
        """The address of the first visible row that is wanted, or the empty string."""
        matched = self._matches.matched if self._matches is not None else set[str]()
        return next((address for address in self._order if address in matched), "")

    # changes

    def apply(self, change: Change) -> bool:
        """Take in a change of the store; says whether rows came, went or moved."""
        touched = {resource.parent for resource in change.put}
        touched.update(self._all[a].parent for a in change.gone if a in self._all)
        for resource in change.put:
            before = self._all.get(resource.address)
            if before is not None:
                touched.add(before.parent)
            self._all[resource.address] = resource
        for address in change.gone:
            self._all.pop(address, None)
        if self._matches is not None and self._matches.apply(change):
            self._rebuild()
            return True
        touched.update(change.freshness)
        touched.update(self._below_cluster(change.freshness))
        return self._respread_all(touched)

    def _below_cluster(self, addresses: Iterable[str]) -> Iterator[str]:
        for address in addresses:
            resource = self._fleet.get(address)
            if resource is not None and resource.kind is Kind.CLUSTER:
                yield from (a for a in self._shown if a.startswith(address + "/"))

    def _respread_all(self, parents: set[str]) -> bool:
        shown = [parent for parent in parents if parent in self._shown]
        shown.sort(key=lambda parent: parent.count("/") if parent else -1)
        changed = False
        for parent in shown:
            changed |= self._respread(parent)
        return changed

    # building

    def _unfolded(self, address: str) -> bool:
        if address in self._opened:
            return True
        if self._matches is None or address in self._folded:
            return False
        return address in self._matches.ways

    def _children(self, parent: str) -> list[str]:
        everything = [child.address for child in self._fleet.children(parent)]
        matches = self._matches
        if matches is not None and not (self._whole and matches.has_above(parent)):
            return [a for a in everything if a in matches.matched or a in matches.ways]
        note = self._note(parent, empty=not everything)
        return [f"{parent}{_NOTE_MARK}{note}", *everything] if note else everything

    def _note(self, parent: str, *, empty: bool) -> Note | None:
        freshness = self._freshness(parent)
        if freshness.trouble is not None and (empty or self._owner(parent) == parent):
            return Note.TROUBLE
        if not empty:
            return None
        return Note.EMPTY if freshness.loaded_at else Note.LOADING

    def _owner(self, address: str) -> str:
        """The address whose listing brings the children of this one."""
        resource = self._fleet.get(address)
        while resource is not None and resource.kind in _LISTED_WITH_CLUSTER:
            address = resource.parent
            resource = self._fleet.get(address)
        return address

    def _freshness(self, address: str) -> Freshness:
        return self._fleet.freshness(self._owner(address))

    def _rebuild(self) -> None:
        self._order = []
        self._at = {}
        self._shown = {}
        self._order = [row.address for row in self._spread(FLEET, 0, self._list(FLEET))]

    def _list(self, parent: str) -> list[str]:
        self._shown[parent] = children = self._children(parent)
        return children

    def _spread(self, parent: str, depth: int, children: Iterable[str]) -> Iterator[Row]:
        """The rows of these children and of all that is open below them."""
        for address in children:
            head, mark, note = address.rpartition(_NOTE_MARK)
            row = Row(address, parent, depth, Note(note) if mark and head == parent else None)
            self._at[address] = row
            yield row
            if row.note is None and self._unfolded(address) and self.can_open(address):
                yield from self._spread(address, depth + 1, self._list(address))

    def _respread(self, parent: str) -> bool:
        """Bring the rows below one row up to date; says whether any came, went or moved."""
        visible = parent == FLEET or parent in self._at
        before = self._shown.get(parent, [])
        if not visible:
            return False
        if parent == FLEET or (self._unfolded(parent) and self.can_open(parent)):
            after = self._list(parent)
            if before == after:
                return False
        else:
            after = []
        self._splice(parent, before, after)
        if not after and parent != FLEET:
            self._shown.pop(parent, None)
        return True

    def _splice(self, parent: str, before: list[str], after: list[str]) -> None:
        head = _common(before, after)
        tail = _common(before[head:][::-1], after[head:][::-1])
        stop_before, stop_after = len(before) - tail, len(after) - tail
        row = self._at.get(parent)
        below = self._end(parent, before)
        start = self._order.index(before[head]) if head < len(before) else below
        end = self._order.index(before[stop_before]) if tail else below
        for address in self._order[start:end]:
            del self._at[address]
            self._shown.pop(address, None)
        depth = row.depth + 1 if row is not None else 0
        fresh = [r.address for r in self._spread(parent, depth, after[head:stop_after])]
        self._order[start:end] = fresh

    def _end(self, parent: str, children: list[str]) -> int:
        """One past the last row below `parent`, whose visible children are `children`."""
        if parent == FLEET:
            return len(self._order)
        index = self._order.index(children[-1] if children else parent) + 1
        depth = self._at[parent].depth
        while index < len(self._order) and self._at[self._order[index]].depth > depth:
            index += 1
        return index


def _common(one: list[str], other: list[str]) -> int:
    """How many items two lists share at their start."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))
