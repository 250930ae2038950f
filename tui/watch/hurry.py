"""A person's key on its way to the screen, for which all that can wait makes room.

A key goes through several turns of the event loop and two threads before its frame is painted. When
each turn also holds a few milliseconds of other work, they add up to what a person feels.
"""

import time
from collections.abc import Callable

from tui.clock import Clock, RealClock

_FRAME = 0.02
"""Seconds that a key takes to the screen, most often."""
_MOST = 0.12
"""Seconds after which other work goes on though keys come without a pause."""
_BREATH = 0.02
"""Seconds of other work after that, at least."""


class Hurry:
    """May be used from any thread."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or RealClock()
        self._since = 0.0
        self._until = 0.0
        self._listeners: tuple[Callable[[], object], ...] = ()

    def begins(self) -> None:
        """A key was pressed."""
        now = self._clock.monotonic()
        if now >= self._until + _BREATH:
            self._since = now
        self._until = min(now + _FRAME, self._since + _MOST)
        for listener in self._listeners:
            listener()

    @property
    def is_on(self) -> bool:
        """Whether a key is likely to be on its way; never for long without a pause."""
        return self._clock.monotonic() < self._until

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Have `listener` called whenever a key was pressed, in whatever thread hears of it first;
        gives what ends that."""
        self._listeners = (*self._listeners, listener)
        return lambda: self._forget(listener)

    def _forget(self, listener: Callable[[], object]) -> None:
        self._listeners = tuple(one for one in self._listeners if one is not listener)

    def wait(self) -> None:
        """Stop this thread while one is on its way; for a loop beside the screen's, never for that.

        It is meant to block: whatever else the loop has ready would take the interpreter.
        """
        while (left := self._until - self._clock.monotonic()) > 0:
            time.sleep(left)
