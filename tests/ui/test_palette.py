from textual.command import CommandPalette

from tests.ui.fleet import PAYMENTS
from tests.ui.stage import browsing
from tui.ui.screens.help import HelpScreen


async def test_a_command_by_its_name() -> None:
    async with browsing() as stage:
        await stage.press("colon")
        await stage.until(lambda: isinstance(stage.app.screen, CommandPalette))
        await stage.enter("help")
        await stage.shows("?  help")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))


async def test_a_place_by_part_of_its_address() -> None:
    async with browsing() as stage:
        await stage.press("colon")
        await stage.until(lambda: isinstance(stage.app.screen, CommandPalette))
        await stage.enter("ledger")
        await stage.shows(f"◆ {PAYMENTS}/ledger")
        await stage.press("enter")
        await stage.until(lambda: stage.browser.tree.address == f"{PAYMENTS}/ledger")


async def test_only_commands_that_work_now_are_offered() -> None:
    async with browsing() as stage:
        await stage.go_to("prod")
        await stage.press("colon")
        await stage.shows("/  filter")
        assert "s  shell" not in stage.text()
