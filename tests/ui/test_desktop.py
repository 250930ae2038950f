"""Remote Desktop in one key: the tunnel, the person's client, the password that is lent."""

import sys

from tests.ui.fleet import NODES
from tests.ui.stage import Stage, browsing
from tui.errors import SessionTrouble, Trouble
from tui.model.session import SessionState
from tui.sessions.desktop_client import Client
from tui.sessions.windows_password import Secret

WINDOWS = f"{NODES}/i-0123456789abcdef0"
PASSWORD = "s3cret &%$ Passw0rd"
WAITS = Client((sys.executable, "-c", "import time; time.sleep(600)"))


def fails(status: int) -> Client:
    return Client((sys.executable, "-c", f"raise SystemExit({status})"))


async def press_r(stage: Stage) -> None:
    await stage.go_to(WINDOWS)
    await stage.press("r")


async def told(stage: Stage, words: str) -> None:
    await stage.until(lambda: any(words in toast for toast in stage.toasts))


def states(stage: Stage) -> list[SessionState]:
    return [record.state for record in stage.store.forwards()]


async def test_without_a_client_the_address_is_told_and_the_tunnel_stays() -> None:
    async with browsing() as stage:
        stage.room.desktops.troubles = (SessionTrouble("There is no display here."),)
        await press_r(stage)
        await told(stage, "127.0.0.1:40000")
        await told(stage, "point your Remote Desktop client there")
        await told(stage, "There is no display here.")
        assert stage.browser.live_sessions() == 1


async def test_the_tunnel_ends_with_the_client() -> None:
    async with browsing() as stage:
        stage.room.desktops.client = fails(0)
        await press_r(stage)
        await told(stage, "was started")
        await told(stage, "has ended, and the tunnel with it")
        await stage.until(lambda: states(stage) == [SessionState.CLOSED])
        assert stage.browser.forwards == {}


async def test_a_client_that_fails_is_told() -> None:
    async with browsing() as stage:
        stage.room.desktops.client = fails(131)
        await press_r(stage)
        await told(stage, "ended with status 131.")
        await stage.until(lambda: stage.browser.live_sessions() == 0)


async def test_no_desktop_no_tunnel() -> None:
    async with browsing() as stage:
        stage.room.desktops.refusal = SessionTrouble("Remote Desktop of it does not answer.")
        await press_r(stage)
        await told(stage, "does not answer")
        await stage.until(lambda: states(stage) == [SessionState.CLOSED])
        assert stage.browser.forwards == {}


async def test_closing_the_tunnel_ends_the_client_without_a_word() -> None:
    async with browsing() as stage:
        stage.room.desktops.client = WAITS
        await press_r(stage)
        await told(stage, "was started")
        await stage.press("f", "d", "escape")
        await stage.until(lambda: states(stage) == [SessionState.CLOSED])
        await stage.until(lambda: stage.room.desktops.showings[0].ended)
        await stage.pilot.pause()
        assert not any("The tunnel ended" in toast for toast in stage.toasts)


async def test_a_password_is_lent_and_never_shown() -> None:
    async with browsing() as stage:
        stage.room.desktops.to_lend = Secret(PASSWORD)
        await press_r(stage)
        await told(stage, "The password is in the clipboard for 30 s.")
        assert stage.room.desktops.board.text == PASSWORD
        assert not any(PASSWORD in toast for toast in stage.toasts)
        assert PASSWORD not in stage.text()
        await stage.press("f", "d", "escape")
        await stage.until(lambda: stage.room.desktops.board.text == "")


async def test_what_was_copied_later_stays() -> None:
    async with browsing() as stage:
        stage.room.desktops.to_lend = Secret(PASSWORD)
        await press_r(stage)
        await told(stage, "The password is in the clipboard")
        stage.room.desktops.board.text = "something else"
        await stage.press("f", "d", "escape")
        await stage.until(lambda: states(stage) == [SessionState.CLOSED])
    assert stage.room.desktops.board.text == "something else"


async def test_quitting_takes_the_password_back() -> None:
    async with browsing() as stage:
        stage.room.desktops.to_lend = Secret(PASSWORD)
        await press_r(stage)
        await told(stage, "The password is in the clipboard")
        await stage.press("q", "y")
        await stage.until(lambda: stage.app.return_code is not None)
    assert stage.room.desktops.board.text == ""


async def test_quitting_ends_the_client() -> None:
    async with browsing() as stage:
        stage.room.desktops.client = WAITS
        await press_r(stage)
        await told(stage, "was started")
        await stage.press("q", "y")
        await stage.until(lambda: stage.app.return_code is not None)
    assert stage.room.desktops.showings[0].ended


async def test_a_trouble_with_the_password_is_no_reason_not_to_go_on() -> None:
    async with browsing() as stage:
        stage.room.desktops.client = WAITS
        stage.room.desktops.troubles = (Trouble("AWS has no password for it."),)
        await press_r(stage)
        await told(stage, "AWS has no password for it.")
        await told(stage, "was started")
        await stage.press("q", "y")
        await stage.until(lambda: stage.app.return_code is not None)
    assert stage.room.desktops.showings[0].ended
