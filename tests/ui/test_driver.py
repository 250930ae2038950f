"""The keyboard as it comes from a terminal, octet by octet."""

import asyncio
import inspect
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from threading import Condition, Thread

import pytest
from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.model.store import Store
from tui.ui.app import HatchwayApp
from tui.ui.backstage import Backstage
from tui.ui.driver import UnixDriver
from tui.watch.hurry import Hurry


def never(_: Hurry) -> AbstractAsyncContextManager[Backstage]:
    raise AssertionError("these tests start nothing")


class Keyboard(UnixDriver):
    """Keeps what it hears."""

    def __init__(self, fileno: int) -> None:
        super().__init__(HatchwayApp(store=Store(), start=never))
        self.fileno = fileno
        self._heard: list[str] = []
        self._hearing = Condition()

    def process_message(self, message: Message) -> None:
        assert isinstance(message, events.Key)
        with self._hearing:
            self._heard.append((message.is_printable and message.character) or message.key)
            self._hearing.notify()

    async def hears(self, *keys: str) -> None:
        """Wait for exactly these, all that was typed until now."""
        assert await asyncio.to_thread(self._waits, list(keys)), self._heard

    def _waits(self, keys: list[str]) -> bool:
        with self._hearing:
            return self._hearing.wait_for(lambda: self._heard == keys, timeout=10)


class Typist:
    """Types octets into a keyboard."""

    def __init__(self) -> None:
        self._out, self._in = os.pipe()
        self.keyboard = Keyboard(self._out)
        self._thread = Thread(target=self.keyboard.run_input_thread)
        self._thread.start()

    def types(self, octets: bytes) -> None:
        os.write(self._in, octets)

    def goes_away(self) -> None:
        with suppress(OSError):
            os.close(self._in)

    async def leaves(self) -> None:
        self.keyboard.exit_event.set()
        await asyncio.to_thread(self._thread.join)
        self.goes_away()
        os.close(self._out)


@pytest.fixture
async def typist() -> AsyncIterator[Typist]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    typist = Typist()
    try:
        yield typist
    finally:
        await typist.leaves()
        for number, handler in handlers.items():
            signal.signal(number, handler)


async def test_an_escape_alone_is_a_key(typist: Typist) -> None:
    typist.types(b"\x1b")
    await typist.keyboard.hears("escape")
    typist.types(b"x\x1b")
    await typist.keyboard.hears("escape", "x", "escape")


async def test_an_escape_that_begins_a_sequence_is_none(typist: Typist) -> None:
    typist.types(b"\x1b[A\x1bb\x1b[")
    await typist.keyboard.hears("up", "alt+b")
    typist.types(b"B")
    await typist.keyboard.hears("up", "alt+b", "down")


async def test_a_letter_may_come_in_parts(typist: Typist) -> None:
    first, second = b"\xc3\xbc"
    typist.types(bytes((first,)))
    typist.types(bytes((second,)) + b"\xffz")
    await typist.keyboard.hears("ü", "�", "z")


async def test_a_terminal_that_goes_away_leaves_the_thread_waiting(typist: Typist) -> None:
    typist.types(b"q")
    await typist.keyboard.hears("q")
    typist.goes_away()


def test_the_app_reads_with_it() -> None:
    app = HatchwayApp(store=Store(), start=never)
    assert app.get_driver_class() is UnixDriver


def test_another_driver_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "textual.constants.DRIVER", "textual.drivers.headless_driver:HeadlessDriver"
    )
    app = HatchwayApp(store=Store(), start=never)
    assert app.get_driver_class().__name__ == "HeadlessDriver"


def test_it_overrides_what_textual_has() -> None:
    # When this fails, Textual has changed: look whether the wait for Esc is mended there.
    source = inspect.getsource(LinuxDriver.run_input_thread)
    assert "selector.select(0.1)" in source
