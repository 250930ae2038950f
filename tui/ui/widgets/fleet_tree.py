"""The fleet as a tree with columns: its cursor, what is open in it, and the mouse over it."""

from collections.abc import Iterator

from textual import events
from textual.message import Message

from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.ui import painter
from tui.ui.order import Order
from tui.ui.row import LEAVES
from tui.ui.widgets.fleet_canvas import HEADING
from tui.ui.widgets.fleet_marks import FleetMarks

_WHEEL = 3
"""Rows that a turn of the wheel moves the window by."""

_GUIDE_WIDTH = 2

_LISTED = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES})
"""Kinds below which something is listed by itself."""


class FleetTree(FleetMarks, can_focus=True):
    """The rows of a store; `apply` takes in the store's changes."""

    class Folded(Message):
        """Rows were opened, so that what is below them is wanted, or closed."""

        def __init__(self, *, opened: list[str] | None = None, closed: str = "") -> None:
            super().__init__()
            self.opened = opened or []
            self.closed = closed

    class Entered(Message):
        """A row with nothing below it was chosen: go inside."""

    # what is under the cursor

    @property
    def address(self) -> str:
        """The address under the cursor: of a note, that of the row it is about."""
        row = self.viewport.row
        if row is None:
            return FLEET
        return row.parent if row.note else row.address

    @property
    def resource(self) -> Resource | None:
        """The resource under the cursor."""
        return self._fleet.get(self.address) if self.address else None

    # moving

    def page(self, by: int) -> None:
        """Move the cursor by windows."""
        self._steer(lambda: self.viewport.page(by))

    def go_home(self) -> None:
        """Put the cursor on the first row."""
        self._steer(lambda: self.viewport.go(0))

    def go_end(self) -> None:
        """Put the cursor on the last row."""
        self._steer(lambda: self.viewport.go(len(self.rows) - 1))

    def go_up(self) -> None:
        """Put the cursor on the row above in the tree, which stays open."""
        row = self.viewport.row
        if row is not None and row.parent != FLEET:
            self._steer(lambda: _ignore(self.viewport.go_to(row.parent)))

    def go_to(self, address: str) -> bool:
        """Put the cursor on an address and open all that is above it; says whether it is there."""
        opened = self._show(address)
        if opened:
            self.post_message(self.Folded(opened=opened))
        self._steer(_nothing)
        return self.viewport.address == address

    # opening and closing

    def open_row(self) -> None:
        """Open the row under the cursor, or step into it when it is open."""
        address = self.viewport.address
        if self.rows.is_open(address):
            self.move(1)
        elif self.rows.can_open(address):
            self._open(address)

    def close_row(self) -> None:
        """Close the row under the cursor, or go to the one above it."""
        address = self.viewport.address
        if address and self.rows.is_open(address):
            self._close(address)
        else:
            self.go_up()

    def toggle_or_enter(self) -> None:
        """Open or close the row under the cursor; of a row with nothing below it, go inside."""
        row = self.viewport.row
        if row is None or row.note:
            return
        if self.rows.is_open(row.address):
            self._close(row.address)
        elif self.rows.can_open(row.address):
            self._open(row.address)
        else:
            self.post_message(self.Entered())

    def open_at(self, address: str) -> None:
        """Open a row wherever the cursor is."""
        self._open(address)

    def _open(self, address: str) -> None:
        opened = self.rows.open(address)
        self._folded()
        self.post_message(self.Folded(opened=opened))

    def _close(self, address: str) -> None:
        self.rows.close(address)
        self._folded()
        self.post_message(self.Folded(closed=address))

    def _folded(self) -> None:
        self.viewport.settle()
        self._repaint_opened()
        self._after()

    def open_all(self) -> None:
        """Open all that is below the row under the cursor, by and by."""
        address = self.address
        self.unfold(address)
        self.post_message(self.Folded(opened=list(self._listed_below(address))))

    def _listed_below(self, address: str) -> Iterator[str]:
        resource = self._fleet.get(address)
        if address == FLEET or (resource is not None and resource.kind in _LISTED):
            yield address
            for child in self._fleet.child_addresses(address):
                yield from self._listed_below(child)

    def close_all(self) -> None:
        """Close the row under the cursor and all below it."""
        address = self.address
        self.rows.stop_unfolding()
        self.rows.close_all(address)
        self._folded()
        self.post_message(self.Folded(closed=address))

    # the mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the window, not the cursor."""
        event.stop()
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the window, not the cursor."""
        event.stop()
        self._scroll(-_WHEEL)

    def _scroll(self, by: int) -> None:
        self.viewport.scroll(by)
        self._repaint_moved()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a row; its triangle, or a second click, opens and closes it.

        A click on the name of a column orders the rows by it, and again, the other way round.
        """
        line = event.y - HEADING
        if line < 0:
            self._order_at(event.x)
            return
        if event.x >= self.size.width - 1:
            share = line / max(self.viewport.height - 1, 1)
            self._scroll(round(share * self.viewport.last_top) - self.viewport.top)
            return
        index = self.viewport.top + line
        if index >= len(self.rows):
            return
        self._steer(lambda: self.viewport.go(index))
        row = self.rows[index]
        triangle = row.depth * _GUIDE_WIDTH <= event.x < (row.depth + 1) * _GUIDE_WIDTH
        resource = self._fleet.get(row.address)
        has_triangle = resource is not None and resource.kind not in LEAVES
        if event.chain == 2 or (triangle and has_triangle and event.chain == 1):
            self.toggle_or_enter()

    def _order_at(self, x: int) -> None:
        by = painter.column_at(painter.columns(self.size.width - 1), x)
        if by is not None:
            self.sort_by(self.order.reversed if by is self.order.by else Order(by))


def _nothing() -> None:
    """The cursor is there already."""


def _ignore(_: object) -> None:
    """Drop an answer that is of no use here."""
