"""Recordings of terminals, as asciicast version 2: one line of JSON for each thing that happened.

The first line is the header: the size, the time, a title. Then come `[seconds, "o", text]` for
output and `[seconds, "r", "132x43"]` for another size. What was typed is not recorded: it may be
a password. Nothing of an account's keys or of a session's token is known here at all.

Each line is written as it comes, a few kilobytes at most at a time and straight to the file: there
is no queue that could grow, a disk that is slow holds the session back, and whatever happens to
the program, all but a half-written last line can be played. A disk that is full ends the
recording, not the session.

The format: https://docs.asciinema.org/manual/asciicast/v2/
"""

import codecs
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tui import paths
from tui.clock import Clock, RealClock
from tui.errors import Trouble, WrongUse
from tui.model.plain import plain

TERM = "xterm-256color"
"""What the agents tell their programs that they run in."""
DEFAULT_SIZE = (80, 24)
"""Columns and rows where nobody knows them."""

_LONGEST_TEXT = 4096
_LONGEST_TITLE = 200
_LONGEST_NAME = 80
_MOST_OF_A_NAME = 1000


def _nobody(_: Trouble) -> None:
    """Nobody listens."""


class Recording:
    """One recording, from `begin` to `close`; what comes afterwards is not recorded."""

    def __init__(
        self,
        path: Path,
        fd: int,
        size: tuple[int, int],
        clock: Clock,
        on_trouble: Callable[[Trouble], None],
    ) -> None:
        """`begin` makes one. `on_trouble` hears once why it ended before it was closed."""
        self.path = path
        """The file, which may have another name than was asked for."""
        self._fd = fd
        self._size = size
        self._clock = clock
        self._on_trouble = on_trouble
        self._began_at = clock.monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._empty = True

    @classmethod
    def begin(
        cls,
        path: Path,
        *,
        title: str,
        size: tuple[int, int] | None = None,
        clock: Clock | None = None,
        on_trouble: Callable[[Trouble], None] = _nobody,
    ) -> Self:
        """Make the file, for nobody else to read, and write the header.

        A file that exists stays as it is: the new one gets a number behind its name. Raises
        WrongUse when no file can be made there.
        """
        clock = clock or RealClock()
        columns, rows = size or DEFAULT_SIZE
        header = {
            "version": 2,
            "width": columns,
            "height": rows,
            "timestamp": clock.wall_ms() // 1000,
            "title": plain(title)[:_LONGEST_TITLE],
            "env": {"TERM": TERM},
        }
        made, fd = _new_file(path)
        recording = cls(made, fd, (columns, rows), clock, on_trouble)
        recording._write(header)
        return recording

    @property
    def running(self) -> bool:
        """Whether it records."""
        return self._fd >= 0

    def output(self, data: bytes) -> None:
        """The terminal was written to; a character may be cut anywhere."""
        self._text(self._decoder.decode(data))

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has this size now; the same as before is nothing new."""
        if (columns, rows) != self._size:
            self._size = (columns, rows)
            self._event("r", f"{columns}x{rows}")

    def close(self) -> bool:
        """End it; a recording of nothing leaves no file. Whether there is one."""
        self._text(self._decoder.decode(b"", final=True))
        self._close()
        if self._empty:
            self.path.unlink(missing_ok=True)
        return not self._empty

    def _text(self, text: str) -> None:
        for at in range(0, len(text), _LONGEST_TEXT):
            self._event("o", text[at : at + _LONGEST_TEXT])
            self._empty = False

    def _event(self, kind: str, text: str) -> None:
        seconds = max(self._clock.monotonic() - self._began_at, 0.0)
        self._write([round(seconds, 6), kind, text])

    def _write(self, line: object) -> None:
        """One line, whole or not at all as far as we can help it."""
        if not self.running:
            return
        rest = memoryview(f"{json.dumps(line, ensure_ascii=False)}\n".encode("utf-8", "replace"))
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError as error:
            self._close()
            self._on_trouble(
                Trouble(
                    f"The recording {self.path} has ended: {error.strerror}.",
                    "The session goes on without it.",
                )
            )

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with suppress(OSError):
                os.close(fd)


def in_state_folder(title: str, clock: Clock | None = None) -> Path:
    """Where a recording goes when nobody says where: named after the time and the title.

    Raises WrongUse when there is no such folder and none can be made.
    """
    began = datetime.fromtimestamp((clock or RealClock()).wall_ms() / 1000, UTC)
    name = re.sub(r"[^0-9A-Za-z._]+", "-", title).strip("-.")[:_LONGEST_NAME] or "session"
    try:
        return paths.recordings() / f"{began:%Y%m%dT%H%M%SZ}-{name}.cast"
    except OSError as error:
        raise WrongUse(f"There is no folder for recordings: {error.strerror}.") from error


def _new_file(path: Path) -> tuple[Path, int]:
    """A file that did not exist, and a descriptor that writes to it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    for number in range(1, _MOST_OF_A_NAME):
        name = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            return name, os.open(name, flags, 0o600)
        except FileExistsError:
            continue
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise WrongUse(
                f"Nothing can be recorded to {plain(str(path))}: {why}.",
                "Name a file in a folder that exists.",
            ) from error
    raise WrongUse(f"{plain(str(path))} and {_MOST_OF_A_NAME - 2} more of that name exist already.")
