"""Sessions in tabs: opened, left, come back to, ended and refused."""

import pytest
from textual.widgets import Input

from tests.ui.fleet import API, APP, NODES, REGION, WORKER
from tests.ui.stage import NARROW, WIDE, Stage, browsing
from tui.errors import AgentOffline
from tui.model.wish import ExecuteCommand, StartSession
from tui.sessions.resuming import Away
from tui.ui.widgets.fleet_tree import FleetTree
from tui.ui.widgets.key_bar import KeyBar
from tui.ui.widgets.session_area import SessionArea
from tui.ui.widgets.session_tabs import SessionTabs
from tui.ui.widgets.terminal import Terminal

PREFIX = "ctrl+right_square_bracket"


async def open_shell(stage: Stage, address: str) -> None:
    before = len(stage.room.engine.shells)
    await stage.go_to(address)
    await stage.press("s")
    await stage.until(lambda: len(stage.room.engine.shells) > before)
    await stage.until(lambda: isinstance(stage.app.focused, Terminal))


async def test_s_on_a_container_is_a_shell_that_has_the_keys() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.shows("welcome to app · 3f2a91c0", "1 ● app · 3f2a91c0")
        await stage.enter("q?s")
        await stage.press("enter")
        await stage.shows("$ q?s")
        wish = stage.room.engine.wishes[0]
        assert isinstance(wish, ExecuteCommand)
        assert (wish.cluster, wish.container) == ("payments", "app")
        assert wish.command.startswith("/bin/sh -c")


async def test_the_session_knows_the_size_of_its_terminal_from_the_start() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        terminal = stage.app.main.query_one(Terminal)
        await stage.until(lambda: stage.room.engine.shells[0].sizes)
        assert stage.room.engine.sizes[0] == tuple(terminal.size)
        assert stage.room.engine.shells[0].sizes[-1] == tuple(terminal.size)
        await stage.pilot.resize_terminal(100, 40)
        await stage.until(lambda: stage.room.engine.shells[0].sizes[-1][0] == 100)


async def test_enter_on_a_node_steps_inside() -> None:
    async with browsing() as stage:
        await stage.go_to(f"{NODES}/i-0a1b2c3d4e5f60718")
        await stage.press("enter")
        await stage.shows("welcome to bastion")
        wish = stage.room.engine.wishes[0]
        assert isinstance(wish, StartSession)
        assert wish.target == "i-0a1b2c3d4e5f60718"


async def test_s_on_a_service_takes_its_best_container() -> None:
    async with browsing() as stage:
        await open_shell(stage, API)
        wish = stage.room.engine.wishes[0]
        assert isinstance(wish, ExecuteCommand)
        assert wish.container == "app"


async def test_two_sessions_leave_and_come_back() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "d")
        await stage.until(lambda: isinstance(stage.app.focused, FleetTree))
        await open_shell(stage, f"{NODES}/i-0a1b2c3d4e5f60718")
        await stage.shows("1 ● app · 3f2a91c0", "2 ● bastion", "welcome to bastion")
        await stage.press(PREFIX, "tab")
        await stage.shows("welcome to app")
        await stage.press(PREFIX, "2")
        await stage.shows("welcome to bastion")
        await stage.press(PREFIX, "escape", "1")
        await stage.shows("welcome to app")
        await stage.enter("hello")
        await stage.shows("$ hello")
        await stage.press(PREFIX, "d", "tab")
        await stage.until(lambda: isinstance(stage.app.focused, Terminal))


async def test_the_prefix_and_q_close_a_session() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "q")
        await stage.until(lambda: stage.browser.sessions.count == 0)
        await stage.until(lambda: isinstance(stage.app.focused, FleetTree))
        ending = await stage.room.engine.shells[0].wait()
        assert ending.reason == "closed"
        assert not stage.app.main.has_class("-sessions")


async def test_a_session_that_ends_says_why_and_goes_with_enter() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.enter("exit")
        await stage.press("enter")
        await stage.shows("ended: the shell has exited", "app · 3f2a91c0 ended")
        await stage.press("x", "enter")
        await stage.until(lambda: stage.browser.sessions.count == 0)
        assert stage.browser.live_sessions() == 0


async def test_a_refused_start_is_a_sentence_with_a_hint_on_the_tab_and_as_a_toast() -> None:
    async with browsing() as stage:
        stage.room.engine.refusal = AgentOffline("The agent is [b]gone[/b].", "Look at its log.")
        await stage.go_to(APP)
        await stage.press("s")
        await stage.shows("✖ The agent is [b]gone[/b].", "Look at its log.", "failed")
        assert any("The agent is [b]gone[/b]." in toast for toast in stage.toasts)
        assert stage.browser.live_sessions() == 0
        await stage.press("q")
        await stage.until(lambda: stage.browser.sessions.count == 0)


async def test_a_session_closed_while_it_opens_is_ended_as_soon_as_it_is_open() -> None:
    async with browsing() as stage:
        stage.room.engine.gate.clear()
        await stage.go_to(APP)
        await stage.press("s")
        await stage.shows("opening a shell in app")
        assert stage.browser.live_sessions() == 1
        await stage.press("q")
        await stage.until(lambda: stage.browser.sessions.count == 0)
        stage.room.engine.gate.set()
        await stage.until(lambda: stage.room.engine.shells)
        assert (await stage.room.engine.shells[0].wait()).reason == "closed"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"{REGION}/batch/77aa12f09be84d6f/job", "ECS Exec is off"),
        (f"{WORKER}/0d9e8c7b6a5f4e3d/worker", "no route to ssmmessages"),
        (f"{NODES}/mi-0c4d5e6f7a8b9c0d1", "is not connected"),
        (REGION, "not a place to step into"),
    ],
)
async def test_a_row_that_cannot_be_entered_says_why(address: str, words: str) -> None:
    async with browsing() as stage:
        await stage.go_to(address)
        await stage.press("s")
        await stage.until(lambda: any(words in toast for toast in stage.toasts))
        assert stage.browser.sessions.count == 0


async def test_the_footer_has_the_keys_that_work_and_the_reason_for_one_that_does_not() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        await stage.until(lambda: "s shell" in stage.drawn(KeyBar))
        await stage.go_to(f"{REGION}/batch/77aa12f09be84d6f/job")
        await stage.until(lambda: "ECS Exec is off" in stage.drawn(KeyBar))
        assert "s shell" not in stage.drawn(KeyBar)
        assert "r desktop" not in stage.drawn(KeyBar)
        await stage.go_to(f"{NODES}/i-0123456789abcdef0")
        await stage.until(lambda: "r desktop" in stage.drawn(KeyBar))
        await open_shell(stage, APP)
        await stage.until(lambda: "ctrl+] then" in stage.drawn(KeyBar))


async def test_a_short_screen_is_all_session_while_that_has_the_keys() -> None:
    async with browsing(NARROW) as stage:
        await open_shell(stage, APP)
        terminal = stage.app.main.query_one(Terminal)
        await stage.until(lambda: terminal.size == (80, 21))
        await stage.press(PREFIX, "d")
        await stage.shows("payments", "1 ● app")
        await stage.hides("welcome")


async def test_a_tall_screen_shows_both_and_keeps_the_terminal_s_size() -> None:
    async with browsing(WIDE) as stage:
        await open_shell(stage, APP)
        size = stage.app.main.query_one(Terminal).size
        await stage.press(PREFIX, "d")
        await stage.until(lambda: isinstance(stage.app.focused, FleetTree))
        await stage.shows("payments", "welcome to app")
        assert stage.app.main.query_one(Terminal).size == size


async def test_zoom_fills_the_screen_and_leaving_ends_it() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        terminal = stage.app.main.query_one(Terminal)
        await stage.press(PREFIX, "z")
        await stage.until(lambda: terminal.size == WIDE)
        await stage.press(PREFIX, "d")
        await stage.shows("payments", "Hatchway")
        assert terminal.size != WIDE


async def test_a_click_on_a_tab_brings_its_session() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "d")
        await open_shell(stage, f"{NODES}/i-0a1b2c3d4e5f60718")
        await stage.pilot.click(SessionTabs, offset=(3, 0))
        await stage.shows("welcome to app")


async def test_a_session_in_the_background_does_not_take_the_keys_when_it_ends() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "d", "slash")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        stage.room.engine.shells[0].end("the task was stopped")
        await stage.shows("ended: the task was stopped")
        assert isinstance(stage.app.focused, Input)


async def test_a_lost_connection_shows_on_the_tab_until_it_is_back() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        shell = stage.room.engine.shells[0]
        shell.away(Away(0, "The gateway does not answer any more.", 0.0))
        await stage.shows("↻ app", "reconnecting", "welcome to app")
        assert stage.app.main.query_one(SessionArea).live == 1
        await stage.press("l", "s")  # the keys still go to the session, which keeps them
        await stage.shows("$ ls")
        shell.away(None)
        await stage.shows("● app")
