"""Keys, pastes, clicks and focus become the bytes that xterm sends."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.keys import Pointing, encode_focus, encode_key, encode_mouse, encode_paste
from tui.terminal.modes import Modes, Mouse

NORMAL = Modes()
APPLICATION = Modes(application_cursor=True)

PLAIN_KEYS = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "insert": b"\x1b[2~",
    "delete": b"\x1b[3~",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "f9": b"\x1b[20~",
    "f10": b"\x1b[21~",
    "f11": b"\x1b[23~",
    "f12": b"\x1b[24~",
    "f13": b"\x1b[1;2P",
    "f16": b"\x1b[1;2S",
    "f17": b"\x1b[15;2~",
    "f24": b"\x1b[24;2~",
    "enter": b"\r",
    "tab": b"\t",
    "escape": b"\x1b",
    "space": b" ",
    "backspace": b"\x7f",
}

WITH_MODIFIERS = {
    "shift+up": b"\x1b[1;2A",
    "alt+up": b"\x1b[1;3A",
    "alt+shift+up": b"\x1b[1;4A",
    "ctrl+left": b"\x1b[1;5D",
    "ctrl+shift+right": b"\x1b[1;6C",
    "shift+ctrl+right": b"\x1b[1;6C",
    "alt+ctrl+home": b"\x1b[1;7H",
    "alt+ctrl+shift+end": b"\x1b[1;8F",
    "meta+left": b"\x1b[1;3D",
    "ctrl+f1": b"\x1b[1;5P",
    "shift+f5": b"\x1b[15;2~",
    "ctrl+f13": b"\x1b[1;6P",
    "ctrl+delete": b"\x1b[3;5~",
    "shift+pageup": b"\x1b[5;2~",
    "ctrl+pagedown": b"\x1b[6;5~",
    "shift+tab": b"\x1b[Z",
    "alt+enter": b"\x1b\r",
    "shift+enter": b"\r",
    "alt+escape": b"\x1b\x1b",
    "alt+backspace": b"\x1b\x7f",
    "ctrl+backspace": b"\x08",
    "alt+space": b"\x1b ",
    "alt+b": b"\x1bb",
    "alt+shift+b": b"\x1bB",
    "alt+B": b"\x1bB",
    "alt+1": b"\x1b1",
    "alt+full_stop": b"\x1b.",
    "alt+slash": b"\x1b/",
    "alt+minus": b"\x1b-",
    "alt+underscore": b"\x1b_",
    "alt+left_square_bracket": b"\x1b[",
    "alt+ctrl+h": b"\x1b\x08",
}

CONTROL_KEYS = {
    "ctrl+space": 0x00,
    "ctrl+at": 0x00,
    "ctrl+@": 0x00,
    "ctrl+a": 0x01,
    "ctrl+c": 0x03,
    "ctrl+p": 0x10,
    "ctrl+q": 0x11,
    "ctrl+z": 0x1A,
    "ctrl+shift+c": 0x03,
    "ctrl+left_square_bracket": 0x1B,
    "ctrl+backslash": 0x1C,
    "ctrl+right_square_bracket": 0x1D,
    "ctrl+circumflex_accent": 0x1E,
    "ctrl+underscore": 0x1F,
    "ctrl+slash": 0x1F,
    "ctrl+minus": 0x1F,
    "ctrl+2": 0x00,
    "ctrl+3": 0x1B,
    "ctrl+6": 0x1E,
    "ctrl+8": 0x7F,
    "ctrl+question_mark": 0x7F,
}


@pytest.mark.parametrize(("key", "data"), PLAIN_KEYS.items())
def test_a_key_by_itself(key: str, data: bytes) -> None:
    assert encode_key(key, None, NORMAL) == data


@pytest.mark.parametrize(("key", "data"), WITH_MODIFIERS.items())
def test_a_key_with_modifiers(key: str, data: bytes) -> None:
    assert encode_key(key, None, NORMAL) == data
    assert encode_key(key, None, APPLICATION) == data


@pytest.mark.parametrize(("key", "code"), CONTROL_KEYS.items())
def test_a_control_character(key: str, code: int) -> None:
    assert encode_key(key, chr(code), NORMAL) == bytes([code])


def test_every_letter_with_ctrl() -> None:
    for code in range(1, 27):
        assert encode_key(f"ctrl+{chr(code + 96)}", None, NORMAL) == bytes([code])


@pytest.mark.parametrize(
    ("key", "data"),
    [("up", b"\x1bOA"), ("left", b"\x1bOD"), ("home", b"\x1bOH"), ("end", b"\x1bOF")],
)
def test_arrows_in_application_mode(key: str, data: bytes) -> None:
    assert encode_key(key, None, APPLICATION) == data


@pytest.mark.parametrize(
    ("key", "character", "data"),
    [
        ("a", "a", b"a"),
        ("A", "A", b"A"),
        ("full_stop", ".", b"."),
        ("plus", "+", b"+"),
        ("+", "+", b"+"),
        ("latin_small_letter_u_with_diaeresis", "ü", "ü".encode()),
        ("cjk_unified_ideograph_6f22", "漢", "漢".encode()),
        ("backspace", "\x08", b"\x7f"),
        ("space", " ", b" "),
    ],
)
def test_what_types_is_sent_as_it_is(key: str, character: str, data: bytes) -> None:
    assert encode_key(key, character, NORMAL) == data


@pytest.mark.parametrize("key", ["left_shift", "super+c", "<ignore>", "caps_lock", ""])
def test_keys_without_bytes(key: str) -> None:
    assert encode_key(key, None, NORMAL) is None


@given(st.text(max_size=20), st.one_of(st.none(), st.text(max_size=3)))
def test_any_key_name_is_taken(key: str, character: str | None) -> None:
    data = encode_key(key, character, NORMAL)
    assert data is None or isinstance(data, bytes)


def test_a_paste_is_cleaned() -> None:
    assert encode_paste("a\nb\r\nc\td\x1b[31m\x03\x9b\x7f", NORMAL) == b"a\rb\rc\td[31m"


def test_a_paste_is_bracketed_on_demand() -> None:
    bracketed = Modes(bracketed_paste=True)
    assert encode_paste("ls\n", bracketed) == b"\x1b[200~ls\r\x1b[201~"
    assert encode_paste("", bracketed) == b""


@given(st.text())
def test_nothing_pasted_ends_the_bracket_early(text: str) -> None:
    data = encode_paste(f"{text}\x1b[201~\x1b\x1b[201~[201~{text}", Modes(bracketed_paste=True))
    inside = data.removeprefix(b"\x1b[200~").removesuffix(b"\x1b[201~")
    assert b"\x1b" not in inside
    assert b"\x03" not in inside
    assert b"\xc2\x9b" not in inside


def test_a_lone_surrogate_is_pasted_as_something() -> None:
    assert encode_paste("\ud800", NORMAL) == b"?"


def click(
    action: Literal["press", "release", "move", "wheel"] = "press", button: int = 1, **more: bool
) -> Pointing:
    return Pointing(action, button, 4, 2, **more)


SGR = {
    Mouse.CLICK: Modes(mouse=Mouse.CLICK, sgr_mouse=True),
    Mouse.DRAG: Modes(mouse=Mouse.DRAG, sgr_mouse=True),
    Mouse.MOTION: Modes(mouse=Mouse.MOTION, sgr_mouse=True),
}


@pytest.mark.parametrize(
    ("pointing", "mouse", "data"),
    [
        (click(), Mouse.CLICK, b"\x1b[<0;5;3M"),
        (click(button=2), Mouse.CLICK, b"\x1b[<1;5;3M"),
        (click(button=3), Mouse.CLICK, b"\x1b[<2;5;3M"),
        (click("release"), Mouse.CLICK, b"\x1b[<0;5;3m"),
        (click(ctrl=True), Mouse.CLICK, b"\x1b[<16;5;3M"),
        (click(alt=True), Mouse.CLICK, b"\x1b[<8;5;3M"),
        (click(shift=True), Mouse.CLICK, b"\x1b[<4;5;3M"),
        (click("wheel", 1), Mouse.CLICK, b"\x1b[<64;5;3M"),
        (click("wheel", 2), Mouse.CLICK, b"\x1b[<65;5;3M"),
        (click("move", 1), Mouse.CLICK, b""),
        (click("move", 1), Mouse.DRAG, b"\x1b[<32;5;3M"),
        (click("move", 0), Mouse.DRAG, b""),
        (click("move", 0), Mouse.MOTION, b"\x1b[<35;5;3M"),
    ],
)
def test_the_mouse_with_decimals(pointing: Pointing, mouse: Mouse, data: bytes) -> None:
    assert encode_mouse(pointing, SGR[mouse]) == data


@pytest.mark.parametrize(
    ("pointing", "mouse", "data"),
    [
        (click(), Mouse.OFF, b""),
        (click(), Mouse.PRESS, b"\x1b[M %#"),
        (click(ctrl=True), Mouse.PRESS, b"\x1b[M %#"),
        (click("release"), Mouse.PRESS, b""),
        (click("wheel", 1), Mouse.PRESS, b""),
        (click("release", 3), Mouse.CLICK, b"\x1b[M#%#"),
        (click("wheel", 1), Mouse.CLICK, b"\x1b[M`%#"),
        (Pointing("press", 1, 222, 222), Mouse.CLICK, b"\x1b[M \xff\xff"),
        (Pointing("press", 1, 223, 0), Mouse.CLICK, b""),
        (Pointing("press", 1, -1, 0), Mouse.CLICK, b""),
    ],
)
def test_the_mouse_with_characters(pointing: Pointing, mouse: Mouse, data: bytes) -> None:
    assert encode_mouse(pointing, Modes(mouse=mouse)) == data


def test_focus_is_told_on_demand() -> None:
    wanted = Modes(focus_events=True)
    assert (encode_focus(True, wanted), encode_focus(False, wanted)) == (b"\x1b[I", b"\x1b[O")
    assert encode_focus(True, NORMAL) == b""
