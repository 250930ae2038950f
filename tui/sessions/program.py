"""A program on this computer with a terminal of its own, which nobody sees: for POSIX.

Its terminal neither echoes nor waits for whole lines nor translates line ends, and keeps `ctrl+s`;
`ctrl+c`, `ctrl+\\` and `ctrl+z` raise their signals, in the program's own session and nowhere else.
"""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tui.sessions.carrier import HIGH_WATER, LOW_WATER

if sys.platform != "win32":
    import fcntl
    import termios

STOP_SECONDS = 3.0
"""How long a program that was asked to end may take; then it is killed."""
DEFAULT_SIZE = (80, 24)
"""Columns and rows of a terminal whose size nobody told."""
_LATE_SECONDS = 0.5
"""For what was written just before the program ended, if something else holds its terminal."""
_READ = 64 * 1024
_ON_TERMINAL = (sys.executable, "-I", "-S", str(Path(__file__).with_name("ontty.py")))


class Program:
    """One program, started by `start`; `stop` leaves nothing of it behind."""

    def __init__(self, master: int, heard: Callable[[bytes], None]) -> None:
        self._master = master
        self._heard = heard
        self._process: asyncio.subprocess.Process | None = None
        self._loop = asyncio.get_running_loop()
        self._unwritten = bytearray()
        self._room = asyncio.Event()
        self._room.set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._reading = asyncio.Event()
        self._silent = asyncio.Event()

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] | None,
        heard: Callable[[bytes], None],
    ) -> "Program":
        """Start `command`, whose first word is a path, in a terminal of `size` columns and rows.

        `heard` is given what it writes, from the event loop. Raises OSError when it cannot start.
        """
        master, its_side = os.openpty()
        program = cls(master, heard)
        try:
            os.set_blocking(master, False)
            _quiet(its_side)
            program.resize(*(size or DEFAULT_SIZE))
            program._process = await asyncio.create_subprocess_exec(
                *_ON_TERMINAL,
                *command,
                stdin=its_side,
                stdout=its_side,
                stderr=its_side,
                env=environment,
                start_new_session=True,
            )
        except BaseException:
            program._close()
            raise
        finally:
            os.close(its_side)
        program.resume()
        return program

    @property
    def backlog(self) -> int:
        """Octets written that the program has not taken."""
        return len(self._unwritten)

    def write(self, data: bytes) -> None:
        """Type `data`; what the program does not take at once waits."""
        if self._master < 0 or not data:
            return
        waited = bool(self._unwritten)
        self._unwritten += data
        if not waited:
            self._push()
            if self._unwritten:
                self._loop.add_writer(self._master, self._push)

    async def drain(self) -> None:
        """Wait until the program has taken most of what was written."""
        await self._room.wait()

    async def settled(self) -> None:
        """Wait until it has taken everything."""
        await self._empty.wait()

    def pause(self) -> None:
        """Read nothing for now: the program waits when its terminal is full."""
        if self._reading.is_set() and self._master >= 0:
            self._loop.remove_reader(self._master)
        self._reading.clear()

    def resume(self) -> None:
        """Read again."""
        if not self._reading.is_set() and self._master >= 0 and not self._silent.is_set():
            self._loop.add_reader(self._master, self._readable)
        self._reading.set()

    def resize(self, cols: int, rows: int) -> None:
        """The terminal has this size now, in cells."""
        if self._master >= 0:
            size = struct.pack("HHHH", min(rows, 0xFFFF), min(cols, 0xFFFF), 0, 0)
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    async def ended(self) -> None:
        """Wait until the program has ended by itself and all that it wrote was heard."""
        assert self._process is not None
        await self._process.wait()
        await self._reading.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LATE_SECONDS):
                await self._silent.wait()

    async def stop(self, asking: signal.Signals) -> None:
        """Ask it to end, then kill it: it is gone after `STOP_SECONDS`, also when cancelled."""
        assert self._process is not None
        try:
            if self._process.returncode is None:
                self.resume()  # whoever writes to a full terminal hears no signal
                self._signal(asking)
                with suppress(TimeoutError):
                    async with asyncio.timeout(STOP_SECONDS):
                        await self._process.wait()
        finally:
            self._signal(signal.SIGKILL)
            self._close()
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Signal the program and whatever it started, unless it has ended."""
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # what Linux says when the last program has closed its side
        if data:
            self._heard(data)
            return
        self._loop.remove_reader(self._master)
        self._silent.set()

    def _push(self) -> None:
        """Write what the terminal takes."""
        try:
            del self._unwritten[: os.write(self._master, self._unwritten)]
        except BlockingIOError:
            pass
        except OSError:
            self._unwritten.clear()  # nobody reads any more
        self._measure()

    def _measure(self) -> None:
        """Let go whoever waits for room, or let them wait."""
        if not self._unwritten:
            self._loop.remove_writer(self._master)
            self._empty.set()
        else:
            self._empty.clear()
        if len(self._unwritten) <= LOW_WATER:
            self._room.set()
        elif len(self._unwritten) > HIGH_WATER:
            self._room.clear()

    def _close(self) -> None:
        if self._master < 0:
            return
        self._loop.remove_reader(self._master)
        self._unwritten.clear()
        self._measure()
        self._silent.set()
        os.close(self._master)
        self._master = -1


def _quiet(terminal: int) -> None:
    """Make a terminal pass on every byte as it is, but for those that raise signals."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, cc = termios.tcgetattr(terminal)
    iflag &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP)
    oflag &= ~termios.ONLCR
    lflag &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    lflag |= termios.ISIG | termios.NOFLSH
    termios.tcsetattr(terminal, termios.TCSANOW, [iflag, oflag, cflag, lflag, ispeed, ospeed, cc])
