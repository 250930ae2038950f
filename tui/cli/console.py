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
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Protocol

from tui.cli.descriptors import read
from tui.cli.guardian import raw
from tui.cli.outlet import Outlet
from tui.errors import Trouble, Unsupported
from tui.sessions.live import Live
from tui.sessions.parting import Ending
from tui.sessions.recording import Recording

Size = tuple[int, int]
"""Columns and rows."""
Start = Callable[[Callable[[bytes], None], Size | None], Awaitable[Live]]
"""Starts a session, given who takes its output and the terminal's size."""

SILENCE_SECONDS = 5.0
"""After this long without a word from the target, input is sent all the same: a command may wait
for it before it writes anything."""
_HIGH_WATER = 256 * 1024
_LOW_WATER = 64 * 1024


class Input(Protocol):
    """Who takes what is typed or piped in."""

    async def send(self, data: bytes) -> None:
        """Take it; waits while too much is on its way."""

    async def finish(self) -> None:
        """There is no more."""


class _Keys:
    """The session itself as the taker of input: as it is, and without an end."""

    def __init__(self, live: Live) -> None:
        self._live = live

    async def send(self, data: bytes) -> None:
        self._live.send(data)
        await self._live.drain()

    async def finish(self) -> None:
        """The session goes on."""


async def attach(
    start: Start, stdin_fd: int = 0, stdout_fd: int = 1, recording: Recording | None = None
) -> Ending:
    """Start a session in the caller's terminal, or in its pipes, and stay until it ends.

    Raises what prevents the start, and Unsupported on Windows.
    """
    console = Console(stdin_fd, stdout_fd, recording=recording)
    live = await start(console.write, console.size)
    return await console.run(live)


class Console:
    """The caller's descriptors, and what waits to be written to them."""

    def __init__(
        self,
        stdin_fd: int | None = 0,
        stdout_fd: int = 1,
        stderr_fd: int = 2,
        recording: Recording | None = None,
    ) -> None:
        """Without a `stdin_fd` nothing is read. `recording` gets all output and each size."""
        if sys.platform == "win32":
            raise Unsupported(
                "A session in this terminal is not possible on Windows yet.",
                "Use the browser: `hatchway`.",
            )
        self._stdin = stdin_fd
        self._stdout = stdout_fd
        self._out = Outlet(stdout_fd, self._relieved)
        self._err = Outlet(stderr_fd, self._relieved)
        self._recording = recording
        self._live: Live | None = None

    @property
    def size(self) -> Size | None:
        """The terminal's size, if there is one: of the output, else of the input."""
        for fd in (self._stdout, self._stdin):
            with suppress(OSError):
                columns, rows = os.get_terminal_size(-1 if fd is None else fd)
                if columns and rows:
                    return columns, rows
        return None

    @property
    def waiting(self) -> int:
        """Octets of output that nobody has taken yet."""
        return self._out.waiting + self._err.waiting

    def write(self, data: bytes) -> None:
        """Queue output; the session is paused while too much of it waits."""
        self._put(self._out, data)

    def write_error(self, data: bytes) -> None:
        """Queue what belongs on standard error, which counts as well."""
        self._put(self._err, data)

    def _put(self, outlet: Outlet, data: bytes) -> None:
        if self._recording:
            self._recording.output(data)
        outlet.put(data)
        if self._live and self.waiting > _HIGH_WATER:
            self._live.pause()

    def _relieved(self) -> None:
        if self._live and self.waiting <= _LOW_WATER:
            self._live.resume()

    async def run(self, live: Live, taker: Input | None = None) -> Ending:
        """Stay with the session until it has ended and all its output is written.

        `taker` gets the input instead of the session. The session is closed when this is
        cancelled, or when nobody takes the output any more.
        """
        self._live = live
        self.write(b"")  # what came before counts for holding back, too
        try:
            # Until the target speaks, Ctrl-C is for us: nothing there could hear it.
            with suppress(Trouble):
                if await live.opened(SILENCE_SECONDS) is None:
                    live.speak_first()
            with self._raw(), self._resizing(live):
                async with asyncio.TaskGroup() as group:
                    typing = group.create_task(self._type(taker or _Keys(live)))
                    group.create_task(self._show(live))
                    group.create_task(self._err.show())
                    ending = await live.wait()
                    typing.cancel()
                    self._out.complete()
                    self._err.complete()
        finally:
            live.hang_up()
        return ending

    def _raw(self) -> AbstractContextManager[None]:
        """Raw mode meanwhile, if the input is a terminal; restored on every way out."""
        return nullcontext() if self._stdin is None else raw(self._stdin)

    async def _type(self, taker: Input) -> None:
        """Send what is typed or piped in, until its end."""
        if self._stdin is None:
            return
        while data := await read(self._stdin):
            await taker.send(data)
        await taker.finish()

    async def _show(self, live: Live) -> None:
        """Without anybody who takes the output, the session makes no sense."""
        if not await self._out.show():
            live.hang_up()

    @contextmanager
    def _resizing(self, live: Live) -> Iterator[None]:
        """Tell the session the size of the terminal whenever it changes."""
        loop = asyncio.get_running_loop()

        def changed() -> None:
            if size := self.size:
                live.resize(*size)
                if self._recording:
                    self._recording.resize(*size)

        loop.add_signal_handler(signal.SIGWINCH, changed)
        changed()
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGWINCH)
