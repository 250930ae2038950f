"""What the remote asked of the keyboard, the mouse and the window."""

from dataclasses import dataclass
from enum import StrEnum


class Mouse(StrEnum):
    """Which movements of the mouse the remote wants to hear of."""

    OFF = "off"
    PRESS = "press"
    """Presses only, the X10 protocol (mode 9)."""
    CLICK = "click"
    """Presses and releases (mode 1000)."""
    DRAG = "drag"
    """And moves while a button is down (mode 1002)."""
    MOTION = "motion"
    """And every move (mode 1003)."""


@dataclass(frozen=True, slots=True)
class Modes:
    """The modes that decide which bytes a key, a paste or a click becomes."""

    application_cursor: bool = False
    """DECCKM: arrows, Home and End as SS3."""
    application_keypad: bool = False
    bracketed_paste: bool = False
    mouse: Mouse = Mouse.OFF
    sgr_mouse: bool = False
    """Mouse reports with decimal coordinates (mode 1006)."""
    focus_events: bool = False
    alternate_screen: bool = False
    """A full-screen program is running; there is no scrollback."""
    synchronized: bool = False
    """The remote is in the middle of a frame (mode 2026); it is best not painted yet."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the remote's cursor is, counted from 0."""

    column: int
    row: int
    visible: bool
    shape: str
    """One of block, underline and bar."""
