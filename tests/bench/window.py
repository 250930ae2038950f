"""A terminal window with a program of the benchmarks in it: its keys, its picture, its figures."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

from tests.bench import process
from tests.bench.hotline import WIRES
from tests.bench.painted import Painted, Run

PATIENCE = 900.0
"""Seconds after which a report will not come any more."""
_LEAVE = 15.0
_LATEST = 40
"""Runs that are told when the program has ended too soon."""

SMALL = (80, 24)
LARGE = (200, 50)
_GAP = 0.0005
"""Seconds between two pieces of one frame."""
_AT_ONCE = 64
"""Pieces that are fetched at once: some frames."""


class Window:
    """The program runs from the start; whoever waits here also empties its pty."""

    def __init__(
        self, size: tuple[int, int], command: Sequence[str], env: Mapping[str, str]
    ) -> None:
        self.painted = Painted()
        self.read_at = 0.0
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._latest: deque[str] = deque(maxlen=_LATEST)
        self.started = time.perf_counter()
        below, self._commands = os.pipe()
        self._reports, above = os.pipe()
        self._said = b""
        for wire in (below, above):
            os.set_inheritable(wire, True)
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        wires = {WIRES: f"{below},{above}"}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], list(command), {**env, **terminal, **wires})
        os.close(below)
        os.close(above)
        columns, rows = size
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        """Presses keys."""
        os.write(self._fd, keys)

    def read(self, seconds: float) -> list[Run]:
        """What is painted next; nothing if nothing comes in time. `read_at` is when it came.

        What comes in one go is fetched before any of it is looked at: a program that paints much
        must not wait for its observer, nor be charged for it.
        """
        if not self._waiting:
            self._fetch(max(seconds, 0.0))
        if not self._waiting:
            return []
        self.read_at, octets = self._waiting.popleft()
        runs = self.painted.feed(octets)
        self._latest.extend(run.text for run in runs[-_LATEST:])
        return runs

    def _fetch(self, seconds: float) -> None:
        while select.select([self._fd], [], [], seconds)[0]:
            try:
                octets = os.read(self._fd, 1 << 16)
            except OSError as error:
                words = "".join(self._latest) + self.painted.rest
                raise RuntimeError(f"the program has ended: {words}") from error
            self._waiting.append((time.perf_counter(), octets))
            if len(self._waiting) >= _AT_ONCE:
                return
            seconds = _GAP

    def drain(self, seconds: float) -> list[Run]:
        """All that is painted within this time."""
        end = time.perf_counter() + seconds
        runs: list[Run] = []
        while (left := end - time.perf_counter()) > 0 or self._waiting:
            runs += self.read(left)
        return runs

    def say(self, command: str) -> None:
        """A command for the program; see `hotline`."""
        os.write(self._commands, command.encode() + b"\n")

    def told(self, about: str, within: float = PATIENCE) -> dict[str, int]:
        """Waits for a report with that word in it; others are dropped."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            line, mark, rest = self._said.partition(b"\n")
            if mark:
                self._said = rest
                report: dict[str, int] = json.loads(line)
                if about in report:
                    return report
            elif self._reports in select.select([self._reports, self._fd], [], [], 1.0)[0]:
                said = os.read(self._reports, 1 << 16)
                if not said:
                    self._last_words()
                self._said += said
            else:
                self.read(0)
        raise RuntimeError(f"no report on {about} within {within:.0f} s")

    def _last_words(self) -> NoReturn:
        while True:
            self.read(_LEAVE)

    def memory(self) -> int:
        """Resident bytes of the program."""
        return process.memory(self.pid)

    def cpu(self) -> float:
        """Seconds of CPU that the program has used."""
        return process.cpu(self.pid)

    def leave(self) -> None:
        """Presses q and waits for the end."""
        self.press(b"q")
        self._wait_for_end(_LEAVE)

    def close(self) -> None:
        """Kills the program if it runs still."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGTERM)
            self._wait_for_end(_LEAVE)
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        for wire in (self._commands, self._reports, self._fd):
            os.close(wire)

    def _wait_for_end(self, seconds: float) -> None:
        """A program that leaves still writes; a full pty would hold it up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            with contextlib.suppress(RuntimeError):
                self.read(0.05)


@contextmanager
def window(
    size: tuple[int, int], module: str, *arguments: str, env: Mapping[str, str]
) -> Iterator[Window]:
    """A module of this project in a window; it is gone afterwards."""
    shown = Window(size, [sys.executable, "-m", module, *arguments], env)
    try:
        yield shown
    finally:
        shown.close()
