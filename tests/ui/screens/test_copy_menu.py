import subprocess

from tests.ui.fleet import API, APP, PAYMENTS, filled, service
from tests.ui.stage import NARROW, Stage, browsing
from tui.ui import clipboard
from tui.ui.cli_command import cli_command
from tui.ui.screens.copy_menu import CopyMenu


async def open_menu(stage: Stage, address: str) -> None:
    await stage.go_to(address)
    await stage.press("c")
    await stage.until(lambda: isinstance(stage.app.screen, CopyMenu))


async def test_enter_copies_the_name() -> None:
    async with browsing(NARROW) as stage:
        await open_menu(stage, API)
        await stage.shows("Copy of api", "AWS CLI command")
        await stage.press("enter")
        await stage.until(lambda: stage.copied == ["api"])
        await stage.until(lambda: any("Copied: api" in toast for toast in stage.toasts))


async def test_what_can_be_copied_of_a_container() -> None:
    async with browsing() as stage:
        await open_menu(stage, APP)
        await stage.shows("name", "id", "ARN", "IP address", "Systems Manager target", "10.0.17.4")
        await stage.press("j", "j", "enter")
        arn = "arn:aws:ecs:eu-west-1:111122223333:task/payments/3f2a91c07d5e4b1f8a6c2d9e0b7f4a35"
        await stage.until(lambda: stage.copied == [arn])


async def test_the_address_of_a_forward_comes_first() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        await stage.press("F")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)
        await stage.pilot.pause(0.1)
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        await open_menu(stage, API)
        await stage.press("enter")
        await stage.until(lambda: stage.copied == ["127.0.0.1:8080"])


async def test_escape_copies_nothing() -> None:
    async with browsing() as stage:
        await open_menu(stage, API)
        await stage.press("escape")
        await stage.until(lambda: len(stage.app.screen_stack) == 1)
        assert stage.copied == []


async def test_without_a_local_clipboard_the_terminal_is_asked() -> None:
    async with browsing() as stage:
        stage.browser.local_clipboard = None
        await open_menu(stage, API)
        await stage.press("enter")
        await stage.until(lambda: stage.app.clipboard == "api")


async def test_a_clipboard_that_fails_gives_way_to_the_terminal() -> None:
    def broken(_: str) -> None:
        raise OSError

    async with browsing() as stage:
        await clipboard.copy("api", stage.app, broken)
        assert stage.app.clipboard == "api"


def test_what_is_copied_cannot_press_enter() -> None:
    assert clipboard.safe("rm -rf\n /\r\x1b[A\x00 ok") == "rm -rf /[A ok"


def test_commands_survive_a_shell_whatever_a_name_holds() -> None:
    store = filled()
    name = 'api\'; echo $(id) `id` "$HOME" &'
    store.put([service(PAYMENTS, name)])
    hostile = next(s for s in store.children(PAYMENTS) if s.name == name)
    command = cli_command(hostile, "prod")
    assert command.startswith("aws ecs describe-services --cluster payments --services ")
    echoed = subprocess.run(
        ["/bin/sh", "-c", "printf '%s\\n' " + command.removeprefix("aws ")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert echoed.stdout.splitlines()[5] == name


def test_every_row_has_its_command_and_its_profile() -> None:
    store = filled()
    for resource in store.below():
        command = cli_command(resource, "prod")
        assert command.startswith("aws ")
        assert command.endswith("--profile prod")
        assert ("--region" in command) == ("/" in resource.address)
