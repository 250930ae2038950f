"""Time in the embedded AWS: the real clock in the demo, one moved by hand in tests."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class RealClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class HandClock:
    """A clock that stands still until it is moved, so that a test decides what has happened."""

    def __init__(self, start: float = 1_767_225_600.0) -> None:
        self._now = start

    def now(self) -> float:
        """Seconds since the epoch; it starts at 2026-01-01T00:00:00Z."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward; a clock never runs backwards."""
        if seconds < 0:
            raise ValueError("a clock does not run backwards")
        self._now += seconds
