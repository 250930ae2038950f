"""Finding, copying and asking for help, with nothing but the keyboard."""

import pytest

from tests.journeys.journey import LARGE, SMALL, journey
from tests.journeys.places import tasks_of

API = "prod/eu-west-1/payments/api"

both_sizes = pytest.mark.parametrize("size", [SMALL, LARGE])


@both_sizes
async def test_a_filter_leaves_what_matches_and_the_way_there(size: tuple[int, int]) -> None:
    async with journey(size) as me:
        await me.knows("staging/eu-central-1/support/web")
        await me.knows("dev/us-east-1/reporting/web")
        await me.presses("slash")
        await me.sees("filter   enter keep")
        await me.types("web !staging !webhooks")
        await me.sees("▦ payments", "▦ reporting", "◆ web", "matches")
        await me.sees_no("staging  4444")
        assert "◆ worker" not in me.text
        await me.presses("enter")
        assert "◆ worker" not in me.text
        # what is found can be stepped into
        await me.until(lambda: me.at.endswith("/web"), "The cursor on a match")
        await me.presses("s")
        await me.is_inside()
        await me.presses("ctrl+right_square_bracket", "d", "escape")
        await me.sees("staging")
        await me.sees_no("matches")
        await me.sees_no("type part of a name")


async def test_a_filter_that_finds_nothing_says_so() -> None:
    async with journey() as me:
        await me.sees("prod")
        await me.presses("slash")
        await me.types("no such thing\n")
        await me.sees("0 matches")
        await me.presses("escape")
        await me.sees("prod  111122223333")
        # and nothing is left of it when it is dropped while it is typed
        await me.presses("slash")
        await me.types("no such")
        await me.sees("0 matches")
        await me.presses("escape")
        await me.sees("prod  111122223333")
        await me.sees_no("type part of a name")
        await me.presses("slash")
        await me.sees("type part of a name")


async def test_only_what_is_unhealthy() -> None:
    async with journey() as me:
        await me.knows("prod/us-east-1/i-0210fcf1037a8940a")
        await me.presses("exclamation_mark")
        await me.sees("only unhealthy", "✖ ConnectionLost")
        assert "◆ api" not in me.text
        await me.presses("exclamation_mark")
        await me.sees_no("only unhealthy")


@both_sizes
async def test_what_a_container_is_called_goes_to_the_clipboard(size: tuple[int, int]) -> None:
    async with journey(size) as me:
        task = min(task.id for task in tasks_of(me.aws, API))
        await me.goes_to(f"{API}/{task}/api")
        await me.presses("c")
        await me.sees("Copy of api", "AWS CLI command")
        await me.presses("enter")
        await me.sees("Copied")
        await me.until(lambda: me.copied == ["api"], "A copy of the name")
        await me.presses("c")
        await me.sees("Copy of api")
        await me.presses("end", "enter")
        await me.until(lambda: len(me.copied) == 2, "A copy of the command")
        assert me.copied[1].startswith("aws ecs execute-command --cluster payments")
        assert task in me.copied[1]
        assert "--profile prod" in me.copied[1]


@both_sizes
async def test_help_names_every_key(size: tuple[int, int]) -> None:
    async with journey(size) as me:
        await me.presses("question_mark")
        seen = ""
        for _ in range(60):
            seen += me.text
            await me.presses("j")
        for said in ("A shell on anything", "ctrl+] esc", "Remote Desktop", "asks when sessions"):
            assert said in seen
        await me.presses("escape")
        await me.sees_no("esc closes")


async def test_a_place_is_found_by_its_name_in_the_command_bar() -> None:
    async with journey() as me:
        await me.knows("staging/eu-central-1/support/web")
        await me.presses("colon")
        await me.pilot.pause()
        await me.types("support/web")
        await me.sees("◆ staging/eu-central-1/support/web")
        await me.presses("enter")
        await me.until(lambda: me.at == "staging/eu-central-1/support/web", "The cursor there")


async def test_a_command_is_found_by_its_title_in_the_command_bar() -> None:
    async with journey() as me:
        await me.goes_to(API)
        await me.presses("colon")
        await me.pilot.pause()
        await me.types("shell")
        await me.sees("A shell on anything")
        await me.presses("enter")
        await me.is_inside()
