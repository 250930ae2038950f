"""What the tree shows: the whole fleet, or what a sieve lets through, in an order; as it changes.

What is open, the cursor and the window belong to the whole fleet and to each sieve apart, and the
rows of the fleet follow every change while a sieve is on: to take it off is to look at them again.
"""

from collections.abc import Callable, Iterator
from time import monotonic

from textual.message import Message

from tui.model.store import Change
from tui.ui import text
from tui.ui.matches import Matches
from tui.ui.order import Order
from tui.ui.row import Fleet
from tui.ui.rows import MOMENT
from tui.ui.sifted import SiftedRows
from tui.ui.viewport import Viewport
from tui.ui.widgets.fleet_canvas import FleetCanvas
from tui.watch.hurry import Hurry

_SLICE = 0.004
"""Seconds of work on the rows before keys and paints get their turn."""

_PAUSE = 0.008
"""Seconds for keys and paints between two slices of work."""

_LOOK = 1 / 4
"""Seconds between two messages about what is in the window, at least."""

_PROGRESS = 1 / 8
"""Seconds between two words about how far the opening of everything is."""


class FleetViews(FleetCanvas):
    """Follows the store; `sift` and `sort_by` choose what is shown."""

    class Highlighted(Message, namespace="fleet_tree"):
        """The cursor came to another row, or its row changed."""

    class Looked(Message, namespace="fleet_tree"):
        """Other rows are in the window."""

        def __init__(self, addresses: frozenset[str]) -> None:
            super().__init__()
            self.addresses = addresses

    def __init__(self, fleet: Fleet, clock: Callable[[], float], hurry: Hurry) -> None:
        super().__init__(fleet, clock, hurry)
        self._whole = self.viewport
        """The view of the whole fleet."""
        self._steered = False
        """Whether a person moved the cursor since the sieve was put on."""
        self._going_on = False
        self._looked: frozenset[str] = frozenset()
        self._told_progress = 0.0

    def on_mount(self) -> None:
        """Tell what is in the window whenever that is something else."""
        self.set_interval(_LOOK, self._look)

    def _look(self) -> None:
        now = frozenset(row.parent if row.note else row.address for row in self.viewport.window)
        if now != self._looked:
            self._looked = now
            self.post_message(self.Looked(now))

    def look_again(self) -> None:
        """Tell what is in the window even when that is nothing else."""
        self._looked = frozenset()

    def opened(self) -> tuple[str, ...]:
        """The addresses that are open in the whole fleet."""
        return self._whole.rows.opened()

    def _views(self) -> Iterator[Viewport]:
        yield self.viewport
        if self.viewport is not self._whole:
            yield self._whole

    # changes

    def apply(self, change: Change) -> None:
        """Take in a change of the store."""
        if self.marks.apply(change):
            self._tell_marks()
        moved = False
        for view in self._views():
            if view.rows.apply(change, MOMENT):
                view.settle()
                moved |= view is self.viewport
        seen = {*self._strips, self.viewport.address}
        touched = {one.address for one in change.put if one.address in seen}
        for addresses in (change.gone, change.freshness, change.sums):
            touched |= seen.intersection(addresses)
        if change.freshness:
            touched |= self._listed_by(frozenset(change.freshness))
        self._forget_drawn(touched)
        self._after(moved=moved)
        if not moved and self.viewport.address in touched:
            self.post_message(self.Highlighted())

    def _listed_by(self, listed: frozenset[str]) -> set[str]:
        """The drawn rows that were listed with any of these."""
        owner = self.rows.lists.owner
        parents = {parent for _, parent in self._strips.below()}
        listed_below = {parent for parent in parents if owner(parent) in listed}
        return {address for address, parent in self._strips.below() if parent in listed_below}

    def _after(self, *, moved: bool = True) -> None:
        """Paint what moved, and go on soon with what waits."""
        if moved:
            self._repaint_moved()
            self.post_message(self.Highlighted())
        if not self._going_on and any(view.rows.is_busy for view in self._views()):
            self._going_on = True
            self.set_timer(_PAUSE, self._go_on)

    def _go_on(self) -> None:
        if self._hurry.is_on:
            self.set_timer(_PAUSE, self._go_on)
            return
        self._going_on = False
        unfolding = self.rows.is_unfolding
        until = monotonic() + _SLICE
        moved = False
        for view in self._views():
            first = [row.address for row in view.window] if view is self.viewport else []
            changed = view.rows.work(MOMENT, first)
            while view.rows.is_busy and monotonic() < until:
                changed |= view.rows.work(MOMENT)
            if changed:
                view.settle()
                moved |= view is self.viewport
        if unfolding:
            self._tell_unfolding()
        self._repaint_opened()
        self._after(moved=moved)

    # the choice of rows

    def sift(self, matches: Matches | None, *, whole: bool = True) -> None:
        """Show what is wanted and the ways to it; None shows the whole fleet as it was.

        With `whole`, what hangs below a wanted row can be opened as well.
        """
        address = self.viewport.address
        if self.viewport is self._whole:
            self._steered = False
        if matches is None:
            steered, self.viewport = self._steered, self._whole
            self._steered = False
            if steered and address:
                self._show(address)
        else:
            rows = SiftedRows(self._fleet, matches, self.order, whole=whole)
            self.viewport = Viewport(rows, self.viewport.height)
            # who types sees the first match, unless the cursor was on one or was moved to one
            kept = address if self._steered else self._whole.address
            matches.look_into(kept)
            self._steered &= kept in matches.matched
            self._show(kept if kept in matches.matched else rows.match_after(""))
        self._painted = []
        self._after()

    def _show(self, address: str) -> list[str]:
        """Put the cursor on an address and open all that is above it; says what was opened."""
        opened = self.rows.reveal(address) if self.rows.index(address) is None else []
        self.viewport.settle()
        self.viewport.go_to(address)
        return opened

    @property
    def matches(self) -> int:
        """How many resources the sieve wants."""
        rows = self.rows
        return len(rows.matches) if isinstance(rows, SiftedRows) else 0

    def to_match(self, step: int) -> bool:
        """Put the cursor on the next match, or with -1 on the one before; says whether it can."""
        rows = self.rows
        if not isinstance(rows, SiftedRows):
            return False
        find = rows.match_after if step > 0 else rows.match_before
        if address := find(self.viewport.address.partition("\n")[0]):
            self._show(address)
            self._steered = True
            self._after()
        return True

    # the order

    def sort_by(self, order: Order) -> None:
        """Have siblings in another order."""
        self.order = order
        for view in self._views():
            view.rows.arrange(order, keep=view.address)
            view.settle()
        self._painted = []
        self._after()

    # everything below a row

    def unfold(self, address: str) -> None:
        """Open a row and all below it, by and by."""
        self.rows.open_all(address)
        self._after(moved=False)

    def stop_unfolding(self) -> bool:
        """Leave closed what is not open yet; says whether anything was being opened."""
        was = self.rows.is_unfolding
        self.rows.stop_unfolding()
        self._tell_marks()
        return was

    def _tell_unfolding(self) -> None:
        if not self.rows.is_unfolding:
            self._tell_marks()
        elif monotonic() - self._told_progress > _PROGRESS:
            self._told_progress = monotonic()
            self.remark(f"◌ {text.count(len(self.rows), 'row')} · esc stops")

    def _tell_marks(self) -> None:
        self.remark(f"✓ {len(self.marks):,} marked" if self.marks else "")
