"""The outgoing half of the embedded terminal: what the remote writes comes to the screen here."""

import asyncio
import time
from collections.abc import Callable

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.timer import Timer

from tui.terminal.cells import one_line
from tui.ui.widgets.terminal_backlog import Backlog, Pace
from tui.ui.widgets.terminal_canvas import TerminalCanvas

_RESIZE_PAUSE = 0.05
"""Seconds that a window must keep its size before the remote hears of it again."""

_BELL_PAUSE = 0.5
_REASON_LIMIT = 200


class TerminalView(TerminalCanvas, can_focus=True):
    """Shows the remote's screen and its history.

    `send` takes bytes for the remote, `resize` columns and rows; `pause` and `resume` hold the
    remote's output back while too much waits to be drawn. Painting is by the line: one cached
    strip a row, rows that changed only, at most thirty times a second.
    """

    class TitleChanged(Message, namespace="terminal"):
        """The remote named its window."""

        def __init__(self, title: str) -> None:
            super().__init__()
            self.title = title

    class ClipboardRefused(Message, namespace="terminal"):
        """The remote asked for the clipboard (OSC 52) and did not get it."""

    class Stumbled(Message, namespace="terminal"):
        """The screen could not take the remote's output, and began anew."""

    def __init__(
        self,
        *,
        send: Callable[[bytes], None],
        resize: Callable[[int, int], None],
        pause: Callable[[], None] | None = None,
        resume: Callable[[], None] | None = None,
        scrollback: int = 2000,
    ) -> None:
        super().__init__(scrollback)
        self._send_bytes = send
        self._tell_size = resize
        self._backlog = Backlog(self._emulator.feed, time.monotonic, pause, resume)
        self._pace = Pace()
        self._feeding = False
        self._paint_timer: Timer | None = None
        self._paint_at = 0.0
        self._size_timer: Timer | None = None
        self._told_size: tuple[int, int] | None = None
        self._told_title = ""
        self._told_broken = 0
        self._last_bell = 0.0
        self._cursor_line = 0
        self._lines_seen = 0

    def feed(self, data: bytes) -> None:
        """Take output of the remote; cheap, and drawn soon. To be called in the event loop."""
        self._backlog.add(data)
        self._keep_feeding()

    def end(self, reason: str) -> None:
        """Say that the session is over and why; from now on keys go nowhere."""
        self._ending = one_line(reason, _REASON_LIMIT) or "Session ended."
        self._repaint_note()

    # from bytes to the screen

    def _keep_feeding(self) -> None:
        if not self._feeding and self.is_running:
            self._feeding = True
            self.call_later(self._feed_on)

    async def _feed_on(self) -> None:
        """Feed for a moment, let everyone else have a turn, and go on; in the end, tidy up."""
        if len(self._backlog):
            self._backlog.work()
            self._take_news()
            self._plan_paint()
            again = True
        else:
            again = self._emulator.settle()
        await asyncio.sleep(0)
        self._feeding = False
        if again or len(self._backlog):
            self._keep_feeding()

    def _take_news(self) -> None:
        """Pass on what the remote said besides its screen."""
        emulator = self._emulator
        if (replies := emulator.take_replies()) and not self.ended:
            self._send_bytes(replies)
        if emulator.title != self._told_title:
            self._told_title = emulator.title
            self.post_message(self.TitleChanged(emulator.title))
        if emulator.broken != self._told_broken:
            self._told_broken = emulator.broken
            self.post_message(self.Stumbled())
        if emulator.take_bell() and time.monotonic() - self._last_bell > _BELL_PAUSE:
            self._last_bell = time.monotonic()
            self.app.bell()
        if emulator.take_clipboard_wish():
            self.post_message(self.ClipboardRefused())

    # when to paint

    def _plan_paint(self) -> None:
        now = time.monotonic()
        at = self._pace.due(now, held=self._emulator.modes.synchronized)
        if self._paint_timer is not None:
            if self._paint_at <= at:
                return
            self._paint_timer.stop()
            self._paint_timer = None
        if at <= now:
            self._paint()
        else:
            self._paint_at = at
            self._paint_timer = self.set_timer(at - now, self._paint_in_time)

    def _paint_in_time(self) -> None:
        self._paint_timer = None
        self._plan_paint()

    def _paint(self) -> None:
        self._pace.painted(time.monotonic())
        emulator = self._emulator
        dirty = emulator.take_dirty()
        cursor = emulator.cursor
        dirty |= {self._cursor_line, cursor.row}
        self._cursor_line = cursor.row
        new_lines = emulator.scrolled - self._lines_seen
        self._lines_seen = emulator.scrolled
        if self._back:
            # The reader's rows stay where they are, as long as the history has them.
            self._back = min(self._back + new_lines, emulator.history)
            self._repaint_all()
            return
        self._repaint_rows(dirty)
        if self.has_focus:
            self.app.cursor_position = self.content_region.offset + Offset(
                cursor.column, cursor.row
            )

    # the window

    def on_mount(self) -> None:
        """Begin with what came before there was a window."""
        self._keep_feeding()

    def on_resize(self, event: events.Resize) -> None:
        """Give the screen the window's size at once, and the remote once it rests."""
        cols, rows = self.size
        if not cols or not rows:
            return
        self._emulator.resize(cols, rows)
        self._lines_seen = self._emulator.scrolled
        self._back = min(self._back, self._emulator.history)
        self._repaint_all()
        if self._told_size is None:
            self._tell_the_remote()
        elif self._size_timer is None:
            self._size_timer = self.set_timer(_RESIZE_PAUSE, self._tell_the_remote)
        else:
            self._size_timer.reset()

    def _tell_the_remote(self) -> None:
        self._size_timer = None
        if self._told_size != self._emulator.size:
            self._told_size = self._emulator.size
            self._tell_size(*self._told_size)

    def on_focus(self) -> None:
        """Draw the cursor as that of the window that is typed into."""
        self._repaint_rows({self._emulator.cursor.row})

    def on_blur(self) -> None:
        """Draw the cursor as that of a window that is not typed into."""
        self._repaint_rows({self._emulator.cursor.row})
