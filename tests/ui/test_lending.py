"""A password in the clipboard: put there, taken back, and left alone when it is not ours."""

import asyncio
import threading

import pyperclip
import pytest

from tests.ui.stage import browsing
from tui.ui.clipboard import TerminalBoard
from tui.ui.lending import LocalBoard, lent, local_board


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A computer's clipboard, its newest text last."""
    texts = ["before"]
    monkeypatch.setattr(pyperclip, "copy", texts.append)
    monkeypatch.setattr(pyperclip, "paste", lambda: texts[-1])
    return texts


async def test_it_is_there_and_then_gone(held: list[str]) -> None:
    async with lent("secret", LocalBoard()) as copied:
        assert copied
        assert held[-1] == "secret"
    assert held[-1] == ""


async def test_what_came_after_it_stays(held: list[str]) -> None:
    async with lent("secret", LocalBoard()):
        held.append("newer")
    assert held[-1] == "newer"


async def test_it_goes_when_the_wait_is_cut_short(held: list[str]) -> None:
    there = asyncio.Event()

    async def lending() -> None:
        async with lent("secret", LocalBoard()):
            there.set()
            await asyncio.sleep(600)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(lending())
        await there.wait()
        task.cancel()
    assert held[-2:] == ["secret", ""]


async def test_it_goes_when_even_the_copying_is_cut_short(
    held: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slowly(text: str) -> None:
        if text:
            begun.set()
            may_end.wait(10)
        held.append(text)

    async def lending() -> None:
        async with lent("secret", LocalBoard()):
            raise AssertionError("it was cancelled before")

    monkeypatch.setattr(pyperclip, "copy", slowly)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(lending())
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
    assert held[-2:] == ["secret", ""]


async def test_a_clipboard_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> str:
        raise pyperclip.PyperclipException("no clipboard")

    monkeypatch.setattr(pyperclip, "copy", fail)
    monkeypatch.setattr(pyperclip, "paste", fail)
    async with lent("secret", LocalBoard()) as copied:
        assert not copied


def test_over_ssh_the_local_clipboard_is_not_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyperclip, "is_available", lambda: True)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    assert local_board() is not None
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 5 10.0.0.2 22")
    assert local_board() is None


async def test_the_terminals_clipboard_is_emptied_unless_we_copied_something_else() -> None:
    async with browsing() as stage:
        board = TerminalBoard(stage.app)
        async with lent("secret", board):
            assert stage.app.clipboard == "secret"
        assert stage.app.clipboard == ""
        async with lent("secret", board):
            stage.app.copy_to_clipboard("newer")
        assert stage.app.clipboard == "newer"
