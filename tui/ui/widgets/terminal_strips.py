"""Rows of the remote's screen as Textual strips."""

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip

from tui.terminal.cells import REPLACEMENT, Colour, Run, Style

_STYLES_KEPT = 4096
_SYSTEM_COLOURS = 16


class Brush:
    """Draws runs on the ground of a base style; its styles are cached until the ground changes."""

    def __init__(self) -> None:
        self._base = RichStyle()
        self._styles: dict[Style, RichStyle] = {}

    def dip(self, base: RichStyle) -> None:
        """Take the colours that stand for the remote's default ones."""
        self._base = RichStyle.from_color(base.color, base.bgcolor)
        self._styles.clear()

    def row(self, runs: Sequence[Run], width: int) -> Strip:
        """A row exactly `width` cells wide."""
        segments: list[Segment] = []
        drawn = 0
        for run in runs:
            segments.append(Segment(fitting(run.text, run.width, run.cluster), self.style(run)))
            drawn += run.width
            if drawn >= width:
                break
        if drawn < width:
            segments.append(Segment(" " * (width - drawn), self._base))
        strip = Strip(segments, max(drawn, width))
        return strip.crop(0, width) if drawn > width else strip

    def note(self, text: str, width: int, style: RichStyle) -> Strip:
        """A line of ours over the remote's screen."""
        return Strip([Segment(f" {text}", style)]).adjust_cell_length(width, style)

    def style(self, run: Run) -> RichStyle:
        """The Rich style of a run."""
        known = self._styles.get(run.style)
        if known is None:
            if len(self._styles) >= _STYLES_KEPT:
                self._styles.clear()
            known = self._styles[run.style] = self._base + _rich(run.style)
        return known


def _rich(style: Style) -> RichStyle:
    return RichStyle(
        color=_colour(style.foreground),
        bgcolor=_colour(style.background),
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        blink=style.blink or None,
        reverse=style.reverse or None,
        conceal=style.conceal or None,
        strike=style.strike or None,
        overline=style.overline or None,
    )


def _colour(colour: Colour) -> Color | None:
    """The first sixteen stay the theme's; the others are the same everywhere."""
    if colour is None:
        return None
    if isinstance(colour, str):
        return Color.parse(colour)
    return Color.from_ansi(colour)


@lru_cache(maxsize=8192)
def fitting(text: str, width: int, cluster: bool) -> str:
    """`text` with whatever Textual would give another width than the remote's screen replaced.

    A glyph that both measure differently would push the rest of the line out of the widget.
    """
    if text.isascii() and not cluster:
        return text
    if cluster:
        return text if cell_len(text) == width else REPLACEMENT + " " * (width - 1)
    return "".join([char if cell_len(char) == 1 else REPLACEMENT for char in text])


def restyled(strip: Strip, start: int, stop: int, style: RichStyle) -> Strip:
    """The strip with the cells `start` up to `stop`, not included, in that style."""
    middle = strip.crop(start, stop)
    over = [Segment(text, (own or RichStyle()) + style) for text, own, _ in middle]
    length = strip.cell_length
    parts = [strip.crop(0, start), Strip(over, middle.cell_length)]
    if stop < length:
        parts.append(strip.crop(stop, length))
    return Strip.join(parts)


def glyph_at(runs: Sequence[Run], column: int) -> tuple[int, int]:
    """The first column and the width of the glyph that covers a column."""
    start = 0
    for run in runs:
        if column < start + run.width:
            return (start, run.width) if run.cluster else (column, 1)
        start += run.width
    return column, 1
