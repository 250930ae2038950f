"""Time, as all rooms see it: a seam, so that tests need not wait."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A callback that waits for its time."""

    def cancel(self) -> None:
        """Do not call it any more."""


class Clock(Protocol):
    """What is asked of time."""

    def monotonic(self) -> float:
        """Seconds, never going backwards."""

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call back once `monotonic()` has reached `when`."""


class RealClock:
    """The computer's own time; callbacks come from the running event loop."""

    def monotonic(self) -> float:
        """Seconds of `time.monotonic`."""
        return time.monotonic()

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call back from the event loop; soon, when the time is past."""
        delay = max(0.0, when - time.monotonic())
        return asyncio.get_running_loop().call_later(delay, callback)


async def sleep_until(clock: Clock, when: float, wake: asyncio.Event | None = None) -> None:
    """Waits until `clock.monotonic()` has reached `when`, or until `wake` is set."""
    alarm = wake if wake is not None else asyncio.Event()
    if clock.monotonic() >= when:
        return
    timer = clock.call_at(when, alarm.set)
    try:
        await alarm.wait()
    finally:
        timer.cancel()
