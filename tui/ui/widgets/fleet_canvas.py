"""The picture of the tree: only the rows in the window are ever drawn, line by line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.model.kind import Kind
from tui.ui import painter
from tui.ui.labels import Tone
from tui.ui.marks import Marks
from tui.ui.order import BY_NAME, Order
from tui.ui.painter import Piece
from tui.ui.row import Fleet, Row
from tui.ui.rows import Rows
from tui.ui.sifted import SiftedRows
from tui.ui.viewport import Viewport

HEADING = 1
"""Lines that the names of the columns take."""

_KEPT = 2_000
"""Drawn rows that are kept, at most: some windows full."""

_Look = tuple[bool, bool, bool, int]
"""Whether a row has the cursor, is open and is marked, and how many matches it hides."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A row as it was drawn last."""

    look: _Look
    bar: str
    strip: Strip

    def with_bar(self, bar: str, segment: Segment) -> "_Drawn":
        """The same at another place beside the scroll bar."""
        *row, _ = self.strip
        return _Drawn(self.look, bar, Strip([*row, segment], self.strip.cell_length))


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

    def __init__(self, fleet: Fleet, clock: Callable[[], float]) -> None:
        super().__init__()
        self.viewport = Viewport(Rows(fleet))
        self.marks = Marks()
        self.order: Order = BY_NAME
        self._fleet = fleet
        self._clock = clock
        self._tones: dict[tuple[Tone, bool], Style] = {}
        self._parts: dict[str, Style] = {}
        self._drawn: dict[str, _Drawn] = {}
        """Rows as they were drawn last; one is drawn anew when it looks otherwise, or is told of
        as changed."""
        self._painted: list[tuple[str, bool]] = []
        """The address on each line, and whether the cursor is there, as painted or about to be."""
        self._painted_bar = (0, 0)
        self._remark = ""
        self._width = 0
        """Cells of a line; asked of Textual once a paint, for it works it out each time."""

    @property
    def rows(self) -> Rows:
        """The rows that are shown now."""
        return self.viewport.rows

    def on_mount(self) -> None:
        """Ages grow even when nothing happens."""
        self.set_interval(10, self._repaint_all)

    def on_resize(self) -> None:
        """Keep the cursor in the window."""
        self._drawn.clear()
        self._fit_window()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the window, without Textual's borders and padding: the tree has
        none, and a line is drawn in half the time."""
        self._fit_window()  # a Resize does not come with every new size
        strips = [self.render_line(y) for y in crop.line_range]
        _, background = self.background_colors
        for change in self.get_line_filters():
            strips = [strip.apply_filter(change, background) for strip in strips]
        if crop.column_span != (0, self._width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _fit_window(self) -> None:
        size = self.size
        self._width = size.width
        height = max(size.height - HEADING, 1)
        if height != self.viewport.height:
            self.viewport.resize(height)
            self._painted = []

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
        self._tones.clear()
        self._parts.clear()
        self._drawn.clear()

    # painting

    def render_line(self, y: int) -> Strip:
        """One line: the names of the columns, or a row."""
        width = self._width - 1
        layout = painter.columns(width)
        if y < HEADING:
            words = painter.heading(layout, self.order, self._remark)
            return Strip([Segment(words.ljust(width + 1), self._part("heading"))], width + 1)
        index = self.viewport.top + y - HEADING
        if index >= len(self.rows):
            nothing = index == 0 and isinstance(self.rows, SiftedRows)
            words = painter.blank_line(width + 1, nothing=nothing)
            return Strip([Segment(words, self._tone(Tone.MUTED, cursor=False))], width + 1)
        return self._row_strip(index, y - HEADING, layout)

    def _row_strip(self, index: int, line: int, layout: painter.Columns) -> Strip:
        row = self.rows[index]
        address, cursor = row.address, index == self.viewport.index
        look, bar = self._look_of(address, cursor=cursor), self._bar_part(line)
        known = self._drawn.get(address)
        if known is not None and known.look == look:
            if known.bar != bar:  # the same strip again is what Textual knows all about already
                known = known.with_bar(bar, self._bar_segment(bar))
                self._drawn[address] = known
            return known.strip
        segments = self._segments(self._pieces(row, look, layout), cursor=cursor)
        strip = Strip([*segments, self._bar_segment(bar)], self._width)
        if len(self._drawn) > _KEPT:
            self._drawn.clear()
        self._drawn[address] = _Drawn(look, bar, strip)
        return strip

    def _segments(self, pieces: Iterable[Piece], *, cursor: bool) -> list[Segment]:
        """As few segments as will do: blanks go with what is in front of them."""
        texts: list[str] = []
        tones: list[Tone] = []
        for piece, tone in pieces:
            if texts and (tone is tones[-1] or piece.isspace() or not piece):
                texts[-1] += piece
            else:
                texts.append(piece)
                tones.append(tone)
        drawn = zip(texts, tones, strict=True)
        return [Segment(piece, self._tone(tone, cursor=cursor)) for piece, tone in drawn if piece]

    def _look_of(self, address: str, *, cursor: bool) -> _Look:
        rows = self.rows
        hidden = rows.hidden(address) if isinstance(rows, SiftedRows) else 0
        return cursor, rows.is_open(address), address in self.marks, hidden

    def _pieces(self, row: Row, look: _Look, layout: painter.Columns) -> list[Piece]:
        listing = self.rows.lists.of(row.parent)
        if row.note:
            above = self._fleet.get(row.parent)
            kind = above.kind if above is not None else Kind.FLEET
            return painter.note_line(row, kind, listing, self._width - 1)
        resource = self._fleet.get(row.address)
        if resource is None:
            return [(" " * (self._width - 1), Tone.PLAIN)]
        _, is_open, marked, hidden = look
        shown = painter.Shown(
            row=row,
            resource=resource,
            below=self._fleet.sum(row.address),
            below_listing=self.rows.lists.own(row.address),
            is_open=is_open,
            stale=listing.trouble is not None or listing.remembered,
            now=self._clock(),
            marked=marked,
            hidden=hidden,
        )
        return painter.resource_line(shown, layout)

    def _part(self, part: str) -> Style:
        if part not in self._parts:
            self._parts[part] = self.get_component_rich_style(f"fleet-tree--{part}")
        return self._parts[part]

    def _tone(self, tone: Tone, *, cursor: bool) -> Style:
        known = self._tones.get((tone, cursor))
        if known is None:
            known = self._part(tone)
            if cursor:
                known += Style(
                    bgcolor=self._part("cursor").bgcolor,
                    bold=tone is Tone.NAME or known.bold,
                )
            self._tones[tone, cursor] = known
        return known

    def _bar_part(self, line: int) -> str:
        """What the scroll bar shows on a line; nothing where there is no bar."""
        start, size = self._bar()
        return ("thumb" if start <= line < start + size else "bar") if size else ""

    def _bar_segment(self, part: str) -> Segment:
        if not part:
            return Segment(" ", self._tone(Tone.PLAIN, cursor=False))
        return Segment("▐", self._part(part))

    def _bar(self) -> tuple[int, int]:
        """The first line of the scroll bar's thumb, and its height; 0 where there is no bar."""
        total, height = len(self.rows), self.viewport.height
        if total <= height:
            return 0, 0
        size = max(height * height // total, 1)
        return round(self.viewport.top / self.viewport.last_top * (height - size)), size

    # painting again

    def _forget_drawn(self, addresses: Iterable[str]) -> None:
        """These rows look otherwise now: paint those in the window again."""
        for address in addresses:
            self._drawn.pop(address, None)
        changed = []
        for line, (address, _) in enumerate(self._painted):
            if address and address not in self._drawn:
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

    def _repaint_opened(self) -> None:
        """Paint the lines again whose rows were opened, closed or marked."""
        changed = []
        for line, (address, cursor) in enumerate(self._painted):
            known = self._drawn.get(address)
            if known is not None and known.look != self._look_of(address, cursor=cursor):
                changed.append(line)
        self._repaint_lines(changed)

    def _repaint_all(self) -> None:
        self._drawn.clear()
        self.refresh()

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
