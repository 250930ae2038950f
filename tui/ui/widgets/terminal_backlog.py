"""Output that waits to be drawn: fed to the screen in slices, and painted in measure."""

import re
from collections.abc import Callable
from itertools import islice

BUDGET = 0.008
"""Seconds of feeding before keys and other widgets get their turn."""

SLICE_SMALLEST, SLICE_LARGEST = 128, 16 * 1024
"""Bytes fed at once; slices shrink when some bytes turn out to be dear."""

SEQUENCES_LARGEST = 64
"""Control sequences fed at once: each may ask for work on the whole screen."""

_SEQUENCE = re.compile(rb"[\x1b\x9b]")

PAUSE_ABOVE = 256 * 1024
"""Bytes of backlog at which the sender is paused; below half of it, it goes on."""

HARD_LIMIT = 16 * 1024 * 1024
"""Bytes of backlog at which adding works some of it off first: a sender that cannot be paused is
held up, and nothing is lost."""

FRAME = 1 / 30
"""Seconds between two paints."""

LONGEST_HOLD = 0.15
"""Seconds that the remote may hold a paint back with synchronized output (mode 2026)."""


class Backlog:
    """Bytes that wait for the screen. `clock` counts seconds."""

    def __init__(
        self,
        feed: Callable[[bytes], None],
        clock: Callable[[], float],
        pause: Callable[[], None] | None = None,
        resume: Callable[[], None] | None = None,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._pause = pause
        self._resume = resume
        self._waiting = bytearray()
        self._slice = SLICE_LARGEST // 2
        self._paused = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, data: bytes) -> None:
        """Take bytes; the sender is paused when there are too many."""
        self._waiting += data
        if len(self._waiting) > PAUSE_ABOVE and not self._paused:
            self._paused = True
            if self._pause:
                self._pause()
        while len(self._waiting) > HARD_LIMIT:
            self.work()

    def work(self) -> bool:
        """Feed for `BUDGET` seconds; whether more is waiting."""
        end = self._clock() + BUDGET
        while self._waiting:
            started = self._clock()
            if started >= end:
                break
            self._feed(self._take())
            self._measure(self._clock() - started)
        if self._paused and len(self._waiting) < PAUSE_ABOVE // 2:
            self._paused = False
            if self._resume:
                self._resume()
        return bool(self._waiting)

    def _take(self) -> bytes:
        piece = bytes(self._waiting[: self._slice])
        sequences = min(SEQUENCES_LARGEST, max(1, self._slice // SLICE_SMALLEST))
        for found in islice(_SEQUENCE.finditer(piece), sequences, sequences + 1):
            piece = piece[: found.start()]
        del self._waiting[: len(piece)]
        return piece

    def _measure(self, took: float) -> None:
        if took > BUDGET:
            self._slice = max(SLICE_SMALLEST, self._slice // 2)
        elif took < BUDGET / 4:
            self._slice = min(SLICE_LARGEST, self._slice * 2)


class Pace:
    """When to paint: at once after a rest, else `FRAME` after the last time, and not in the middle
    of a frame that the remote holds together, up to `LONGEST_HOLD`."""

    def __init__(self) -> None:
        self._painted = float("-inf")
        self._held_since: float | None = None

    def due(self, now: float, *, held: bool) -> float:
        """When the next paint is due, in seconds of the clock that `now` was read from."""
        if not held:
            self._held_since = None
            return self._painted + FRAME
        if self._held_since is None:
            self._held_since = now
        return max(self._painted + FRAME, self._held_since + LONGEST_HOLD)

    def painted(self, now: float) -> None:
        """Note that it was painted."""
        self._painted = now
        if self._held_since is not None:
            self._held_since = now
