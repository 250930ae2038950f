"""The embedded terminal with real programs in a real pty."""

import shutil

import pytest
from textual import events

from tests.ui.terminal_host import shell, until, until_shown
from tui.ui.keyboard import mend_alt_keys


async def test_what_is_typed_is_echoed_and_run() -> None:
    async with shell("sh") as (host, pilot, _):
        await until_shown(host, pilot, "$")
        await pilot.press(*"echo", "space", *"$((40+2))", "enter")
        await until_shown(host, pilot, "42")
        assert "$ echo $((40+2))" in host.shown


async def test_control_c_interrupts_and_control_d_ends() -> None:
    async with shell("sh") as (host, pilot, _):
        await until_shown(host, pilot, "$")
        await pilot.press(*"cat", "enter", *"abc", "enter")
        await until(pilot, lambda: host.shown.count("abc") == 2)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: host.shown.count("$") == 1)
        await pilot.press("ctrl+d")
        await until_shown(host, pilot, "The shell ended.")
        assert host.terminal.ended


async def test_the_program_learns_the_size_of_the_window() -> None:
    async with shell("sh", size=(80, 25)) as (host, pilot, remote):
        await until_shown(host, pilot, "$")
        await pilot.press(*"stty", "space", *"size", "enter")
        await until_shown(host, pilot, "24 80")
        await pilot.resize_terminal(100, 31)
        await until(pilot, lambda: remote.sizes[-1] == (100, 30))
        await pilot.press(*"stty", "space", *"size", "enter")
        await until_shown(host, pilot, "30 100")


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
async def test_vim_opens_writes_and_quits() -> None:
    async with shell("sh") as (host, pilot, _):
        await until_shown(host, pilot, "$")
        await pilot.press(*"vim", "space", "minus", "u", "space", *"NONE", "enter")
        await until_shown(host, pilot, "~")
        await pilot.press("i", *"hello", "enter", *"world", "escape", "k", "x")
        await until(pilot, lambda: host.shown[:2] == ["hell", "world"])
        await pilot.press("colon", *"q!", "enter")
        await until(pilot, lambda: host.shown[0].startswith("$ vim"))


async def test_a_bracketed_paste_arrives_as_one_piece() -> None:
    async with shell("sh") as (host, pilot, remote):
        await until_shown(host, pilot, "$")
        await pilot.press(*"stty", "space", *"-echo", "semicolon", *"printf", "space")
        await pilot.press(*r"'\033[?2004h';cat", "space", *"-v", "enter")
        await until(pilot, lambda: host.terminal._emulator.modes.bracketed_paste)
        remote.take()
        host.terminal.post_message(events.Paste("one\ntwo\x1b[201~\x03"))
        await until(pilot, lambda: b"201~" in remote.sent)
        assert remote.take() == b"\x1b[200~one\rtwo\x1b[201~"
        await pilot.press("enter")
        await until_shown(host, pilot, "two^[[201~")


async def test_queries_are_answered_to_the_program() -> None:
    async with shell("sh") as (host, pilot, _):
        await until_shown(host, pilot, "$")
        script = r"stty -icanon -echo min 4; printf '\033[5n'; dd bs=4 count=1 2>&- | od -c"
        for character in script:
            host.terminal.post_message(events.Key("any", character))
        await pilot.press("enter")
        await until_shown(host, pilot, "033   [   0   n")


async def test_alt_keys_move_by_words_in_bash() -> None:
    mend_alt_keys()
    async with shell("bash", "--norc", "--noprofile") as (host, pilot, _):
        await until_shown(host, pilot, "$")
        await pilot.press(*"echo", "space", *"one", "space", *"two", "alt+b", "alt+b", "X")
        await pilot.press("enter")
        await until(pilot, lambda: "Xone two" in host.shown)
