"""The fleet as a tree with columns: its cursor, what is open in it, and the mouse over it."""

from collections.abc import Callable, Iterable

from textual import events
from textual.message import Message

from tui.model.resource import FLEET, Resource
from tui.model.store import Change
from tui.ui.row import LEAVES
from tui.ui.widgets.fleet_canvas import HEADING, FleetCanvas

_WHEEL = 3
"""Rows that a turn of the wheel moves the window by."""

_GUIDE_WIDTH = 2


class FleetTree(FleetCanvas, can_focus=True):
    """The rows of a store; `apply` takes in the store's changes."""

    class Highlighted(Message):
        """The cursor came to another row, or its row changed."""

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

    # changes

    def apply(self, change: Change, rolled_up: Iterable[str]) -> None:
        """Take in a change of the store, and the rows whose sums changed with it."""
        if self.rows.apply(change):
            self.viewport.settle()
            self.refresh()
            self.post_message(self.Highlighted())
            return
        touched = {resource.address for resource in change.put}
        touched.update(change.freshness)
        touched.update(rolled_up)
        listed_anew = set(change.freshness)
        for line, row in self._window():
            if row.address in touched or row.parent in listed_anew:
                self._repaint_line(line)
        if self.viewport.address in touched:
            self.post_message(self.Highlighted())

    def show_only(self, wanted: Callable[[Resource], bool] | None, *, whole: bool = True) -> None:
        """Show the wanted rows and the way to them; None shows all. See `Rows.keep`."""
        self.rows.keep(wanted, whole=whole)
        self.viewport.settle()
        if wanted is not None and not self._under_cursor_wanted(wanted):
            self.viewport.go_to(self.rows.first_match())
        self._moved()

    def _under_cursor_wanted(self, wanted: Callable[[Resource], bool]) -> bool:
        resource = self.resource
        return resource is not None and wanted(resource)

    # moving

    def move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._steer(lambda: self.viewport.move(by))

    def page(self, by: int) -> None:
        """Move the cursor by windows."""
        self._steer(lambda: self.viewport.page(by))

    def go_home(self) -> None:
        """Put the cursor on the first row."""
        self._steer(lambda: self.viewport.go(0))

    def go_end(self) -> None:
        """Put the cursor on the last row."""
        self._steer(lambda: self.viewport.go(len(self.rows) - 1))

    def go_to(self, address: str) -> None:
        """Put the cursor on an address and open all that is above it."""
        opened = self.rows.reveal(address)
        self.viewport.go_to(address)
        if opened:
            self.post_message(self.Folded(opened=opened))
        self._moved()

    def _steer(self, action: Callable[[], None]) -> None:
        top, line = self.viewport.top, self.viewport.index - self.viewport.top
        action()
        if self.viewport.top != top:
            self._moved()
            return
        self._repaint_line(line)
        self._repaint_line(self.viewport.index - top)
        self.post_message(self.Highlighted())

    def _moved(self) -> None:
        self.refresh()
        self.post_message(self.Highlighted())

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
        row = self.viewport.row
        if row is None:
            return
        if self.rows.is_open(row.address):
            self._close(row.address)
        elif row.parent != FLEET:
            self._steer(lambda: _ignore(self.viewport.go_to(row.parent)))

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
        self.viewport.settle()
        self._moved()
        self.post_message(self.Folded(opened=opened))

    def _close(self, address: str) -> None:
        self.rows.close(address)
        self.viewport.settle()
        self._moved()
        self.post_message(self.Folded(closed=address))

    # the mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the window, not the cursor."""
        event.stop()
        self.viewport.scroll(_WHEEL)
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the window, not the cursor."""
        event.stop()
        self.viewport.scroll(-_WHEEL)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a row; its triangle, or a second click, opens and closes it."""
        line = event.y - HEADING
        if event.x >= self.size.width - 1:
            share = line / max(self.viewport.height - 1, 1)
            self.viewport.scroll(round(share * self.viewport.last_top) - self.viewport.top)
            self.refresh()
            return
        index = self.viewport.top + line
        if line < 0 or index >= len(self.rows):
            return
        self._steer(lambda: self.viewport.go(index))
        row = self.rows[index]
        triangle = row.depth * _GUIDE_WIDTH <= event.x < (row.depth + 1) * _GUIDE_WIDTH
        resource = self._fleet.get(row.address)
        has_triangle = resource is not None and resource.kind not in LEAVES
        if event.chain == 2 or (triangle and has_triangle and event.chain == 1):
            self.toggle_or_enter()


def _ignore(_: object) -> None:
    """Drop an answer that is of no use here."""
