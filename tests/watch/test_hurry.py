"""A key on its way is left alone, though never for long."""

from tests.watch.plain import VirtualClock
from tui.watch.hurry import Hurry


async def test_it_is_over_when_the_key_is_on_the_screen() -> None:
    clock = VirtualClock()
    hurry = Hurry(clock)
    seen = [hurry.is_on]
    hurry.begins()
    for seconds in (0.0, 0.019, 0.002):
        await clock.advance(seconds)
        seen.append(hurry.is_on)
    assert seen == [False, True, True, False]


async def test_a_key_that_is_held_down_leaves_some_time_to_the_others() -> None:
    clock = VirtualClock()
    hurry = Hurry(clock)
    idle = 0
    for _ in range(30):  # every 30 ms, for nine tenths of a second
        hurry.begins()
        for _ in range(30):
            await clock.advance(0.001)
            idle += not hurry.is_on
    assert idle > 250


async def test_even_a_mouse_that_never_rests_does() -> None:
    clock = VirtualClock()
    hurry = Hurry(clock)
    longest = lasts = idle = 0
    for _ in range(500):
        hurry.begins()
        await clock.advance(0.001)
        lasts = lasts + 1 if hurry.is_on else 0
        idle += not hurry.is_on
        longest = max(longest, lasts)
    assert longest <= 121
    assert idle > 12


def test_a_thread_stops_until_its_end() -> None:
    hurry = Hurry()
    hurry.wait()
    hurry.begins()
    hurry.wait()
    assert not hurry.is_on


def test_who_listens_hears_of_every_key_until_that_is_ended() -> None:
    heard: list[str] = []
    hurry = Hurry(VirtualClock())
    ends = hurry.listen(lambda: heard.append("one"))
    hurry.listen(lambda: heard.append("other"))
    hurry.begins()
    ends()
    ends()
    hurry.begins()
    assert heard == ["one", "other", "other"]
