"""The table of commands, and all that derives from it."""

from collections import Counter
from pathlib import Path

import pytest

from tests.ui.fleet import APP, REGION
from tests.ui.stage import NARROW, WIDE, browsing
from tui.errors import Trouble
from tui.model.abilities import Ability
from tui.ui import commands
from tui.ui.command import Group
from tui.ui.commands import COMMANDS
from tui.ui.screens.help import HelpScreen

README = Path(__file__).parents[2] / "README.md"

LATER = ["e", "L", "d", "y", "D", "x", "P", "R", "b"]
"""Keys that are promised to later work; until then they do nothing and nobody names them."""


def test_ids_and_keys_are_not_given_twice() -> None:
    ids = Counter(command.id for command in COMMANDS)
    keys = Counter(key for command in COMMANDS for key in command.keys.split(",") if key)
    assert [name for name, times in (ids + keys).items() if times > 1] == []


def test_every_command_says_what_it_does_and_does_it() -> None:
    for command in COMMANDS:
        assert command.title
        assert command.help
        assert command.shown
        assert bool(command.keys) == (command.run is not None), command.id


def test_no_key_is_taken_that_later_work_needs() -> None:
    taken = {key for command in COMMANDS for key in command.keys.split(",")}
    assert taken.isdisjoint(LATER)


def test_every_listed_command_is_in_the_help() -> None:
    entries = [entry for section in commands.sections() for entry in section.entries]
    assert entries == [
        (command.shown, command.help)
        for group in Group
        for command in commands.listed()
        if command.group is group
    ]


def test_the_help_names_the_prefix_that_the_person_has_chosen() -> None:
    keys = [keys for section in commands.sections("ctrl+a") for keys, _ in section.entries]
    assert "ctrl+a esc" in keys
    assert not any("ctrl+]" in key for key in keys)


def test_the_readme_has_the_table_of_keys() -> None:
    assert commands.readme_table() in README.read_text()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_help_screen_shows_them_all(size: tuple[int, int]) -> None:
    async with browsing(size) as stage:
        await stage.press("question_mark")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        seen: set[str] = set()
        for _ in range(60):
            seen |= set(stage.lines())
            await stage.press("j")
        page = "\n".join(seen)
        for command in commands.listed():
            assert command.help in page, command.id
        await stage.press("escape")
        assert not isinstance(stage.app.screen, HelpScreen)


async def test_abilities_decide_and_say_why_not() -> None:
    async with browsing() as stage:
        needing = [command for command in COMMANDS if command.ability]
        assert {command.ability for command in needing} == set(Ability)
        await stage.go_to(REGION)
        for command in needing:
            refusal = commands.why_not(command, stage.browser)
            assert isinstance(refusal, Trouble)
            assert refusal.what
            assert refusal.hint
        await stage.go_to(APP)
        shell = next(command for command in needing if command.ability is Ability.SHELL)
        assert commands.why_not(shell, stage.browser) is None


@pytest.mark.parametrize("key", ["s", "F", "ctrl+r"])
async def test_keys_that_need_aws_say_so_until_it_is_there(key: str) -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        stage.browser.backstage = None
        await stage.press(key)
        await stage.until(lambda: any("still starting" in toast for toast in stage.toasts))


async def test_a_key_is_heard_of_by_those_behind_the_screen() -> None:
    async with browsing() as stage:
        await stage.until(lambda: not stage.room.hurry.is_on)
        stage.app.simulate_key("j")
        await stage.until(lambda: stage.room.hurry.is_on)
        await stage.until(lambda: not stage.room.hurry.is_on)
