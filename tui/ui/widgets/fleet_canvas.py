"""The picture of the tree: only the rows in the window are ever drawn, line by line."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.model.kind import Kind
from tui.ui import painter
from tui.ui.labels import Tone
from tui.ui.painter import Piece
from tui.ui.row import Fleet, Row
from tui.ui.rows import Rows
from tui.ui.tally import Tally
from tui.ui.viewport import Viewport

HEADING = 1
"""Lines that the names of the columns take."""


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

    def __init__(self, fleet: Fleet, tally: Tally, clock: Callable[[], float]) -> None:
        super().__init__()
        self.rows = Rows(fleet)
        self.viewport = Viewport(self.rows)
        self._fleet = fleet
        self._tally = tally
        self._clock = clock
        self._tones: dict[tuple[Tone, bool], Style] = {}

    def on_mount(self) -> None:
        """Ages grow even when nothing happens."""
        self.set_interval(10, self.refresh)

    def on_resize(self) -> None:
        """Keep the cursor in the window."""
        self._fit_window()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the window; a Resize does not come with every new size."""
        self._fit_window()
        return super().render_lines(crop)

    def _fit_window(self) -> None:
        height = max(self.size.height - HEADING, 1)
        if height != self.viewport.height:
            self.viewport.resize(height)

    def notify_style_update(self) -> None:
        """The theme has other colours: forget those that were looked up."""
        self._tones.clear()
        super().notify_style_update()

    def on_focus(self) -> None:
        """The cursor shows that keys go here."""
        self._tones.clear()
        self.refresh()

    def on_blur(self) -> None:
        """The cursor shows that keys go elsewhere."""
        self._tones.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line: the names of the columns, or a row."""
        width = self.size.width - 1
        layout = painter.columns(width)
        if y < HEADING:
            style = self.get_component_rich_style("fleet-tree--heading")
            return Strip([Segment(painter.heading(layout).ljust(width + 1), style)], width + 1)
        index = self.viewport.top + y - HEADING
        if index >= len(self.rows):
            return Strip.blank(width + 1, self._tone(Tone.PLAIN, cursor=False))
        row = self.rows[index]
        cursor = index == self.viewport.index
        segments = [
            Segment(piece, self._tone(tone, cursor=cursor))
            for piece, tone in self._pieces(row, layout)
            if piece
        ]
        return Strip([*segments, self._bar(y - HEADING)], width + 1)

    def _pieces(self, row: Row, layout: painter.Columns) -> list[Piece]:
        if row.note:
            above = self._fleet.get(row.parent)
            kind = above.kind if above is not None else Kind.FLEET
            width = self.size.width - 1
            return painter.note_line(row, kind, self.rows.listing(row), width)
        resource = self._fleet.get(row.address)
        if resource is None:
            return [(" " * (self.size.width - 1), Tone.PLAIN)]
        shown = painter.Shown(
            row=row,
            resource=resource,
            below=self._tally.below(row.address),
            below_listing=self.rows.own_listing(row.address),
            is_open=self.rows.is_open(row.address),
            stale=self.rows.listing(row).trouble is not None,
            now=self._clock(),
        )
        return painter.resource_line(shown, layout)

    def _tone(self, tone: Tone, *, cursor: bool) -> Style:
        known = self._tones.get((tone, cursor))
        if known is None:
            known = self.get_component_rich_style(f"fleet-tree--{tone}")
            if cursor:
                known += Style(
                    bgcolor=self.get_component_rich_style("fleet-tree--cursor").bgcolor,
                    bold=tone is Tone.NAME or known.bold,
                )
            self._tones[tone, cursor] = known
        return known

    def _bar(self, line: int) -> Segment:
        total, height = len(self.rows), self.viewport.height
        if total <= height:
            return Segment(" ", self._tone(Tone.PLAIN, cursor=False))
        size = max(height * height // total, 1)
        start = round(self.viewport.top / self.viewport.last_top * (height - size))
        part = "thumb" if start <= line < start + size else "bar"
        return Segment("▐", self.get_component_rich_style(f"fleet-tree--{part}"))

    def _window(self) -> Iterable[tuple[int, Row]]:
        top = self.viewport.top
        for index in range(top, min(top + self.viewport.height, len(self.rows))):
            yield index - top, self.rows[index]

    def _repaint_line(self, line: int) -> None:
        if 0 <= line < self.viewport.height:
            self.refresh(Region(0, line + HEADING, self.size.width, 1))
