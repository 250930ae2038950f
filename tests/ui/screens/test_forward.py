"""Forwards: asked for, listed, copied and closed."""

import re
from dataclasses import replace

from textual.widgets import Input, OptionList

from tests.ui.fleet import APP, NODES
from tests.ui.stage import NARROW, Stage, browsing
from tui.errors import NotAllowed, PortTaken
from tui.model.forward import ForwardRecord
from tui.model.session import SessionState
from tui.model.wish import StartSession
from tui.ui.screens.forward import ForwardDialog
from tui.ui.screens.forwards import ForwardsTable


async def ask(stage: Stage, address: str = APP) -> None:
    await stage.go_to(address)
    await stage.press("F")
    await stage.until(lambda: isinstance(stage.app.screen, ForwardDialog))
    await stage.until(lambda: "asking AWS" not in stage.text())


def wish(stage: Stage) -> StartSession:
    last = stage.room.engine.wishes[-1]
    assert isinstance(last, StartSession)
    return last


async def test_enter_forwards_the_first_known_port_to_the_same_one_here() -> None:
    async with browsing(NARROW) as stage:
        await ask(stage)
        await stage.shows("Forward to app · 3f2a91c0", "8080", "9901")
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        assert wish(stage).parameters["portNumber"] == ("8080",)
        assert wish(stage).target.startswith("ecs:payments_3f2a91c07d5e4b1f")
        assert stage.room.engine.tunnels[0].record.local_port == 8080
        told = "127.0.0.1:8080 → app · 3f2a91c0:8080"
        await stage.until(lambda: any(told in toast for toast in stage.toasts))


async def test_another_known_port_is_chosen_with_the_arrows() -> None:
    async with browsing(NARROW) as stage:
        await ask(stage)
        await stage.press("down")
        assert isinstance(stage.app.focused, OptionList)
        await stage.press("down", "enter")
        await stage.until(lambda: stage.browser.forwards)
        assert wish(stage).parameters["portNumber"] == ("9901",)


async def test_both_ports_can_be_typed() -> None:
    async with browsing() as stage:
        stage.room.known_ports = ()
        await ask(stage, f"{NODES}/i-0a1b2c3d4e5f60718")
        await stage.shows("no port that AWS knows of")
        await stage.enter("5432")
        await stage.press("tab")
        await stage.enter("15432")
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        assert stage.room.engine.tunnels[0].record.local_port == 15432
        assert wish(stage).parameters["portNumber"] == ("5432",)


async def test_a_host_behind_the_target_can_be_named() -> None:
    async with browsing(NARROW) as stage:
        await ask(stage)
        await stage.press("tab", "tab", "tab")
        await stage.shows("Through it to")
        await stage.enter("db.internal$")
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        assert wish(stage).parameters["host"] == ("db.internal",)
        assert wish(stage).document == "AWS-StartPortForwardingSessionToRemoteHost"


async def test_the_table_says_which_host_is_behind() -> None:
    async with browsing() as stage:
        stage.store.put_forward(
            ForwardRecord(
                number=1,
                address=APP,
                title="app",
                local_host="",
                local_port=0,
                local_path="/run/db",
                remote_host="db.internal",
                remote_port=5432,
            )
        )
        await stage.press("f")
        await stage.shows("unix:/run/db", "db.internal by app :5432")


async def matches(stage: Stage, pattern: str) -> None:
    await stage.until(lambda: re.search(pattern, stage.text()) is not None)


async def test_a_forward_that_comes_while_the_table_is_open_is_drawn_whole() -> None:
    async with browsing(NARROW) as stage:
        await stage.press("f")
        await stage.shows("No forward is open.")
        for number in (1, 2):
            record = ForwardRecord(
                number=number,
                address=APP,
                title="app",
                local_host="127.0.0.1",
                local_port=40000 + number,
                remote_port=5432,
            )
            stage.store.put_forward(record)
            line = rf"127\.0\.0\.1:4000{number} +app :5432 +◌ opening +0 +0 B +0 B"
            await matches(stage, line)
            stage.store.put_forward(replace(record, state=SessionState.OPEN, sent=123_456))
            line = line.replace("◌ opening +0 +0 B", "● open +0 +[0-9.]+ .?B")
            await matches(stage, line)


async def test_ports_that_are_none_are_refused_in_the_dialog() -> None:
    async with browsing() as stage:
        stage.room.known_ports = ()
        await ask(stage)
        await stage.press("enter")
        await stage.shows("✖ The remote port is a number from 1 to 65535.")
        await stage.enter("99999x")
        assert stage.app.screen.query_one("#remote", Input).value == "99999"
        await stage.press("enter")
        await stage.shows("✖ The remote port")
        await stage.press("escape")
        await stage.until(lambda: len(stage.app.screen_stack) == 1)
        assert stage.room.engine.wishes == []


async def test_when_aws_does_not_tell_the_ports_it_says_why() -> None:
    async with browsing() as stage:
        stage.room.trouble = NotAllowed("Reading is [b]not[/b] allowed.")
        await ask(stage)
        await stage.shows("Reading is [b]not[/b] allowed.")


async def test_a_refused_forward_is_a_toast() -> None:
    async with browsing() as stage:
        stage.room.engine.refusal = NotAllowed("ssm:StartSession is not allowed.", "Ask for it.")
        await ask(stage)
        await stage.press("enter")
        await stage.until(lambda: any("Ask for it." in toast for toast in stage.toasts))
        assert stage.browser.forwards == {}


async def test_a_taken_port_gives_way_to_any_unless_it_was_asked_for() -> None:
    async with browsing() as stage:
        stage.room.engine.taken = {8080}
        await ask(stage)
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        assert stage.room.engine.tunnels[0].record.local_port == 40000
        await ask(stage)
        await stage.press("tab", "tab")
        await stage.enter("8080")
        await stage.press("enter")
        taken = str(PortTaken("Port 8080 is taken."))
        await stage.until(lambda: any(taken in toast for toast in stage.toasts))
        assert len(stage.browser.forwards) == 1


async def test_remote_desktop_is_a_forward_to_3389() -> None:
    async with browsing() as stage:
        await stage.go_to(f"{NODES}/i-0123456789abcdef0")
        await stage.press("r")
        await stage.until(lambda: stage.browser.forwards)
        assert wish(stage).parameters["portNumber"] == ("3389",)
        await stage.until(lambda: any("Remote Desktop client" in toast for toast in stage.toasts))


async def test_remote_desktop_on_linux_says_why_not() -> None:
    async with browsing() as stage:
        await stage.go_to(f"{NODES}/i-0a1b2c3d4e5f60718")
        await stage.press("r")
        await stage.until(lambda: any("needs a Windows node" in toast for toast in stage.toasts))


async def test_the_table_lists_copies_and_closes() -> None:
    async with browsing(NARROW) as stage:
        await stage.press("f")
        await stage.shows("No forward is open.")
        await stage.press("escape")
        for _ in range(2):
            await ask(stage)
            await stage.press("enter")
        await stage.until(lambda: len(stage.browser.forwards) == 2)
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, ForwardsTable))
        await stage.shows("FROM", "127.0.0.1:8080", ":8080", "● open", "RECEIVED")
        await stage.press("c")
        await stage.until(lambda: stage.copied == ["127.0.0.1:8080"])
        await stage.press("d")
        await stage.shows("○ closed")
        states = [record.state for record in stage.store.forwards()]
        assert states == [SessionState.CLOSED, SessionState.OPEN]
        assert stage.browser.live_sessions() == 1
        await stage.press("j", "delete")
        await stage.until(lambda: stage.browser.live_sessions() == 0)
        await stage.press("escape")
        await stage.until(lambda: len(stage.app.screen_stack) == 1)
