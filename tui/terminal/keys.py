"""What a key, a paste, a click or a change of focus becomes on the wire, as xterm sends it."""

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from tui.terminal.modes import Modes, Mouse

ESC: Final = b"\x1b"

_MODIFIERS: Final = {"shift": 1, "alt": 2, "meta": 2, "ctrl": 4}
_SHIFT, _ALT, _CTRL = 1, 2, 4
_FOREIGN: Final = frozenset({"super", "hyper"})
"""Modifiers that no byte can tell the remote of; such keys belong to the desktop."""

_CURSOR: Final = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_SS3_FUNCTION: Final = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_NUMBERED: Final = {
    "insert": 2,
    "delete": 3,
    "pageup": 5,
    "pagedown": 6,
    "f5": 15,
    "f6": 17,
    "f7": 18,
    "f8": 19,
    "f9": 20,
    "f10": 21,
    "f11": 23,
    "f12": 24,
}
_PLAIN: Final = {
    "enter": b"\r",
    "return": b"\r",
    "tab": b"\t",
    "escape": ESC,
    "space": b" ",
    "backspace": b"\x7f",
}
_PUNCTUATION: Final = {
    "at": "@",
    "backslash": "\\",
    "circumflex_accent": "^",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "minus": "-",
    "plus": "+",
    "slash": "/",
    "space": " ",
    "underscore": "_",
}
_CONTROL: Final = {
    " ": 0x00, "@": 0x00, "2": 0x00, "`": 0x00,
    "[": 0x1B, "{": 0x1B, "3": 0x1B,
    "\\": 0x1C, "|": 0x1C, "4": 0x1C,
    "]": 0x1D, "}": 0x1D, "5": 0x1D,
    "^": 0x1E, "~": 0x1E, "6": 0x1E,
    "_": 0x1F, "-": 0x1F, "/": 0x1F, "7": 0x1F,
    "?": 0x7F, "8": 0x7F,
}  # fmt: skip
"""Control characters besides the letters' own, with the digits as DEC's keyboards have them."""

_PASTE_START, _PASTE_END = b"\x1b[200~", b"\x1b[201~"
_KEPT_IN_PASTE: Final = frozenset("\t\r")
_X10_LARGEST: Final = 223
"""The last column or row that an X10 mouse report can tell."""


def encode_key(key: str, character: str | None, modes: Modes) -> bytes | None:
    """The bytes of a key; None for one that has none, such as a modifier by itself.

    `key` is a name such as "up", "ctrl+left", "alt+b", "f5" or "full_stop", its modifiers in any
    order; `character` is what it types, if anything.
    """
    *prefixes, name = key.split("+") if key != "+" else [key]
    if _FOREIGN.intersection(prefixes):
        return None
    held = 0
    for prefix in prefixes:
        held |= _MODIFIERS.get(prefix, 0)
    return (
        _encode_named(name, held, modes)
        or _encode_special(name, held)
        or _encode_character(name, character, held)
    )


def _encode_named(name: str, held: int, modes: Modes) -> bytes | None:
    """Keys with sequences of their own: arrows, Home, End, the function and editing keys."""
    if name.startswith("f") and name[1:].isdigit() and 13 <= int(name[1:]) <= 24:
        # xterm has twelve function keys; the next twelve are the same with shift.
        name, held = f"f{int(name[1:]) - 12}", held | _SHIFT
    if final := _CURSOR.get(name):
        return _lettered(final, held, ss3=modes.application_cursor)
    if final := _SS3_FUNCTION.get(name):
        return _lettered(final, held, ss3=True)
    if number := _NUMBERED.get(name):
        return f"\x1b[{number};{held + 1}~".encode() if held else f"\x1b[{number}~".encode()
    return None


def _lettered(final: str, held: int, *, ss3: bool) -> bytes:
    if held:
        return f"\x1b[1;{held + 1}{final}".encode()
    return f"\x1b{'O' if ss3 else '['}{final}".encode()


def _encode_special(name: str, held: int) -> bytes | None:
    """Enter, Tab, Escape, Space and Backspace with their modifiers."""
    plain = _PLAIN.get(name)
    if plain is None:
        return None
    if name == "tab" and held & _SHIFT:
        plain = b"\x1b[Z"
    elif held & _CTRL and name == "backspace":
        plain = b"\x08"
    elif held & _CTRL and name == "space":
        plain = b"\x00"
    return ESC + plain if held & _ALT else plain


def _encode_character(name: str, character: str | None, held: int) -> bytes | None:
    """Everything that types, with ctrl folded into the character and alt as an ESC before it."""
    typed = _named_character(name) if held & (_CTRL | _ALT) else character
    if typed is None:
        typed = character
    if not typed:
        return None
    if held & _SHIFT and len(typed) == 1:
        typed = typed.upper()
    data = typed.encode("utf-8", "replace")
    if held & _CTRL:
        data = _control(typed) or data
    return ESC + data if held & _ALT else data


def _named_character(name: str) -> str | None:
    """The character that a key is named after: "b", "full_stop", "right_square_bracket"."""
    if len(name) == 1:
        return name
    if name in _PUNCTUATION:
        return _PUNCTUATION[name]
    try:
        return unicodedata.lookup(name.replace("_", " ").upper())
    except KeyError:
        return None


def _control(typed: str) -> bytes | None:
    if typed.isascii() and typed.isalpha():
        return bytes([ord(typed) & 0x1F])
    code = _CONTROL.get(typed)
    return None if code is None else bytes([code])


def encode_paste(text: str, modes: Modes) -> bytes:
    """Pasted text: without control characters but tabs, its line ends as Enter, and bracketed
    if the remote asked for that, so that nothing in it can act as typed keys or end the bracket.
    """
    lines = text.replace("\x1b[201~", "").replace("\r\n", "\r").replace("\n", "\r")
    kept = "".join(
        char for char in lines if char in _KEPT_IN_PASTE or unicodedata.category(char) != "Cc"
    )
    data = kept.encode("utf-8", "replace")
    return _PASTE_START + data + _PASTE_END if modes.bracketed_paste and data else data


def encode_focus(gained: bool, modes: Modes) -> bytes:
    """The report of a change of focus, or nothing unless the remote asked for it (mode 1004)."""
    if not modes.focus_events:
        return b""
    return b"\x1b[I" if gained else b"\x1b[O"


@dataclass(frozen=True, slots=True)
class Pointing:
    """Something done with the mouse, over a cell counted from 0."""

    action: Literal["press", "release", "move", "wheel"]
    button: int
    """1 left, 2 middle, 3 right, 0 none; for the wheel 1 up, 2 down, 3 left, 4 right."""
    column: int
    row: int
    shift: bool = False
    alt: bool = False
    ctrl: bool = False


def encode_mouse(pointing: Pointing, modes: Modes) -> bytes:
    """The mouse report, or nothing if the remote did not ask for such a one.

    With mode 1006 in decimals; else in the X10 form, which ends at column and row 223.
    """
    if not _wanted(pointing, modes.mouse) or min(pointing.column, pointing.row) < 0:
        return b""
    column, row = pointing.column + 1, pointing.row + 1
    code = _button_code(pointing)
    if modes.mouse is not Mouse.PRESS:
        code += 4 * pointing.shift + 8 * pointing.alt + 16 * pointing.ctrl
    if modes.sgr_mouse:
        final = "m" if pointing.action == "release" else "M"
        return f"\x1b[<{code};{column};{row}{final}".encode()
    if max(column, row) > _X10_LARGEST:
        return b""
    if pointing.action == "release":
        code |= 3
    return b"\x1b[M" + bytes([32 + code, 32 + column, 32 + row])


def _wanted(pointing: Pointing, mouse: Mouse) -> bool:
    match pointing.action:
        case "press":
            return mouse is not Mouse.OFF
        case "release":
            return mouse in {Mouse.CLICK, Mouse.DRAG, Mouse.MOTION}
        case "wheel":
            return mouse in {Mouse.CLICK, Mouse.DRAG, Mouse.MOTION}
        case "move":
            return mouse is Mouse.MOTION or (mouse is Mouse.DRAG and pointing.button > 0)


def _button_code(pointing: Pointing) -> int:
    match pointing.action:
        case "wheel":
            return 63 + pointing.button
        case "move":
            return 32 + (pointing.button - 1 if pointing.button else 3)
        case _:
            return max(0, pointing.button - 1)
