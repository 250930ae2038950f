"""A remote, or a file that is shown there, cannot type, read the clipboard or flood the answers."""

import pytest

from tui.terminal.engine import OPERATIONS, REPLIES_LIMIT, Replies, build
from tui.terminal.screen import Screen


def replies(data: str) -> bytes:
    screen = Screen(80, 24)
    screen.feed(data.encode())
    return screen.take_replies()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("\x1b[c", b"\x1b[?62;22c"),
        ("\x1b[0c", b"\x1b[?62;22c"),
        ("\x1b[>c", b"\x1b[>1;10;0c"),
        ("\x1b[5n", b"\x1b[0n"),
        ("\x1b[3;5H\x1b[6n", b"\x1b[3;5R"),
        ("\x1b[18t", b"\x1b[8;24;80t"),
        ("\x1b[?2026$p", b"\x1b[?2026;2$y"),
        ("\x1b[?2027$p", b"\x1b[?2027;3$y"),
        ("\x1b[?31337$p", b"\x1b[?31337;0$y"),
        ("\x1b[1;31m\x1bP$qm\x1b\\", b"\x1bP1$r0;1;31m\x1b\\"),
        ("\x1bP$q q\x1b\\", b"\x1bP1$r2 q\x1b\\"),
        ("\x1bP+q544e\x1b\\", b"\x1bP1+r544E=787465726D\x1b\\"),
        ("\x1b]11;?\x07", b"\x1b]11;rgb:0000/0000/0000\x07"),
    ],
)
def test_queries_are_answered(query: str, answer: bytes) -> None:
    assert replies(query) == answer


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b]2;; rm -rf ~\r\x07\x1b[21t",
        "\x1b]1;icon\x07\x1b[20t",
        "; rm -rf ~\x1b[2i",
        "\x05",
        "\x1b]52;c;aGVsbG8=\x07\x1b]52;c;?\x07",
        "\x1b]50;; rm -rf ~\x07\x1b]50;?\x07",
        "\x1bP1;0;0!zecho hi\x1b\\\x1b[1*z",
        "\x1b[?1u\x1b[?u",
        "\x1b[>4;2m\x1b[?4m",
        "\x1b[1;1;1;1;1;1*y",
        "\x1b[?26n",
    ],
)
def test_nothing_a_remote_chose_comes_back(attack: str) -> None:
    assert replies(attack) == b""


def test_an_unknown_setting_is_refused_without_its_name() -> None:
    assert replies("\x1bP$q; rm -rf ~\r\x1b\\") == b"\x1bP0$r\x1b\\"
    assert replies("\x1bP$qx\x1b\\") == b"\x1bP0$r\x1b\\"


def test_a_capability_is_not_echoed_with_line_ends() -> None:
    assert b"\n" not in replies("\x1bP+q41\n42\x1b\\")


def test_the_clipboard_is_only_a_wish() -> None:
    screen = Screen(80, 24)
    screen.feed(b"\x1b]52;c;aGVsbG8=\x07")
    assert screen.take_clipboard_wish()
    assert not screen.take_clipboard_wish()
    assert screen.take_replies() == b""


def test_answers_are_bounded() -> None:
    screen = Screen(80, 24)
    screen.feed(b"\x1b[c" * 20_000)
    first = screen.take_replies()
    assert REPLIES_LIMIT - 64 < len(first) <= REPLIES_LIMIT
    screen.feed(b"\x1b[5n")
    assert screen.take_replies() == b"\x1b[0n"


def test_only_known_operations_are_left_in_the_engine() -> None:
    class Deaf:
        keeps_scrollback = False

        def present(self, event: object) -> None:
            pass

    board = build(80, 24, Replies(), Deaf())
    assert set(board.registry) == OPERATIONS
