"""The cursor's steps over the tree, and the marks it leaves."""

from collections.abc import Callable

from tui.ui.widgets.fleet_views import FleetViews


class FleetMarks(FleetViews):
    """Marks rows at the cursor."""

    def move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._steer(lambda: self.viewport.move(by))

    def _steer(self, action: Callable[[], None]) -> None:
        action()
        self._steered = True
        self._after()

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and step down."""
        row = self.viewport.row
        if row is not None and row.note is None:
            self.marks.toggle(row.address)
        self._marked()
        self.move(1)

    def mark_range(self) -> None:
        """Mark all rows from the last mark to the cursor."""
        start = self.rows.index(self.marks.last)
        end = self.viewport.index
        if start is None:
            start = end
        rows = self.rows.window(min(start, end), max(start, end) + 1)
        found = [row.address for row in rows if row.note is None]
        self.marks.add(found if start <= end else reversed(found))
        self._marked()

    def clear_marks(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self._marked()

    def _marked(self) -> None:
        self._tell_marks()
        self._repaint_opened()
        self.post_message(self.Highlighted())
