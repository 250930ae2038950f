"""Which rows are in the window, and which one has the cursor.

The cursor stays with its row's address whatever happens above it, and keeps its line on the
screen while the list moves around it.
"""

from tui.ui.row import Row
from tui.ui.rows import Rows


class Viewport:
    """A cursor and a scroll position over `Rows`."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.index = 0
        """The cursor's place in the list."""
        self.top = 0
        """The first row in the window."""
        self.height = 1
        """Rows that fit into the window."""
        self._address = ""

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

    def go(self, index: int) -> None:
        """Put the cursor on a row, and that row into the window."""
        self.index = min(max(index, 0), max(len(self.rows) - 1, 0))
        self._address = self.address
        if self.index < self.top:
            self.top = self.index
        elif self.index >= self.top + self.height:
            self.top = self.index - self.height + 1
        self.top = min(max(self.top, 0), self.last_top)

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
        self.top = min(max(self.top + step, 0), self.last_top)
        self.go(self.index + step)

    def scroll(self, by: int) -> None:
        """Move the window and leave the cursor where it is."""
        self.top = min(max(self.top + by, 0), self.last_top)

    def resize(self, height: int) -> None:
        """The window has another height; the cursor stays inside if it was."""
        inside = self.top <= self.index < self.top + self.height
        self.height = max(height, 1)
        self.top = min(self.top, self.last_top)
        if inside:
            self.go(self.index)

    def settle(self) -> None:
        """The list has changed: find the cursor's row again and keep it on its line."""
        line = self.index - self.top
        index = self.rows.index(self._address) if self._address else None
        if index is None:
            self.go(self.index)
            return
        inside = 0 <= line < self.height
        self.top = max(index - line, 0) if inside else self.top + index - self.index
        self.index = index
        self.top = min(max(self.top, 0), self.last_top)
        if inside:
            self.go(index)
