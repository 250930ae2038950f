"""The idle clock: what counts, when it warns, and what is said at the end."""

from collections.abc import Awaitable, Callable

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import SHELL, VirtualClock, settle
from tui.model.idle import ASSUMED, ECS_EXEC, IdleLimit
from tui.model.wish import Wish
from tui.sessions.engine import Engine
from tui.sessions.idle import IdleClock

AWS_SAYS = "Your session timed out due to inactivity and has been terminated."


def limit(minutes: float) -> Callable[[Wish], Awaitable[IdleLimit]]:
    async def told(_: Wish) -> IdleLimit:
        return IdleLimit(minutes * 60)

    return told


async def test_the_last_five_minutes_are_told_one_by_one() -> None:
    clock, told = VirtualClock(), list[int | None]()
    idle = IdleClock(clock)
    idle.tell = told.append
    idle.start()
    await clock.advance(899)
    assert told == []
    await clock.advance(1)
    assert told == [5]
    await clock.advance(61)
    assert told == [5, 4]
    await clock.advance(600)
    assert told == [5, 4, 3, 2, 1, 0]


async def test_input_and_output_set_it_back() -> None:
    clock, told = VirtualClock(), list[int | None]()
    idle = IdleClock(clock)
    idle.tell = told.append
    idle.start()
    await clock.advance(880)
    idle.touch()
    await clock.advance(880)
    assert told == []
    await clock.advance(100)
    idle.touch()
    assert told == [5, 4, None]
    await clock.advance(899)
    assert told == [5, 4, None]


async def test_a_limit_that_is_learned_later_counts_from_the_last_sign() -> None:
    clock, told = VirtualClock(), list[int | None]()
    idle = IdleClock(clock)
    idle.tell = told.append
    idle.start()
    await clock.advance(420)
    assert idle.limit == ASSUMED
    idle.learn(IdleLimit(600))
    assert told == [3]
    idle.stop()
    await clock.advance(600)
    assert told == [3]


async def test_a_limit_of_a_minute_is_not_told_from_the_start() -> None:
    clock, told = VirtualClock(), list[int | None]()
    idle = IdleClock(clock)
    idle.tell = told.append
    idle.learn(IdleLimit(60))
    idle.start()
    await clock.advance(30)
    assert told in ([], [1])


@pytest.mark.parametrize(
    ("words", "seconds", "reason"),
    [
        (AWS_SAYS, 100, True),
        ("", 1200, True),
        ("", 1150, True),
        ("", 100, False),
        ("The machine was stopped.", 1200, False),
        (None, 1200, False),
    ],
)
async def test_why_it_was_closed(words: str | None, seconds: float, *, reason: bool) -> None:
    clock = VirtualClock()
    idle = IdleClock(clock)
    idle.start()
    await clock.advance(seconds)
    assert idle.explained(words) == ("closed: idle for 20 min" if reason else words)


async def test_a_session_tells_its_minutes_and_why_it_ended(world: World) -> None:
    told: list[int | None] = []
    async with Engine(
        world.store, world.aws, world.clock, world.dial, idle_limit=limit(10)
    ) as engine:
        live = await engine.shell(SHELL, title="app")
        live.idle.tell = told.append
        await settle()
        assert live.idle.limit == IdleLimit(600)
        await world.clock.advance(250)
        live.send(b"x")
        await world.clock.advance(301)
        assert told == [5]
        world.peer.say(b"still here")
        await settle()
        assert told == [5, None]
        await world.clock.advance(600)
        world.peer.close_channel(AWS_SAYS)
        ending = await world.clock.pass_until(live.wait())
    assert ending.reason == "closed: idle for 10 min"
    assert not ending.clean
    (record,) = world.store.sessions()
    assert record.ended == "closed: idle for 10 min"


async def test_without_anybody_to_ask_the_default_is_assumed(world: World, engine: Engine) -> None:
    live = await engine.shell(SHELL, title="app")
    assert live.idle.limit == ASSUMED
    assert ASSUMED.seconds == ECS_EXEC.seconds == 1200
