"""The remote's screen: bytes in; rows of styled text, a cursor, modes and answers out."""

import codecs
from collections.abc import Callable

from bittty.present import (
    Bell,
    PresentEvent,
    ReverseScreenChanged,
    RowsScrolledOff,
    ScrollbackCleared,
    TitleChanged,
)
from bittty.video import Video

from tui.terminal.cells import Run, one_line
from tui.terminal.engine import ClipboardWanted, Recoloured, Replies, build
from tui.terminal.gate import Gate
from tui.terminal.history import FreshRow, History
from tui.terminal.modes import Cursor, Modes, Mouse
from tui.terminal.paint import Palette, cut, runs

LARGEST = 1000
"""Columns or rows; a larger window is used only in part."""

TITLE_LIMIT = 120
"""Characters of a window title."""

Point = tuple[int, int]
"""(row, column); row -1 is the newest row of the scrollback, 0 the top of the screen."""

_MOUSE = {
    "off": Mouse.OFF,
    "x10": Mouse.PRESS,
    "normal": Mouse.CLICK,
    "button": Mouse.DRAG,
    "any": Mouse.MOTION,
}

_ENGINE_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a slip in the engine raises on bytes that its authors did not think of."""


class Screen:
    """A terminal screen of `cols` x `rows` cells and `scrollback` rows of history.

    It takes any bytes and never raises on them. When the engine stumbles, the screen starts anew
    (the history stays) and `broken` counts it. What is unbounded on the wire is bounded here:
    control strings (`gate`), answers (`engine`), history, and the title.
    """

    def __init__(self, cols: int, rows: int, scrollback: int = 2000) -> None:
        self._cols = _bounded(cols)
        self._rows = _bounded(rows)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._gate = Gate()
        self._history = History(scrollback, lambda cells: runs(cells, self._palette))
        self._replies = Replies()
        self.title = ""
        """What the remote calls its window, harmless and at most `TITLE_LIMIT` long."""
        self.broken = 0
        """How often the engine stumbled and was reset."""
        self._bell = False
        self._clipboard_wanted = False
        self._start()

    def _start(self) -> None:
        listener = _Listener(self._heard)
        self._board = build(self._cols, self._rows, self._replies, listener)
        self._palette = Palette(self._board)
        self._page: Video | None = None
        self._seen = 0

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._cols, self._rows

    def feed(self, data: bytes) -> None:
        """Take bytes of the remote; sequences and characters may be cut anywhere."""
        text = self._gate.let_through(self._decoder.decode(data))
        if not text:
            return
        try:
            self._board.parser.feed(text)
            if (self._board.width, self._board.height) != (self._cols, self._rows):
                self._board.resize(self._cols, self._rows)
        except _ENGINE_ERRORS:
            self._begin_anew()

    def resize(self, cols: int, rows: int) -> None:
        """Take the size of the window, 1 to `LARGEST` each way; wrapped lines flow anew."""
        before = self._cols, self._rows
        self._cols, self._rows = _bounded(cols), _bounded(rows)
        try:
            if self._cols == before[0] and self._rows < before[1]:
                # Cut to fewer rows the engine loses those at the bottom, with the prompt; when
                # lines flow anew, those at the top go into the history, as they should.
                self._board.resize(self._cols + 1, self._rows)
            self._board.resize_from_frontend(self._cols, self._rows)
        except _ENGINE_ERRORS:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self.broken += 1
        self._gate.reset()
        self._start()

    def take_dirty(self) -> set[int]:
        """The rows (0 to rows-1) that changed since the last call; all of them at first."""
        page = self._board.display.page
        if self._palette.take_change() or self._page is None or page is not self._page:
            dirty = set(range(self._rows))
        else:
            dirty = {row for row in page.dirty_rows(self._seen) if row < self._rows}
        self._page = page
        self._seen = page.observe()
        return dirty

    def line(self, row: int) -> tuple[Run, ...]:
        """A row's runs without the blank end, at most the screen wide; nothing outside.

        Rows below 0 are the scrollback, -1 the newest; they keep the width they had.
        """
        if row < 0:
            kept = self._history.row(-row)
            return kept.runs if kept else ()
        grid = self._board.display.page.grid
        return runs(grid[row][: self._cols], self._palette) if row < len(grid) else ()

    @property
    def cursor(self) -> Cursor:
        """The remote's cursor."""
        place = self._board.display.cursor
        column, row = place or (0, 0)
        inside = place is not None and 0 <= row < self._rows
        return Cursor(
            column=min(column, self._cols - 1),
            row=row,
            visible=inside,
            shape=str(self._board.cursor.shape),
        )

    @property
    def modes(self) -> Modes:
        """What the remote asked of keyboard, mouse and window."""
        modes, mouse = self._board.modes, self._board.mouse
        return Modes(
            application_cursor=bool(modes.cursor_application_mode),
            application_keypad=bool(modes.application_keypad),
            bracketed_paste=bool(modes.bracketed_paste),
            mouse=_MOUSE.get(mouse.protocol.value, Mouse.OFF),
            sgr_mouse=mouse.encoding.value == "sgr",
            focus_events=bool(modes.focus_reporting),
            alternate_screen=bool(self._board.blitter.in_alt_screen),
            synchronized=bool(modes.synchronized_output),
        )

    @property
    def history(self) -> int:
        """Rows of scrollback that can be read."""
        return len(self._history)

    @property
    def scrolled(self) -> int:
        """Rows that ever left the screen: `scrolled + row` numbers a row for good."""
        return self._history.total

    def settle(self, count: int = 200) -> bool:
        """Make up to `count` rows of the history small, at a quiet time; whether some are left."""
        return self._history.settle(count)

    def take_replies(self) -> bytes:
        """Answers to the remote's queries, to be sent to it; at most 16 KiB wait."""
        return self._replies.take()

    def take_bell(self) -> bool:
        """Whether the bell rang since the last call."""
        rang, self._bell = self._bell, False
        return rang

    def take_clipboard_wish(self) -> bool:
        """Whether the remote asked to set or read the clipboard (OSC 52); it is never let."""
        wanted, self._clipboard_wanted = self._clipboard_wanted, False
        return wanted

    def text(self, first: Point, last: Point) -> str:
        """The text from one point to another, both included; wrapped rows become one line."""
        (top, left), (bottom, right) = sorted((first, last))
        parts: list[str] = []
        for row in range(max(top, -self.history), min(bottom, self._rows - 1) + 1):
            start = left if row == top else 0
            stop = right + 1 if row == bottom else self._cols
            goes_on = self._goes_on(row)
            part = cut(self.line(row), start, stop, pad=goes_on)
            parts.append(part if goes_on and row < bottom else part.rstrip(" ") + "\n")
        return "".join(parts).removesuffix("\n")

    def _goes_on(self, row: int) -> bool:
        if row < 0:
            kept = self._history.row(-row)
            return kept is not None and kept.wrapped
        return bool(self._board.display.page.is_line_wrapped(row))

    def _heard(self, event: PresentEvent | ClipboardWanted | Recoloured) -> None:
        match event:
            case RowsScrolledOff():
                for line in event.lines:
                    self._history.add(FreshRow(line.cells, bool(line.wrapped)))
            case ScrollbackCleared():
                self._history.clear()
            case TitleChanged():
                self.title = one_line(event.title, TITLE_LIMIT)
            case Recoloured() | ReverseScreenChanged():
                self._palette.invalidate()
            case Bell():
                self._bell = True
            case ClipboardWanted():
                self._clipboard_wanted = True


class _Listener:
    """Hears from the engine what would otherwise be lost."""

    keeps_scrollback = True

    def __init__(self, present: Callable[[PresentEvent], None]) -> None:
        self.present = present


def _bounded(size: int) -> int:
    return max(1, min(size, LARGEST))
