"""A terminal around the real command: what it draws is read as a person would see it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tui.terminal.screen import Screen

PATIENCE = 25.0
"""Seconds after which what is waited for will not come any more."""

# Makes the pty the controlling terminal, so that signals and sizes reach the program.
_LOGIN = "import os, sys; os.login_tty(0); os.execvp(sys.argv[1], sys.argv[1:])"


class Outer:
    """A terminal window with one program in it."""

    def __init__(self, size: tuple[int, int], *command: str, env: Mapping[str, str]) -> None:
        self._master, self._slave = pty.openpty()
        self._screen = Screen(*size)
        self._ending = False
        self._resized(size)
        self.modes_before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LOGIN, *command],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=env,
        )

    @property
    def shown(self) -> str:
        """What is on the screen now."""
        _, rows = self._screen.size
        lines = ("".join(run.text for run in self._screen.line(row)) for row in range(rows))
        return "\n".join(line.rstrip() for line in lines)

    def until(self, happens: Callable[[], object], what: str) -> None:
        """Read until something is so; the screen is in the message when it never is."""
        end = time.monotonic() + PATIENCE
        while not happens():
            if time.monotonic() > end or self._has_crashed():
                raise AssertionError(f"{what} did not happen. The screen:\n{self.shown}")
            self._read(0.05)

    def _has_crashed(self) -> bool:
        """Whether the program has ended, all is read, and nobody has asked for its end."""
        return not self._ending and self.process.poll() is not None and not self._read(0.0)

    def sees(self, *texts: str) -> None:
        self.until(lambda: all(text in self.shown for text in texts), f"Seeing {texts}")

    def types(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def resizes(self, size: tuple[int, int]) -> None:
        self._screen.resize(*size)
        self._resized(size)

    def ends(self) -> int:
        """Wait for the program's end; its exit status, negative for a signal's number."""
        self._ending = True
        self.until(lambda: self.process.poll() is not None, "The end")
        while self._read(0.0):
            pass
        status = self.process.poll()
        assert status is not None
        return status

    def is_as_before(self) -> bool:
        """Whether the terminal is as the program found it."""
        modes = self._screen.modes
        drawn = (
            modes.alternate_screen,
            modes.bracketed_paste,
            modes.focus_events,
            modes.mouse != "off",
            not self._screen.cursor.visible,
        )
        return not any(drawn) and termios.tcgetattr(self._slave) == self.modes_before

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def _resized(self, size: tuple[int, int]) -> None:
        columns, rows = size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, seconds: float) -> bool:
        """Take what the program has drawn, and answer what it asks of its terminal."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        self._screen.feed(os.read(self._master, 65536))
        if replies := self._screen.take_replies():
            os.write(self._master, replies)
        return True


@contextmanager
def terminal(size: tuple[int, int], *command: str, env: Mapping[str, str]) -> Iterator[Outer]:
    """A program in a terminal; it is gone afterwards."""
    outer = Outer(size, *command, env=env)
    try:
        yield outer
    finally:
        outer.close()
