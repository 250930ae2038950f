"""The colours of the tree's rows, looked up once, as the terminal is to show them."""

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from tui.ui.labels import Tone


class Brush:
    """The styles of a widget's component classes `fleet-tree--…`.

    Textual's line filters (colours that the terminal lacks, dim text) are applied to each style
    here, and so need not be applied to every segment of every line.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._tones: dict[tuple[Tone, bool], Style] = {}
        self._parts: dict[str, Style] = {}
        self._filters: tuple[object, ...] = ()

    def is_dry(self) -> bool:
        """Whether Textual filters colours otherwise than when they were looked up."""
        now = (*self._widget.get_line_filters(), self._widget.background_colors[1])
        before, self._filters = self._filters, now
        return before != now

    def forget(self) -> None:
        """Look the colours up again."""
        self._tones.clear()
        self._parts.clear()

    def part(self, part: str) -> Style:
        """How a part of the tree is drawn that is no row."""
        if part not in self._parts:
            self._parts[part] = self._filtered(self._plain(part))
        return self._parts[part]

    def tone(self, tone: Tone, *, cursor: bool) -> Style:
        """How a piece of a row is drawn, with the cursor on the row or without."""
        known = self._tones.get((tone, cursor))
        if known is None:
            known = self._plain(tone)
            if cursor:
                background = self._plain("cursor").bgcolor
                known += Style(bgcolor=background, bold=tone is Tone.NAME or known.bold)
            known = self._tones[tone, cursor] = self._filtered(known)
        return known

    def _plain(self, part: str) -> Style:
        return self._widget.get_component_rich_style(f"fleet-tree--{part}")

    def _filtered(self, style: Style) -> Style:
        segments = [Segment(" ", style)]
        _, background = self._widget.background_colors
        for change in self._widget.get_line_filters():
            segments = change.apply(segments, background)
        return segments[0].style or style
