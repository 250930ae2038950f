"""The escape-sequence engine (bittty), cut down to what a remote host may do.

bittty plays many terminals, with printers, macros, key memory and the like. Whatever runs on the
remote, and whatever file a person shows there, speaks to it; so only the operations listed here
are left in its table, and only answers of a known shape go back. Among those that are left out are
the ones that turn a file's contents into typed input: the report of the window title, the print
of the screen to the host, macros, answerback, and the clipboard query.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bittty import BITTTY, Board, Operation, Presentable, TerminalCaps
from bittty import mode_profiles as modes
from bittty.options import EDITING

REPLIES_LIMIT: Final = 16 * 1024
"""Bytes of answers that wait to be fetched; further answers are dropped until they are."""

_MODES: Final = frozenset(
    {
        modes.ANSI_INSERT,
        modes.ANSI_NEWLINE,
        modes.DEC_CURSOR_APPLICATION,
        modes.DEC_REVERSE_SCREEN,
        modes.DEC_ORIGIN,
        modes.DEC_AUTOWRAP,
        modes.DEC_CURSOR_VISIBLE,
        modes.DEC_NATIONAL_CHARSET,
        modes.DEC_NUMERIC_KEYPAD,
        modes.DEC_LEFT_RIGHT_MARGINS,
        modes.XTERM_CURSOR_BLINK,
        modes.XTERM_REVERSE_WRAP,
        modes.XTERM_EXTENDED_REVERSE_WRAP,
        modes.XTERM_ALT_SCREEN_47,
        modes.XTERM_ALT_SCREEN_1047,
        modes.XTERM_ALT_SCREEN_1049,
        modes.XTERM_SAVE_CURSOR_1048,
        modes.XTERM_MOUSE_X10,
        modes.XTERM_MOUSE_NORMAL,
        modes.XTERM_MOUSE_BUTTON,
        modes.XTERM_MOUSE_ANY,
        modes.XTERM_MOUSE_SGR,
        modes.XTERM_ALTERNATE_SCROLL,
        modes.XTERM_FOCUS,
        modes.XTERM_BRACKETED_PASTE,
        modes.XTERM_SYNC_OUTPUT,
        modes.UNICODE_GRAPHEME_CLUSTERING,
        modes.CONTOUR_TEXT_REFLOW,
        modes.INBAND_RESIZE,
    }
)

OPERATIONS: Final = frozenset({
    "PRINT", "C0_BEL", "C0_BS", "C0_CR", "C0_CRLF", "C0_DEL", "C0_FF", "C0_HT", "C0_LF",
    "C0_SI", "C0_SO", "C0_VT", "CBT", "CHA", "CHT", "CNL", "CPL", "CTC", "CUB", "CUD", "CUF",
    "CUP", "CUU", "HPA", "HPB", "HPR", "HVP", "VPA", "VPB", "VPR", "HTS", "TBC", "DECST8C",
    "IND", "NEL", "RI", "SU", "SD", "SL", "SR", "IL", "DL", "ICH", "DCH", "ECH", "ED", "EL",
    "REP", "DECBI", "DECFI", "DECIC", "DECDC", "DECALN", "DECSTBM", "DECSLRM", "DECSCUSR",
    "SAVE", "RESTORE", "RIS", "DECSTR", "ST", "DECSED", "DECSEL", "SGR", "XTPUSHSGR",
    "XTPOPSGR", "SM", "RM", "DECSET", "DECRST", "XTSAVE", "XTRESTORE", "DECKPAM", "DECKPNM",
    "SCS_G0", "SCS_G1", "SCS_G2", "SCS_G3", "LS1R", "LS2", "LS2R", "LS3", "LS3R", "SS2",
    "SS3", "SET_ICON_AND_WINDOW_TITLE", "SET_WINDOW_TITLE", "XTWINOPS", "OSC_SET_PALETTE",
    "OSC_RESET_PALETTE", "OSC_FOREGROUND", "OSC_BACKGROUND", "OSC_CURSOR",
    "OSC_RESET_FOREGROUND", "OSC_RESET_BACKGROUND", "OSC_RESET_CURSOR", "OSC_CLIPBOARD",
    "CPR", "DSR", "DA1", "DA2", "DA3", "DECRQM", "DECRQSS", "XTGETTCAP", "XTVERSION",
})  # fmt: skip
"""What is left. Rectangles and protected characters are not: nothing uses them unless told that
they are there, and each of them asks for work on every cell of the screen."""

_COLOUR_OPERATIONS: Final = (
    "OSC_SET_PALETTE",
    "OSC_RESET_PALETTE",
    "OSC_FOREGROUND",
    "OSC_BACKGROUND",
    "OSC_RESET_FOREGROUND",
    "OSC_RESET_BACKGROUND",
    "RIS",
)

_WINDOW_OPERATIONS: Final = frozenset({14, 16, 18, 19, 22, 23})
"""XTWINOPS that stay: size reports and the title stack. Not 21, the report of the title."""

_REPLY: Final = re.compile(
    r"\x1b\[[?>=]?[0-9;]*[cnRt]"
    r"|\x1b\[\??[0-9;]+\$y"
    r"|\x1bP1\$r[0-9;:]*[ \"$*>]?[a-z|}~]\x1b\\"
    r"|\x1bP[01]\+r[0-9A-Fa-f]*(?:=[0-9A-Fa-f]*)?\x1b\\"
    r"|\x1bP![|][0-9A-F]*\x1b\\"
    r"|\x1bP>[|]bittty\([0-9.]+\)\x1b\\"
    r"|\x1b\](?:4;[0-9]+|1[0-2]);rgb:[0-9a-fA-F/]+(?:\x07|\x1b\\)"
)
_NO_SUCH_SETTING: Final = "\x1bP0$r\x1b\\"

_MODEL: Final = replace(
    BITTTY,
    # A VT220 with colour and nothing else fitted.
    da1_response="\x1b[?62;22c",
    mode_capabilities=_MODES,
    options=frozenset(),
    control_capabilities=EDITING,
    power_on_modes=frozenset({2028}),  # text reflows when the width changes
    fixed_modes=frozenset(),
    macro_space=None,
    upss=None,
    keyboard_types=None,
)


class Replies:
    """Where the engine writes its answers to queries: a host cable that only collects.

    An answer whose shape is not known is dropped, because part of it may have been chosen by the
    remote; what is kept is bounded by `REPLIES_LIMIT`.
    """

    closed = False

    def __init__(self) -> None:
        self._waiting = bytearray()

    def take(self) -> bytes:
        """The answers since the last call."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

    def write(self, data: str) -> int:
        """Keep an answer if it has a known shape and there is room."""
        if data.startswith("\x1bP0$r"):
            data = _NO_SUCH_SETTING
        elif not _REPLY.fullmatch(data):
            return 0
        if len(self._waiting) + len(data) > REPLIES_LIMIT:
            return 0
        self._waiting += data.encode("ascii")
        return len(data)

    def write_bytes(self, data: bytes) -> int:
        """Refuse raw bytes: only a printer would send them."""
        return 0

    def flush(self) -> None:
        """Nothing is buffered elsewhere."""

    def resize(self, rows: int, cols: int) -> None:
        """Learn nothing from a change of size: the window decides it."""

    def configure_line(self, line: object) -> None:
        """There is no serial line."""

    def close(self) -> None:
        """There is nothing to close."""


Handler = Callable[[Operation], None]


@dataclass(frozen=True, slots=True)
class ClipboardWanted:
    """The remote asked to set or read the clipboard (OSC 52); the engine does neither."""


@dataclass(frozen=True, slots=True)
class Recoloured:
    """The remote redefined colours."""


def build(cols: int, rows: int, replies: Replies, listener: Presentable) -> Board:
    """A fresh engine of that size that writes to `replies` and tells `listener` what happens,
    bittty's events and the two above. Marks join their letters from the start and for good
    (mode 2027).
    """
    board = Board(width=cols, height=rows, model=_MODEL)
    registry = board.registry
    for name in set(registry) - OPERATIONS:
        del registry[name]
    registry["XTWINOPS"] = _only_reports_and_stack(registry["XTWINOPS"])
    registry["OSC_CLIPBOARD"] = lambda _operation: listener.present(ClipboardWanted())
    registry["DECSED"], registry["DECSEL"] = registry["ED"], registry["EL"]
    for name in _COLOUR_OPERATIONS:
        registry[name] = _followed_by(registry[name], lambda: listener.present(Recoloured()))
    board.title.title = board.title.icon_title = ""  # the engine's own name for a window
    board.host.attach(replies)
    board.attach_display(listener)
    board.set_caps(replace(TerminalCaps.unknown(), grapheme_mode="permanently-set"))
    return board


def _only_reports_and_stack(window_operation: Handler) -> Handler:
    def handle(operation: Operation) -> None:
        if operation.args[0] and operation.args[0][0] in _WINDOW_OPERATIONS:
            window_operation(operation)

    return handle


def _followed_by(handler: Handler, then: Callable[[], None]) -> Handler:
    def handle(operation: Operation) -> None:
        handler(operation)
        then()

    return handle
