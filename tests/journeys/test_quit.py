"""Leaving: the program asks when sessions are live, and takes everything with it."""

import asyncio

import pytest

from tests.journeys.journey import journey
from tests.journeys.leftovers import active_sessions, descendants
from tui.demo.embedded import EmbeddedAws

API = "prod/eu-west-1/payments/api"


async def test_without_sessions_it_does_not_ask() -> None:
    async with journey() as me:
        await me.sees("prod")
        await me.presses("q")
        await me.until(lambda: me.app.return_code == 0, "The end")


async def test_it_asks_when_sessions_are_live_and_then_takes_them_along() -> None:
    async with journey() as me:
        before = descendants()
        await me.goes_to(API)
        await me.presses("s")
        await me.is_inside()
        await me.types("sleep 4321 & sleep 4322\n")
        await me.presses("ctrl+right_square_bracket", "d")
        await me.presses("F")
        await me.sees("Remote port")
        await me.until(lambda: "asking AWS" not in me.text, "The ports")
        await me.presses("tab", "0", "enter")
        await me.until(lambda: me.app.main.browser.live_sessions() == 2, "Two sessions")
        await me.until(lambda: len(descendants() - before) >= 3, "A shell and two jobs")

        await me.presses("q")
        await me.sees("Quit and close 2 live sessions?")
        await me.presses("enter")  # the way back is what Enter does
        await me.sees_no("Quit and close")
        assert len((await active_sessions(me.aws))["prod/eu-west-1"]) == 2
        await me.presses("q", "y")
        await me.until(lambda: me.app.return_code == 0, "The end")
        assert await active_sessions(me.aws) == {}


async def test_a_session_that_is_still_opening_is_not_left_open() -> None:
    async with journey() as me:
        await me.goes_to(API)
        answer = me.aws.conditions.hold("ecs:ExecuteCommand")
        await me.presses("s")
        await me.sees("opening a shell in api")
        await me.presses("escape", "q")
        await me.sees("Quit and close 1 live session?")
        await me.presses("y")
        answer.set()
        await me.until(lambda: me.app.return_code == 0, "The end")


async def test_aws_that_does_not_answer_does_not_keep_one_here() -> None:
    async with journey() as me:
        await me.goes_to(API)
        await me.presses("s")
        await me.is_inside()
        me.aws.conditions.hold("*")
        await me.presses("ctrl+right_square_bracket", "d", "q", "y")
        await me.until(lambda: me.app.return_code == 0, "The end")


@pytest.mark.parametrize("keys", [("ctrl+c",), ("ctrl+q",)])
async def test_other_keys_that_leave(keys: tuple[str, ...]) -> None:
    async with journey() as me:
        await me.sees("prod")
        await me.presses(*keys)
        await me.until(lambda: me.app.return_code == 0, "The end")


async def test_an_aws_that_goes_away_ends_its_sessions_on_the_screen() -> None:
    async with journey() as me:
        await me.goes_to(API)
        await me.presses("s")
        await me.is_inside()
        await _gone(me.aws)
        await me.sees("ended")


async def _gone(aws: EmbeddedAws) -> None:
    async with asyncio.timeout(20):
        await aws.gateway.close()
