"""How the embedded terminal looks: the remote's rows, the cursor, the marked text, our own line."""

from typing import ClassVar

from rich.style import Style as RichStyle
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.screen import Screen
from tui.ui.widgets.terminal_selection import Selection
from tui.ui.widgets.terminal_strips import Brush, glyph_at, restyled

_CURSOR_FOCUSED = {
    "block": RichStyle(reverse=True),
    "bar": RichStyle(reverse=True),
    "underline": RichStyle(underline=True, bold=True),
}
_CURSOR_ELSEWHERE = RichStyle(underline=True)


class TerminalCanvas(Widget):
    """Draws a `Screen` by the line, from one cached strip a row.

    What lies over the rows is laid on when a line is asked for: the cursor, the marked part, and
    in the last row a line of ours (the keys of the prefix, or why the session ended).
    """

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "terminal--hint",
        "terminal--ended",
        "terminal--selection",
    }

    def __init__(self, scrollback: int) -> None:
        super().__init__()
        self._emulator = Screen(80, 24, scrollback)
        self._brush = Brush()
        self._brush_dry = True
        self._row_strips: list[Strip | None] = []
        self._back = 0
        """How many rows above the screen's top the first visible row is."""
        self._marked: Selection | None = None
        self._ending: str | None = None
        """Why the session is over; None as long as it is not."""
        self._hint_text = ""

    @property
    def ended(self) -> bool:
        """Whether the session is over."""
        return self._ending is not None

    def _repaint_rows(self, rows: set[int]) -> None:
        height = len(self._row_strips)
        regions = []
        for row in sorted(row for row in rows if 0 <= row < height):
            self._row_strips[row] = None
            regions.append(Region(0, row, self.size.width, 1))
        if len(regions) == height:
            self.refresh()
        elif regions:
            self.refresh(*regions)

    def _repaint_all(self) -> None:
        self._row_strips = [None] * self.size.height
        self.refresh()

    def _repaint_note(self) -> None:
        self._repaint_rows({self.size.height - 1})

    def notify_style_update(self) -> None:
        """Take new colours of the theme or of the style sheet."""
        super().notify_style_update()
        self._brush_dry = True

    def render_line(self, y: int) -> Strip:
        """One row: the remote's text, the marked part, the cursor, or a line of ours."""
        width, height = self.size
        if self._brush_dry:
            self._brush_dry = False
            self._brush.dip(self.rich_style)
            self._row_strips = [None] * height
        note = self._note() if y == height - 1 else None
        if note is not None:
            text, kind = note
            return self._brush.note(text, width, self.get_component_rich_style(kind))
        if y >= len(self._row_strips):
            return self._brush.row((), width)
        strip = self._row_strips[y]
        if strip is None:
            strip = self._row_strips[y] = self._brush.row(
                self._emulator.line(y - self._back), width
            )
        return self._with_cursor(self._with_marks(strip, y), y)

    def _note(self) -> tuple[str, str] | None:
        """What is said over the last row, and its look."""
        if self._hint_text:
            return self._hint_text, "terminal--hint"
        if self._ending is not None:
            return self._ending, "terminal--ended"
        if self._back:
            return f"{self._back} lines back · type to return", "terminal--hint"
        return None

    def _with_marks(self, strip: Strip, y: int) -> Strip:
        if self._marked is None:
            return strip
        line = self._emulator.scrolled + y - self._back
        columns = self._marked.columns(line, strip.cell_length)
        if columns is None:
            return strip
        return restyled(strip, *columns, self.get_component_rich_style("terminal--selection"))

    def _with_cursor(self, strip: Strip, y: int) -> Strip:
        cursor = self._emulator.cursor
        if self._back or self.ended or not cursor.visible or cursor.row != y:
            return strip
        start, width = glyph_at(self._emulator.line(y), cursor.column)
        if self.has_focus:
            style = _CURSOR_FOCUSED.get(cursor.shape, _CURSOR_ELSEWHERE)
        else:
            style = _CURSOR_ELSEWHERE
        return restyled(strip, start, min(start + width, strip.cell_length), style)
