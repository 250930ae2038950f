"""Which rows are in the window, and which one has the cursor.

The cursor stays with its row's address whatever happens above it, and keeps its line on the
screen while the list moves around it. Where the window was scrolled away from the cursor, it is
the window's first row that keeps its line.
"""

from tui.model.resource import FLEET
from tui.ui.row import Row
from tui.ui.rows import Rows


class Viewport:
    """A cursor and a scroll position over `Rows`."""

    def __init__(self, rows: Rows, height: int = 1) -> None:
        self.rows = rows
        self.index = 0
        """The cursor's place in the list."""
        self.top = 0
        """The first row in the window."""
        self.height = height
        """Rows that fit into the window."""
        self._address = ""
        self._top_address = ""
        self.go(0)

    @property
    def row(self) -> Row | None:
        """The row that has the cursor, or None in an empty list."""
        return self.rows[self.index] if self.index < len(self.rows) else None

    @property
    def address(self) -> str:
        """The address of the row that has the cursor."""
        row = self.row
        return row.address if row is not None else ""

    @property
    def last_top(self) -> int:
        """The largest scroll position."""
        return max(len(self.rows) - self.height, 0)

    @property
    def window(self) -> list[Row]:
        """The rows in the window."""
        return self.rows.window(self.top, self.top + self.height)

    def go(self, index: int) -> None:
        """Put the cursor on a row, and that row into the window."""
        self.index = min(max(index, 0), max(len(self.rows) - 1, 0))
        top = self.top
        if self.index < self.top:
            top = self.index
        elif self.index >= self.top + self.height:
            top = self.index - self.height + 1
        self._scroll_to(top)
        self._address = self.address

    def go_to(self, address: str) -> bool:
        """Put the cursor on the row at an address; says whether it is there."""
        index = self.rows.index(address)
        if index is None:
            return False
        self.go(index)
        return True

    def move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.go(self.index + by)

    def page(self, by: int) -> None:
        """Move the cursor and the window by windows, with one row in common."""
        step = by * max(self.height - 1, 1)
        self._scroll_to(self.top + step)
        self.go(self.index + step)

    def scroll(self, by: int) -> None:
        """Move the window and leave the cursor where it is."""
        self._scroll_to(self.top + by)

    def _scroll_to(self, top: int) -> None:
        self.top = min(max(top, 0), self.last_top)
        self._top_address = self.rows[self.top].address if len(self.rows) else ""

    @property
    def _inside(self) -> bool:
        return self.top <= self.index < self.top + self.height

    def resize(self, height: int) -> None:
        """The window has another height; the cursor stays inside if it was."""
        inside = self._inside
        self.height = max(height, 1)
        self._scroll_to(self.top)
        if inside:
            self.go(self.index)

    def settle(self) -> None:
        """The list has changed: find the cursor's row again and keep it on its line."""
        line = self.index - self.top
        inside = self._inside
        found = self.rows.index(self._address) if self._address else None
        if not inside:
            at_top = self.rows.index(self._top_address) if self._top_address else None
            index = self._near() if found is None else found
            self._scroll_to(self.top if at_top is None else at_top)
            self.index = min(index, max(len(self.rows) - 1, 0))
            self._address = self.address
            return
        if found is None:
            self.go(self._near())
            return
        self.index = found
        self._scroll_to(found - line)
        self.go(found)

    def _near(self) -> int:
        """A place for the cursor when its row is gone: as near as it can be to its siblings."""
        above = self._address
        while above:
            above = above.rpartition("/")[0]
            first = self.rows.index(above) if above != FLEET else None
            if first is not None:
                last = self.rows.index(self.rows.last_below(above))
                return min(max(self.index, first), first if last is None else last)
        return self.index
