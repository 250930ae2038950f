"""Rows of the engine's cells as runs of text in our own styles."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bittty import Board
from bittty.style import Color as EngineColour
from bittty.style import Style as EngineStyle

from tui.terminal.cells import PLAIN, Colour, Run, Style, safe

_STYLES_KEPT = 4096

Rgb = tuple[int, int, int]
Cell = tuple[
    EngineStyle, str
]  # the engine's style, and its text: empty in the second half of a wide glyph


class Palette:
    """Turns the engine's styles into ours, with the remote's colour changes applied.

    An indexed colour stays an index as long as the remote has not redefined it, so that the
    person's theme decides how it looks.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._first_colours: list[tuple[int, int, int]] = list(board.palette.colors)
        self._first_defaults = (board.palette.foreground, board.palette.background)
        self._changed = False
        self._styles: dict[EngineStyle, Style] = {}

    def invalidate(self) -> None:
        """Forget the styles: a colour was redefined, or the screen reversed."""
        self._changed = True
        self._styles.clear()

    def take_change(self) -> bool:
        """Whether the styles were forgotten since the last call, so that every row looks new."""
        changed, self._changed = self._changed, False
        return changed

    def style(self, engine_style: EngineStyle) -> Style:
        """Our style for one of the engine's."""
        known = self._styles.get(engine_style)
        if known is None:
            if len(self._styles) >= _STYLES_KEPT:
                self._styles.clear()
            known = self._styles[engine_style] = self._convert(engine_style)
        return known

    def _convert(self, style: EngineStyle) -> Style:
        palette = self._board.palette
        defaults = self._first_defaults
        reverse = bool(style.reverse) != bool(self._board.modes.reverse_screen)
        converted = Style(
            foreground=self._colour(style.fg, palette.foreground, defaults[0]),
            background=self._colour(style.bg, palette.background, defaults[1]),
            bold=bool(style.bold),
            dim=bool(style.dim),
            italic=bool(style.italic),
            underline=bool(style.underline),
            blink=bool(style.blink),
            reverse=reverse,
            conceal=bool(style.conceal),
            strike=bool(style.strike),
            overline=bool(style.overline),
        )
        return PLAIN if converted == PLAIN else converted

    def _colour(self, colour: EngineColour | None, now: Rgb, first: Rgb) -> Colour:
        if colour is None or colour.mode == "default":
            return None if now == first else _hex(now)
        if colour.mode == "rgb":
            return _hex(colour.value)
        index = int(colour.value)
        redefined = self._board.palette.colors[index]
        return index if redefined == self._first_colours[index] else _hex(redefined)


def _hex(rgb: Rgb) -> str:
    red, green, blue = rgb
    return f"#{red:02x}{green:02x}{blue:02x}"


def runs(cells: Sequence[Cell], palette: Palette) -> tuple[Run, ...]:
    """A row as runs, without the blank cells at its end."""
    made: list[Run] = []
    for style, glyphs in _pieces(cells[: _written(cells, palette)], palette):
        made.extend(_drawn(glyphs, style))
    while made and made[-1].style is PLAIN and not made[-1].cluster:
        last = made.pop()
        if text := last.text.rstrip(" "):
            made.append(Run(text, PLAIN, len(text)))
            break
    return tuple(made)


def _written(cells: Sequence[Cell], palette: Palette) -> int:
    """Where the plain blanks at the end begin, if that is quick to tell: they are usually one and
    the same cell since the row was new. Other ones are cut off when they have been drawn.
    """
    if not cells or palette.style(cells[-1][0]) is not PLAIN:
        return len(cells)
    text = "".join([cell[1] for cell in cells])
    end = len(cells) - len(text) + len(text.rstrip(" "))
    return end if cells[end:].count(cells[-1]) == len(cells) - end else len(cells)


def _pieces(cells: Sequence[Cell], palette: Palette) -> Iterator[tuple[Style, Sequence[str]]]:
    """Neighbouring cells that look the same, joined even if the engine has two equal styles."""
    glyphs: list[str] = []
    style = PLAIN
    for _, group in groupby(cells, key=_style_identity):
        piece = list(group)
        new = palette.style(piece[0][0])
        if glyphs and new != style:
            yield style, glyphs
            glyphs = []
        style = new
        glyphs += [cell[1] for cell in piece]
    if glyphs:
        yield style, glyphs


def _style_identity(cell: Cell) -> int:
    return id(cell[0])


def _drawn(glyphs: Sequence[str], style: Style) -> Iterator[Run]:
    """One or more runs for cells of one style: plain stretches, and single glyphs by themselves."""
    text = "".join(glyphs)
    if len(text) == len(glyphs) and text.isascii() and text.isprintable():
        yield Run(text, style, len(text))
    else:
        yield from _mixed(glyphs, style)


def _mixed(glyphs: Sequence[str], style: Style) -> Iterator[Run]:
    plain: list[str] = []
    for position, glyph in enumerate(glyphs):
        if glyph == "":
            continue
        wide = position + 1 < len(glyphs) and glyphs[position + 1] == ""
        drawn = safe(glyph)
        if not wide and len(drawn) == 1:
            plain.append(drawn)
            continue
        if plain:
            yield Run("".join(plain), style, len(plain))
            plain = []
        yield Run(drawn, style, 2 if wide else 1, cluster=True)
    if plain:
        yield Run("".join(plain), style, len(plain))


def cut(line: Sequence[Run], start: int, stop: int, *, pad: bool = False) -> str:
    """The text of the glyphs that begin in columns `start` up to `stop`, which is not included.

    `pad` fills with blanks to `stop` what the row has not written.
    """
    parts: list[str] = []
    column = 0
    for run in line:
        if run.cluster:
            parts.append(run.text if start <= column < stop else "")
        else:
            parts.append(run.text[max(0, start - column) : max(0, stop - column)])
        column += run.width
    if pad:
        parts.append(" " * (stop - max(start, column)))
    return "".join(parts)
