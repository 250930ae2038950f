"""The visible rows: the tree as the screen shows it, without a screen.

Opening and closing rows and changes in the store become splices of one outline, as small as the
change. A row is known by its address, so the cursor and the open rows survive any change. An open
row with nothing to show below it, or with trouble, has a note: a row of its own that says so.

What would take long waits: `apply`, `open` and the others do what fits into a moment, `is_busy`
says that there is more, and `work` goes on with it.
"""

from collections.abc import Iterable, Iterator

from tui.model.resource import FLEET, Resource
from tui.model.store import Change
from tui.ui.lists import Lists
from tui.ui.order import BY_NAME, By, Order
from tui.ui.outline import NOTE_MARK, Outline
from tui.ui.row import LEAVES, Fleet, Note, Row

MOMENT = 250
"""Rows that may come, go or be looked at in a moment: a millisecond or two."""

_PARENT_COSTS = 12
"""What it costs to look at an open row, in rows."""


class Rows:
    """The visible rows of a fleet."""

    filtered = False
    """Whether some rows may be hidden."""

    def __init__(self, fleet: Fleet, order: Order = BY_NAME) -> None:
        self._fleet = fleet
        self.lists = Lists(fleet)
        """How fresh what is below a row is."""
        self._order = order
        self._opened: set[str] = set()
        self._due: dict[str, None] = {}
        """Rows to look at: what is below them may be shown wrongly."""
        self._noted: set[str] = set()
        self._unfolding: set[str] = set()
        """Rows below which all is being opened."""
        self._unfold_next: list[str] = []
        self._outline = Outline(self._below, self._wait)
        self._build()

    def _build(self) -> None:
        self._respread(FLEET)

    def __len__(self) -> int:
        return len(self._outline.blocks)

    def __getitem__(self, index: int) -> Row:
        return self._row(self._outline.blocks[index])

    def window(self, start: int, stop: int) -> list[Row]:
        """The rows from one index up to another."""
        outline = self._outline
        depths: dict[str, int] = {}
        rows = []
        for address in outline.blocks.stretch(start, stop):
            parent = outline.parent(address)
            if parent not in depths:
                depths[parent] = outline.depth(address)
            rows.append(_row(address, parent, depths[parent]))
        return rows

    def row(self, address: str) -> Row | None:
        """The visible row at an address."""
        return self._row(address) if address in self._outline.blocks else None

    def _row(self, address: str) -> Row:
        return _row(address, self._outline.parent(address), self._outline.depth(address))

    def index(self, address: str) -> int | None:
        """Where a row is in the list, or None when it is not visible."""
        blocks = self._outline.blocks
        return blocks.index(address) if address in blocks else None

    def last_below(self, address: str) -> str:
        """The last visible row of all that is below a visible row; itself when there is none."""
        return self._outline.last_below(address)

    def is_open(self, address: str) -> bool:
        """Whether what is below a visible row is shown."""
        return self._outline.is_open(address)

    def opened(self) -> tuple[str, ...]:
        """The addresses that a person has opened, whether visible now or not."""
        return tuple(self._opened)

    def can_open(self, address: str) -> bool:
        """Whether a row may have others below it."""
        resource = self._fleet.get(address)
        return resource is not None and resource.kind not in LEAVES

    # opening and closing

    def open(self, address: str) -> list[str]:
        """Show what is below a row; a lone child is opened with it. Says what was opened."""
        opened = []
        while self.can_open(address):
            self._open(address)
            opened.append(address)
            children = self._fleet.child_addresses(address)
            if len(children) != 1:
                break
            address = children[0]
        return opened

    def _open(self, address: str) -> None:
        self._opened.add(address)
        self._respread(address)

    def close(self, address: str) -> None:
        """Hide what is below a row; what was open there opens again with it."""
        self._opened.discard(address)
        self._respread(address)

    def close_all(self, address: str) -> None:
        """Close a row and all below it, so that it opens with all of that closed."""
        inside = address + "/"
        self._opened = {one for one in self._opened if not one.startswith(inside)}
        self.close(address)

    def open_all(self, address: str) -> None:
        """Open a row and all below it, by and by: `work` goes on with it."""
        self._unfolding.add(address)
        self._unfold_next.append(address)

    @property
    def is_unfolding(self) -> bool:
        """Whether all below a row is being opened."""
        return bool(self._unfolding)

    def stop_unfolding(self) -> None:
        """Leave closed what is not open yet."""
        self._unfolding.clear()
        self._unfold_next.clear()

    def reveal(self, address: str) -> list[str]:
        """Open all that is above an address. Says what was opened."""
        above = list(self._above(address))[::-1]
        for parent in above:
            self._open(parent)
        return above

    def _above(self, address: str) -> Iterator[str]:
        resource = self._fleet.get(address)
        while resource is not None and resource.parent != FLEET:
            yield resource.parent
            resource = self._fleet.get(resource.parent)

    def arrange(self, order: Order, keep: str = "") -> None:
        """Have siblings in another order; the row at `keep` is there again at once."""
        self._order = order
        above = list(self._above(keep))[::-1]
        self._outline.clear()
        self._due.clear()
        self._respread(FLEET)
        for parent in above:
            self._respread(parent)

    # changes

    def apply(self, change: Change, room: int | None = None) -> bool:
        """Take in a change of the store, with room for so many rows now.

        Says whether rows came, went or moved.
        """
        for address in self._touched(change):
            if self._outline.is_open(address):
                self._due[address] = None
        self._opened.difference_update(change.gone)
        return self.work(room)

    def _touched(self, change: Change) -> Iterator[str]:
        """The rows right below which something may be different."""
        visible, is_open = self._outline.blocks, self._outline.is_open
        for resource in change.put:
            if resource.address not in visible:
                if is_open(resource.parent):
                    yield resource.parent
            elif not self._stays(resource):
                yield resource.parent
                yield self._outline.parent(resource.address)
        yield from self._parents(change.gone)
        yield from change.freshness
        for listed in change.freshness:
            inside = listed + "/"
            yield from (one for one in self._noted if one.startswith(inside))
        if self._order.needs_sums:
            yield from self._parents((*change.sums, *change.freshness))

    def _parents(self, addresses: Iterable[str]) -> Iterator[str]:
        """What those of the addresses hang under that are visible."""
        outline = self._outline
        return (outline.parent(address) for address in addresses if address in outline.blocks)

    def _stays(self, resource: Resource) -> bool:
        """Whether a visible resource that changed is where it was for certain."""
        address = resource.address
        return (
            self._order.by is By.NAME
            and address.endswith(resource.name)
            and self._outline.parent(address) == resource.parent
        )

    @property
    def is_busy(self) -> bool:
        """Whether `work` has something to do."""
        return bool(self._due or self._unfold_next or self._outline.blocks.untidy)

    def work(self, room: int | None = None, first: Iterable[str] = ()) -> bool:
        """Do what waits, with room for so many rows now; what is in the window first.

        Says whether rows came, went or moved.
        """
        changed = spent = 0
        if self._due:
            for address in first:
                if address in self._due:
                    changed += self._respread(address)
        while (self._due or self._unfold_next) and (room is None or spent + changed < room):
            spent += _PARENT_COSTS
            if self._due:
                address, _ = self._due.popitem()
                changed += self._respread(address)
            else:
                address = self._unfold_next.pop()
                changed += self._unfold(address)
            spent += len(self._outline.children(address)) // 8
        if not self._due and not self._unfold_next:
            self._unfolding.clear()
        while (room is None or spent + changed < room) and self._outline.tidy():
            spent += 100
        return changed > 0

    def _unfold(self, address: str) -> int:
        """Open a row; what was open already is gone through, what is new is open already."""
        was_open = self._outline.is_open(address)
        changed = self._respread(address)
        if was_open:
            below = self._outline.children(address)
            self._unfold_next += [one for one in reversed(below) if self.can_open(one)]
        return changed

    def _respread(self, parent: str) -> int:
        """Bring the rows right below one row up to date; says how many came or went."""
        self._due.pop(parent, None)
        if parent not in self._outline:
            return 0
        below = self._below(parent)
        return self._outline.hide(parent) if below is None else self._outline.show(parent, below)

    # what is below a row

    def _wait(self, address: str) -> None:
        if self._unfolded(address):
            self._due[address] = None

    def _below(self, address: str) -> tuple[str, ...] | None:
        if address == FLEET or (self._unfolded(address) and self.can_open(address)):
            return self._children(address)
        return None

    def _unfolded(self, address: str) -> bool:
        if address in self._opened:
            return True
        if not self._unfolding or NOTE_MARK in address:
            return False
        if FLEET not in self._unfolding and self._unfolding.isdisjoint(_lineage(address)):
            return False
        if self.can_open(address):
            self._opened.add(address)
            return True
        return False

    def _children(self, parent: str) -> tuple[str, ...]:
        """The rows right below an open row."""
        everything = self._order.arranged(self._fleet, parent)
        note = self.lists.note(parent, empty=not everything)
        if note is None:
            self._noted.discard(parent)
            return everything
        self._noted.add(parent)
        return (f"{parent}{NOTE_MARK}{note}", *everything)


def _row(address: str, parent: str, depth: int) -> Row:
    note = address.rpartition(NOTE_MARK)[2] if NOTE_MARK in address else ""
    return Row(address, parent, depth, Note(note) if note else None)


def _lineage(address: str) -> Iterator[str]:
    """An address and those that it is inside of."""
    while address:
        yield address
        address = address.rpartition("/")[0]
