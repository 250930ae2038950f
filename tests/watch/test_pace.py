"""The token buckets: bursts, steady rates, refusals and recovery, in virtual time."""

import asyncio

from tests.watch.plain import VirtualClock
from tui.watch.pace import Pace, Rate

RATE = Rate(burst=20, per_second=10)


async def calls_in(pace: Pace, clock: VirtualClock, seconds: float, key: str = "a") -> int:
    """How many calls pass in that time when there is always one more to make."""
    passed = 0

    async def ask() -> None:
        nonlocal passed
        while True:
            await pace.turn(key, RATE)
            passed += 1

    async with asyncio.TaskGroup() as group:
        task = group.create_task(ask())
        await clock.advance(seconds)
        task.cancel()
    return passed


async def test_the_burst_and_the_rate_are_half_of_what_aws_publishes(clock: VirtualClock) -> None:
    pace = Pace(clock)
    assert await calls_in(pace, clock, 0.0) == 10
    assert await calls_in(pace, clock, 10.0) in {49, 50}


async def test_buckets_do_not_wait_for_each_other(clock: VirtualClock) -> None:
    pace = Pace(clock)
    await calls_in(pace, clock, 0.0, "prod")
    assert await calls_in(pace, clock, 0.0, "dev") == 10


async def test_a_refusal_empties_the_bucket_and_halves_the_rate(clock: VirtualClock) -> None:
    pace = Pace(clock)
    await calls_in(pace, clock, 0.0)
    pace.refused("a", RATE)
    assert pace.speed("a") == 2.5
    assert await calls_in(pace, clock, 4.0) < 12


async def test_refusals_of_calls_made_together_count_once(clock: VirtualClock) -> None:
    pace = Pace(clock)
    for _ in range(20):
        pace.refused("a", RATE)
    assert pace.speed("a") == 2.5


async def test_refusals_that_go_on_never_stop_a_bucket_altogether(clock: VirtualClock) -> None:
    pace = Pace(clock)
    for _ in range(40):
        pace.refused("a", RATE)
        await clock.advance(1.1)
    assert (pace.speed("a") or 0) > 0.1
    assert await calls_in(pace, clock, 20.0) >= 3


async def test_a_bucket_recovers_its_rate_when_nothing_is_refused(clock: VirtualClock) -> None:
    pace = Pace(clock)
    pace.refused("a", RATE)
    await clock.advance(59.0)
    assert pace.speed("a") == 2.5
    assert pace.slowed() == ["a"]
    await clock.advance(16.0)
    assert 2.5 < (pace.speed("a") or 0) < 5.0
    await clock.advance(20.0)
    assert pace.speed("a") == 5.0
    assert pace.slowed() == []


async def test_giving_up_the_wait_costs_nothing_and_frees_the_next(clock: VirtualClock) -> None:
    pace = Pace(clock)
    await calls_in(pace, clock, 0.0)
    passed: list[str] = []

    async def ask(name: str) -> None:
        await pace.turn("a", RATE)
        passed.append(name)

    async with asyncio.TaskGroup() as group:
        first = group.create_task(ask("first"))
        group.create_task(ask("second"))
        await clock.settle()
        first.cancel()
        await clock.advance(0.3)
    assert passed == ["second"]


def test_a_bucket_that_was_never_used_has_no_speed() -> None:
    assert Pace(VirtualClock()).speed("nobody") is None
