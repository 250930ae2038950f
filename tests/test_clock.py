"""The computer's own time."""

import asyncio
import time

from tui.clock import RealClock


async def test_callbacks_come_in_order_and_not_before_their_time() -> None:
    clock = RealClock()
    heard: list[str] = []
    done = asyncio.Event()
    start = clock.monotonic()
    clock.call_at(start + 0.02, done.set)
    clock.call_at(start + 0.01, lambda: heard.append("later"))
    clock.call_at(start - 10, lambda: heard.append("at once"))
    clock.call_at(start, lambda: heard.append("never")).cancel()
    await done.wait()
    assert heard == ["at once", "later"]
    assert clock.monotonic() >= start + 0.02


def test_the_date_is_in_milliseconds() -> None:
    assert abs(RealClock().wall_ms() - time.time() * 1000) < 60_000
