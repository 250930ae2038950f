"""The caller's own terminal as the near end of a session: bytes through, nothing changed.

A terminal is put in raw mode for as long as the session runs and restored on every way out; the
signals that end the program arrive here as a cancellation (`tui.cli.main.run`), which is one of
those ways. Without a terminal the bytes are piped: the end of the input ends only the sending, the
session goes on until the remote side ends it. Both directions hold back: input is not read while
the session is full, and the session is paused while nobody takes the output.

The descriptors keep their blocking mode, which they share with other programs. For POSIX.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from tui.cli.descriptors import output, read, write_some
from tui.errors import Trouble, Unsupported
from tui.sessions.live import Live
from tui.sessions.parting import Ending

if sys.platform != "win32":
    import termios
    import tty

Size = tuple[int, int]
"""Columns and rows."""
Start = Callable[[Callable[[bytes], None], Size | None], Awaitable[Live]]
"""Starts a session, given who takes its output and the terminal's size."""

SILENCE_SECONDS = 5.0
"""After this long without a word from the target, input is sent all the same: a command may wait
for it before it writes anything."""
_HIGH_WATER = 256 * 1024
_LOW_WATER = 64 * 1024


async def attach(start: Start, stdin_fd: int = 0, stdout_fd: int = 1) -> Ending:
    """Start a session in the caller's terminal, or in its pipes, and stay until it ends.

    Raises what prevents the start, and Unsupported on Windows.
    """
    console = Console(stdin_fd, stdout_fd)
    live = await start(console.write, console.size)
    return await console.run(live)


class Console:
    """Two descriptors, and what waits to be written to one of them."""

    def __init__(self, stdin_fd: int = 0, stdout_fd: int = 1) -> None:
        if sys.platform == "win32":
            raise Unsupported(
                "A session in this terminal is not possible on Windows yet.",
                "Use the browser: `hatchway`.",
            )
        self._stdin = stdin_fd
        self._stdout = stdout_fd
        self._waiting = bytearray()
        self._more = asyncio.Event()
        self._live: Live | None = None
        self._complete = False

    @property
    def size(self) -> Size | None:
        """The terminal's size, if there is one: of the output, else of the input."""
        for fd in (self._stdout, self._stdin):
            with suppress(OSError):
                columns, rows = os.get_terminal_size(fd)
                if columns and rows:
                    return columns, rows
        return None

    def write(self, data: bytes) -> None:
        """Queue output; the session is paused while too much of it waits."""
        self._waiting += data
        self._more.set()
        if self._live and len(self._waiting) > _HIGH_WATER:
            self._live.pause()

    async def run(self, live: Live) -> Ending:
        """Stay with the session until it has ended and all its output is written.

        It is closed when this is cancelled, or when nobody takes the output any more.
        """
        self._live = live
        self.write(b"")  # what came before counts for holding back, too
        try:
            # Until the target speaks, Ctrl-C is for us: nothing there could hear it.
            with suppress(Trouble):
                if await live.opened(SILENCE_SECONDS) is None:
                    live.speak_first()
            with _raw(self._stdin), self._resizing(live):
                async with asyncio.TaskGroup() as group:
                    typing = group.create_task(self._type(live))
                    group.create_task(self._show(live))
                    ending = await live.wait()
                    typing.cancel()
                    self._complete = True
                    self._more.set()
        finally:
            live.hang_up()
        return ending

    async def _type(self, live: Live) -> None:
        """Send what is typed or piped in, until its end."""
        while data := await read(self._stdin):
            live.send(data)
            await live.drain()

    async def _show(self, live: Live) -> None:
        """Write what waits until the session has ended and nothing waits any more."""
        try:
            with output(self._stdout) as fd:
                while not (self._complete and not self._waiting):
                    while self._waiting:
                        await self._write_some(fd, live)
                    self._more.clear()
                    if not self._complete:
                        await self._more.wait()
        except OSError:
            self._waiting.clear()  # the terminal or the reader of the pipe has gone
            live.hang_up()

    async def _write_some(self, fd: int, live: Live) -> None:
        """Write as much as can be written without blocking the program."""
        await write_some(fd, self._waiting)
        if len(self._waiting) <= _LOW_WATER:
            live.resume()

    @contextmanager
    def _resizing(self, live: Live) -> Iterator[None]:
        """Tell the session the size of the terminal whenever it changes."""
        loop = asyncio.get_running_loop()

        def changed() -> None:
            if size := self.size:
                live.resize(*size)

        loop.add_signal_handler(signal.SIGWINCH, changed)
        changed()
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGWINCH)


@contextmanager
def _raw(fd: int) -> Iterator[None]:
    """Raw mode, if it is a terminal; what was typed ahead at the end is not left to the shell."""
    if not os.isatty(fd):
        yield
        return
    before = termios.tcgetattr(fd)
    try:
        tty.setraw(fd, termios.TCSANOW)
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone, and its mode with it
            termios.tcsetattr(fd, termios.TCSAFLUSH, before)
