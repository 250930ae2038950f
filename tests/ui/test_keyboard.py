"""Textual's keyboard is as we need it, and its private table is as we think."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

from tui.model.store import Store
from tui.terminal.keys import encode_key
from tui.terminal.modes import Modes
from tui.ui.app import HatchwayApp
from tui.ui.backstage import Backstage
from tui.ui.keyboard import mend_alt_keys
from tui.watch.hurry import Hurry


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    table = ANSI_SEQUENCES_KEYS
    assert isinstance(table, dict), "Textual's table can no longer be changed"
    before = dict(table)
    mend_alt_keys()
    yield
    table.clear()
    table.update(before)


def keys(typed: str) -> list[str]:
    parsed = list(XTermParser().feed(typed))
    assert all(isinstance(event, events.Key) for event in parsed)
    return [event.key for event in parsed if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("\x1bb", "alt+b"),
        ("\x1bf", "alt+f"),
        ("\x1bd", "alt+d"),
        ("\x1bB", "alt+shift+b"),
        ("\x1b.", "alt+full_stop"),
        ("\x1b1", "alt+1"),
        ("\x1b0", "alt+0"),
        ("\x1b-", "alt+minus"),
        ("\x1b=", "alt+equals_sign"),
        ("\x1b\x7f", "alt+backspace"),
        ("\x1b\r", "alt+enter"),
        ("\x1b ", "alt+space"),
    ],
)
def test_escape_and_a_character_is_alt_and_that_key(typed: str, key: str) -> None:
    assert keys(typed) == [key]


@pytest.mark.parametrize("code", [code for code in range(0x20, 0x7F) if chr(code) not in "[O"])
def test_every_alt_key_reaches_the_remote_as_it_was_typed(code: int) -> None:
    (key,) = keys(f"\x1b{chr(code)}")
    assert encode_key(key, None, Modes()) == b"\x1b" + bytes([code])


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("\x1b[A", "up"),
        ("\x1bOA", "up"),
        ("\x1bOP", "f1"),
        ("\x1b[1;5D", "ctrl+left"),
        ("\x1b[5~", "pageup"),
        ("\x1b[Z", "shift+tab"),
        ("\x1d", "ctrl+right_square_bracket"),
        ("\x1c", "ctrl+backslash"),
        ("\x1f", "ctrl+underscore"),
        ("\x00", "ctrl+@"),
        ("\x7f", "backspace"),
        ("\x1b[24~", "f12"),
        ("b", "b"),
    ],
)
def test_other_keys_are_what_they_were(typed: str, key: str) -> None:
    assert keys(typed) == [key]


def test_the_pairs_that_need_mending_are_still_in_textuals_table() -> None:
    # When this fails, Textual has changed and the mending may no longer be needed.
    script = (
        "from textual._ansi_sequences import ANSI_SEQUENCES_KEYS as table\n"
        "print(table['\\x1bb'][0].value, table['\\x1b\\x7f'][0].value, table['\\x1b1'])"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script], capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == ["ctrl+left", "ctrl+w", "¡"]


@pytest.mark.parametrize(("chosen", "delay"), [(None, "0.025"), ("200", "0.2")])
def test_the_wait_after_escape_is_short_unless_chosen(chosen: str | None, delay: str) -> None:
    script = (
        "import os, sys\n"
        "os.environ.pop('ESCDELAY', None)\n"
        f"chosen = {chosen!r}\n"
        "if chosen: os.environ['ESCDELAY'] = chosen\n"
        "from tui.ui import keyboard\n"
        "assert 'textual' not in sys.modules\n"
        "keyboard.prepare_environment()\n"
        "from textual.constants import ESCAPE_DELAY\n"
        "print(ESCAPE_DELAY)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == delay


def test_the_app_keeps_no_key_from_a_terminal() -> None:
    def never(_: Hurry) -> AbstractAsyncContextManager[Backstage]:
        raise AssertionError("this test starts nothing")

    app = HatchwayApp(store=Store(), start=never)
    kept = [binding.key for _, binding in app._bindings if binding.priority]
    assert kept == []
