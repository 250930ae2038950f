"""The agent's end of a pseudo-terminal: bytes in and out of the event loop, and its size."""

import asyncio
import os
import struct
import sys
from collections.abc import Callable

if sys.platform != "win32":
    import fcntl
    import termios

_LATE_OUTPUT = 0.05
"""Seconds in which the kernel hands over what was written just before the program ended."""


class Terminal:
    """A new pseudo-terminal; the program gets `program_side`."""

    def __init__(self, cols: int, rows: int, relieved: Callable[[], None]) -> None:
        """`relieved` is called when the program has taken all that was written."""
        self._master, self.program_side = os.openpty()
        os.set_blocking(self._master, False)
        self._loop = asyncio.get_running_loop()
        self._relieved = relieved
        self._unwritten = bytearray()
        self._readable: asyncio.Future[None] | None = None
        self._finished = False
        self.resize(cols, rows)

    @property
    def backlog(self) -> int:
        """Bytes written that the program has not taken."""
        return len(self._unwritten)

    def resize(self, cols: int, rows: int) -> None:
        """Change the size in cells; the program in front hears of it by SIGWINCH."""
        if self._master >= 0:
            size = struct.pack("HHHH", rows, cols, 0, 0)
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def hand_over(self) -> None:
        """The program has its side: forget ours, so that its end is seen."""
        os.close(self.program_side)
        self.program_side = -1

    def finish(self) -> None:
        """The program is gone: `read` ends as soon as nothing more comes."""
        self._loop.call_later(_LATE_OUTPUT, self._finish)

    async def read(self, most: int) -> bytes:
        """What the program wrote, at most `most` bytes; empty at its end. For one reader."""
        while True:
            try:
                return os.read(self._master, most)
            except BlockingIOError:
                if self._finished:
                    return b""
                await self._wait_readable()
            except OSError:
                # Linux says EIO when the last program has closed its side
                return b""

    def write(self, data: bytes) -> None:
        """Type `data`; what the program does not take at once waits in `backlog`."""
        if self._master < 0:
            return
        waiting = bool(self._unwritten)
        self._unwritten += data
        if not waiting and not self._push():
            self._loop.add_writer(self._master, self._writable)

    def close(self) -> None:
        """Hang up."""
        if self._master < 0:
            return
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
        os.close(self._master)
        self._master = -1
        self._unwritten.clear()
        if self.program_side >= 0:
            self.hand_over()

    async def _wait_readable(self) -> None:
        self._readable = self._loop.create_future()
        self._loop.add_reader(self._master, self._wake)
        try:
            await self._readable
        finally:
            if self._master >= 0:
                self._loop.remove_reader(self._master)
            self._readable = None

    def _wake(self) -> None:
        if self._readable and not self._readable.done():
            self._readable.set_result(None)

    def _finish(self) -> None:
        self._finished = True
        self._wake()

    def _push(self) -> bool:
        """Write what the kernel takes; True when nothing waits any more."""
        try:
            written = os.write(self._master, self._unwritten)
        except BlockingIOError:
            return False
        except OSError:
            # nobody reads any more
            written = len(self._unwritten)
        del self._unwritten[:written]
        return not self._unwritten

    def _writable(self) -> None:
        if self._push():
            self._loop.remove_writer(self._master)
            self._relieved()
