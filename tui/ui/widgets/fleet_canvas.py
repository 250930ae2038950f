"""The picture of the tree: only the rows in the window are ever drawn, line by line.

While the keys rest, the rows above and below the window are drawn ahead, so that the next page
only has to be put on the screen.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui.ui import painter
from tui.ui.labels import Tone
from tui.ui.marks import Marks
from tui.ui.order import BY_NAME, Order
from tui.ui.row import Fleet, Row
from tui.ui.rows import Rows
from tui.ui.sifted import SiftedRows
from tui.ui.viewport import Viewport
from tui.ui.widgets.brush import Brush
from tui.ui.widgets.row_strips import RowStrips
from tui.watch.hurry import Hurry

HEADING = 1
"""Lines that the names of the columns take."""

_AHEAD = 0.01
"""Seconds after a move before it is drawn ahead; a key that is held down comes every 30 ms."""

_MOMENT, _PAUSE = 0.002, 0.002
"""Seconds of drawing ahead before keys and paints get their turn, and of that turn."""


class FleetCanvas(Widget):
    """Draws the rows of a viewport; its style sheet is that of `FleetTree`."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"fleet-tree--{tone}" for tone in Tone),
        "fleet-tree--heading",
        "fleet-tree--cursor",
        "fleet-tree--bar",
        "fleet-tree--thumb",
    }

    def __init__(self, fleet: Fleet, clock: Callable[[], float], hurry: Hurry) -> None:
        super().__init__()
        self.viewport = Viewport(Rows(fleet))
        self.marks = Marks()
        self.order: Order = BY_NAME
        self._fleet = fleet
        self._hurry = hurry
        self._brush = Brush(self)
        self._strips = RowStrips(fleet, self.marks, clock, self._brush)
        self._painted: list[tuple[str, bool]] = []
        """The address on each line, and whether the cursor is there, as painted or about to be."""
        self._painted_bar = (0, 0)
        self._remark = ""
        self._width = 0
        """Cells of a line; asked of Textual once a paint, for it works it out each time."""
        self._ahead: Timer | None = None

    @property
    def rows(self) -> Rows:
        """The rows that are shown now."""
        return self.viewport.rows

    def on_mount(self) -> None:
        """Ages grow even when nothing happens."""
        self.set_interval(10, self._repaint_all)

    def on_resize(self) -> None:
        """Keep the cursor in the window."""
        self._strips.clear()
        self._fit_window()

    def notify_style_update(self) -> None:
        """The theme has other colours: forget those that were looked up."""
        self._forget_styles()
        super().notify_style_update()

    def on_focus(self) -> None:
        """The cursor shows that keys go here."""
        self._forget_styles()
        self.refresh()

    def on_blur(self) -> None:
        """The cursor shows that keys go elsewhere."""
        self._forget_styles()
        self.refresh()

    def _forget_styles(self) -> None:
        self._brush.forget()
        self._strips.clear()

    # painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the window, without Textual's borders and padding: the tree has
        none, and a line is drawn in half the time."""
        self._fit_window()  # a Resize does not come with every new size
        if self._brush.is_dry():
            self._forget_styles()
        window = self.viewport.window
        strips = [self._line(y, window) for y in crop.line_range]
        if crop.column_span != (0, self._width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """One line: the names of the columns, or a row."""
        return self._line(y, self.viewport.window)

    def _line(self, y: int, window: list[Row]) -> Strip:
        width = self._width
        if y < HEADING:
            words = painter.heading(painter.columns(width - 1), self.order, self._remark)
            return Strip([Segment(words.ljust(width), self._brush.part("heading"))], width)
        line = y - HEADING
        if line < len(window):
            cursor = self.viewport.top + line == self.viewport.index
            bar = self._bar_part(line)
            return self._strips.strip(window[line], self.rows, bar, cursor=cursor)
        nothing = not window and line == 0 and isinstance(self.rows, SiftedRows)
        words = painter.blank_line(width, nothing=nothing)
        return Strip([Segment(words, self._brush.tone(Tone.MUTED, cursor=False))], width)

    def _fit_window(self) -> None:
        size = self.size
        self._width = self._strips.width = size.width
        height = max(size.height - HEADING, 1)
        if height != self.viewport.height:
            self.viewport.resize(height)
            self._painted = []

    def _bar_part(self, line: int) -> str:
        """What the scroll bar shows on a line; nothing where there is no bar."""
        start, size = self._bar()
        return ("thumb" if start <= line < start + size else "bar") if size else ""

    def _bar(self) -> tuple[int, int]:
        """The first line of the scroll bar's thumb, and its height; 0 where there is no bar."""
        total, height = len(self.rows), self.viewport.height
        if total <= height:
            return 0, 0
        size = max(height * height // total, 1)
        return round(self.viewport.top / self.viewport.last_top * (height - size)), size

    # painting ahead

    def _draw_ahead_soon(self) -> None:
        if self._ahead is None:
            self._ahead = self.set_timer(_AHEAD, self._draw_ahead)
        else:
            self._ahead.reset()

    def _draw_ahead(self) -> None:
        """Draw the rows around the window, as they will be there; the others are forgotten."""
        self._ahead = None
        if self._hurry.is_on:
            self._draw_ahead_soon()
            return
        until = monotonic() + _MOMENT
        top, height = self.viewport.top, self.viewport.height
        start = max(top - height, 0)
        rows = self.rows.window(start, top + 2 * height)
        bar = "bar" if self._bar()[1] else ""
        split = min(top - start + height, len(rows))
        for row in (*rows[split:], *reversed(rows[: top - start])):
            if row.address in self._strips:
                continue
            if monotonic() > until:
                self._ahead = self.set_timer(_PAUSE, self._draw_ahead)
                return
            strip = self._strips.strip(row, self.rows, bar, cursor=False)
            # what Textual will ask of the strip it remembers with the strip
            strip.divide([self._width])
            strip.render(self.app.console)
        self._strips.keep([row.address for row in rows])

    # painting again

    def _forget_drawn(self, addresses: Iterable[str]) -> None:
        """These rows look otherwise now: paint those in the window again."""
        self._strips.forget(addresses)
        changed = []
        for line, (address, _) in enumerate(self._painted):
            if address and address not in self._strips:
                changed.append(line)
        self._repaint_lines(changed)

    def _repaint_moved(self) -> None:
        """Paint the lines again that have another row now, or the cursor where it was not."""
        view = self.viewport
        cursor = view.index - view.top
        now = [(row.address, line == cursor) for line, row in enumerate(view.window)]
        now += [("", False)] * (view.height - len(now))
        if len(self._painted) != len(now):
            self.refresh()
        else:
            lines = enumerate(zip(self._painted, now, strict=True))
            self._repaint_lines([line for line, (before, after) in lines if before != after])
        self._painted = now
        bar = self._bar()
        if bar != self._painted_bar:
            self._painted_bar = bar
            self.refresh(Region(self.size.width - 1, HEADING, 1, view.height))
        self._draw_ahead_soon()

    def _repaint_opened(self) -> None:
        """Paint the lines again whose rows were opened, closed or marked."""
        changed = []
        for line, (address, cursor) in enumerate(self._painted):
            if not self._strips.is_as_drawn(address, self.rows, cursor=cursor):
                changed.append(line)
        self._repaint_lines(changed)

    def _repaint_all(self) -> None:
        self._strips.clear()
        self.refresh()
        self._draw_ahead_soon()

    def _repaint_lines(self, lines: list[int]) -> None:
        """Lines next to each other are one region: Textual takes its time for each."""
        regions: list[Region] = []
        for line in lines:
            if regions and regions[-1].bottom == line + HEADING:
                regions[-1] = regions[-1].grow((0, 0, 1, 0))
            else:
                regions.append(Region(0, line + HEADING, self._width, 1))
        if regions:
            self.refresh(*regions)

    def remark(self, words: str) -> None:
        """Say something beside the names of the columns."""
        if words != self._remark:
            self._remark = words
            self.refresh(Region(0, 0, self.size.width, HEADING))
