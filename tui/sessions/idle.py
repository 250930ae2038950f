"""How long a session has been idle, and when its time is nearly up.

AWS documents the limit as minutes of a user's inactivity. In practice what the target writes keeps
a session open as well as what is typed, so both directions count here; resizing, acknowledgements
and the pings of the connection do not.
"""

import math
from collections.abc import Callable

from tui.clock import Clock, Timer
from tui.model.idle import ASSUMED, IdleLimit

WARNING_SECONDS = 300.0
"""How long before the end the minutes are told."""
_SLACK = 60.0
"""How far AWS's clock and ours may be apart when a session ends by being idle."""
_MINUTE = 60.0
_WORDS = ("inactivity", "idle")
"""AWS says: Your session timed out due to inactivity and has been terminated."""


class IdleClock:
    """Counts from the last input or output of a session."""

    def __init__(self, clock: Clock) -> None:
        self.tell: Callable[[int | None], None] = lambda _: None
        """Hears the minutes that are left once they are few, and None when it goes on after all."""
        self._clock = clock
        self._limit = ASSUMED
        self._last = clock.monotonic()
        self._timer: Timer | None = None
        self.minutes: int | None = None
        """Begun minutes that are left, once they are few."""

    @property
    def limit(self) -> IdleLimit:
        """After how long AWS ends the session; assumed until `learn`."""
        return self._limit

    def learn(self, limit: IdleLimit) -> None:
        """The limit is known."""
        self._limit = limit
        if self._timer:
            self._look()

    def start(self) -> None:
        """Begin to count."""
        self.touch()
        self._look()

    def touch(self) -> None:
        """Something was typed, or came."""
        self._last = self._clock.monotonic()
        if self.minutes is not None:
            self._become(None)
            self._look()

    def stop(self) -> None:
        """The session has ended."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def explained(self, last_words: str | None) -> str | None:
        """The last words of the remote side, or in their place that the time was up.

        That is so when they say it, and when AWS has closed without a word about then.
        """
        said = (last_words or "").strip().casefold()
        silent = last_words is not None and not said and self._left < _SLACK
        if silent or any(word in said for word in _WORDS):
            return f"closed: idle for {self._limit.seconds / _MINUTE:g} min"
        return last_words

    @property
    def _left(self) -> float:
        return self._last + self._limit.seconds - self._clock.monotonic()

    def _look(self) -> None:
        """Tell what there is to tell, and look again when there may be more."""
        self.stop()
        left = self._left
        minutes = math.ceil(max(left, 0.0) / _MINUTE)
        if left > min(WARNING_SECONDS, self._limit.seconds - _MINUTE):
            self._become(None)
            next_in = left - WARNING_SECONDS
        else:
            self._become(minutes)
            next_in = left - (minutes - 1) * _MINUTE
        if left > 0:
            when = self._clock.monotonic() + max(next_in, 0.5)
            self._timer = self._clock.call_at(when, self._look)

    def _become(self, minutes: int | None) -> None:
        if minutes != self.minutes:
            self.minutes = minutes
            self.tell(minutes)
