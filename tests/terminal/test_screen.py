"""A screen shows what was written, remembers what scrolled off, and copies it."""

import pytest

from tui.terminal.cells import PLAIN, REPLACEMENT, Run, Style
from tui.terminal.modes import Modes, Mouse
from tui.terminal.screen import LARGEST, TITLE_LIMIT, Screen


def written(data: str | bytes, cols: int = 20, rows: int = 5, scrollback: int = 100) -> Screen:
    screen = Screen(cols, rows, scrollback)
    screen.feed(data.encode() if isinstance(data, str) else data)
    return screen


def text_of(screen: Screen, row: int) -> str:
    return "".join(run.text for run in screen.line(row))


def test_plain_text_is_one_run() -> None:
    screen = written("hello")
    assert screen.line(0) == (Run("hello", PLAIN, 5),)
    assert screen.line(1) == ()
    assert (screen.cursor.column, screen.cursor.row, screen.cursor.visible) == (5, 0, True)


def test_styles_split_a_row_into_runs() -> None:
    screen = written("a\x1b[1;31mb\x1b[0;48;2;1;2;3mc\x1b[0;38;5;200;7md")
    assert screen.line(0) == (
        Run("a", PLAIN, 1),
        Run("b", Style(foreground=1, bold=True), 1),
        Run("c", Style(background="#010203"), 1),
        Run("d", Style(foreground=200, reverse=True), 1),
    )


def test_a_wide_character_is_a_cluster_of_two_cells() -> None:
    screen = written("a漢b")
    assert screen.line(0) == (
        Run("a", PLAIN, 1),
        Run("漢", PLAIN, 2, cluster=True),
        Run("b", PLAIN, 1),
    )
    assert screen.cursor.column == 4


@pytest.mark.parametrize("prelude", ["", "\x1bc", "\x1b[!p", "\x1b[?2027l"])
def test_marks_join_their_letter_whatever_happened_before(prelude: str) -> None:
    screen = written(f"{prelude}e\u0301x")
    assert screen.line(0) == (Run("e\u0301", PLAIN, 1, cluster=True), Run("x", PLAIN, 1))


def test_a_character_cut_in_the_stream_is_put_together() -> None:
    screen = Screen(10, 2)
    for byte in "漢é".encode():
        screen.feed(bytes([byte]))
    assert text_of(screen, 0) == "漢é"


def test_bytes_that_are_no_characters_are_replaced() -> None:
    assert text_of(written(b"a\xffb"), 0) == f"a{REPLACEMENT}b"


@pytest.mark.parametrize("hostile", ["\u202e", "\u2066", "\u0080", "\u200b", "\u2028", "\ufeff"])
def test_characters_that_act_on_a_terminal_are_not_shown(hostile: str) -> None:
    shown = text_of(written(f"a{hostile}b"), 0)
    assert hostile not in shown
    assert shown[0] == "a"
    assert shown[-1] == "b"


def test_a_pile_of_marks_is_cut() -> None:
    screen = written("e" + "\u0301" * 200 + "x")
    assert len(text_of(screen, 0)) <= 17
    assert text_of(screen, 0).endswith("x")


def test_only_changed_rows_are_dirty() -> None:
    screen = written("one\r\ntwo")
    assert screen.take_dirty() == {0, 1, 2, 3, 4}
    assert screen.take_dirty() == set()
    screen.feed(b"x")
    assert screen.take_dirty() == {1}
    screen.feed(b"\x1b[1;1Hy\x1b[4;1Hz")
    assert screen.take_dirty() == {0, 3}


@pytest.mark.parametrize("sequence", [b"\x1b[?1049h", b"\x1b[?5h", b"\x1b]4;1;rgb:ff/00/ff\x07"])
def test_everything_is_dirty_when_all_looks_different(sequence: bytes) -> None:
    screen = written("\x1b[31mred")
    screen.take_dirty()
    screen.feed(sequence)
    assert screen.take_dirty() == {0, 1, 2, 3, 4}


def test_a_redefined_colour_is_exact_and_the_others_stay_the_themes() -> None:
    screen = written("\x1b]4;1;rgb:ff/00/ff\x07\x1b[31mr\x1b[32mg")
    assert [run.style.foreground for run in screen.line(0)] == ["#ff00ff", 2]
    screen.feed(b"\x1b]104\x07")
    screen.take_dirty()
    assert [run.style.foreground for run in screen.line(0)] == [1, 2]


def test_the_reverse_screen_turns_every_style_round() -> None:
    screen = written("\x1b[?5ha\x1b[7mb")
    assert [run.style.reverse for run in screen.line(0)] == [True, False, True]


def test_rows_that_scroll_off_are_remembered_newest_first() -> None:
    screen = written("".join(f"line {number}\r\n" for number in range(10)))
    assert screen.history == 6
    assert screen.scrolled == 6
    assert [text_of(screen, row) for row in (-1, -2, -6, -7)] == ["line 5", "line 4", "line 0", ""]


def test_history_is_bounded_and_keeps_counting() -> None:
    screen = written("".join(f"{number}\r\n" for number in range(50)), scrollback=10)
    assert screen.history == 10
    assert screen.scrolled == 46
    assert text_of(screen, -10) == "36"


def test_settled_rows_read_the_same() -> None:
    screen = written("".join(f"\x1b[3{n % 8}m{n}\x1b[m é漢\r\n" for n in range(50)), scrollback=10)
    before = [screen.line(row) for row in range(-10, 0)]
    assert screen.settle(4)
    assert not screen.settle()
    assert [screen.line(row) for row in range(-10, 0)] == before


def test_no_history_is_kept_of_the_alternate_screen_nor_without_a_scrollback() -> None:
    screen = written("\x1b[?1049h" + "x\r\n" * 50)
    assert (screen.history, screen.modes.alternate_screen) == (0, True)
    assert written("x\r\n" * 50, scrollback=0).history == 0


def test_the_remote_may_clear_the_history() -> None:
    assert written("x\r\n" * 50 + "\x1b[3J").history == 0


def test_copied_text_follows_the_lines_not_the_rows() -> None:
    screen = written("a long line that wraps over\r\nshort   \r\nlast", cols=10)
    assert screen.text((0, 0), (4, 9)) == "a long line that wraps over\nshort\nlast"
    assert screen.text((0, 2), (0, 5)) == "long"
    assert screen.text((3, 2), (0, 7)) == "line that wraps over\nsho"


def test_copied_text_reaches_back_into_the_history() -> None:
    screen = written("".join(f"line {number}\r\n" for number in range(10)))
    assert screen.text((-2, 0), (0, 5)) == "line 4\nline 5\nline 6"
    assert screen.text((-99, 0), (-6, 19)) == "line 0"


def test_wide_characters_are_copied_by_their_first_column() -> None:
    screen = written("a漢b")
    assert screen.text((0, 1), (0, 1)) == "漢"
    assert screen.text((0, 2), (0, 3)) == "b"


def test_wrapped_lines_flow_anew_when_the_width_changes() -> None:
    screen = written("0123456789abcde", cols=10)
    screen.resize(20, 5)
    assert text_of(screen, 0) == "0123456789abcde"
    screen.resize(5, 5)
    assert [text_of(screen, row) for row in range(3)] == ["01234", "56789", "abcde"]


def test_sizes_are_bounded() -> None:
    screen = Screen(0, -3)
    assert screen.size == (1, 1)
    screen.resize(10**9, 10**9)
    assert screen.size == (LARGEST, LARGEST)


@pytest.mark.parametrize(
    "request_", [b"\x1b[8;50;200t", b"\x1b[?40h\x1b[?3h", b"\x1b[132$|", b"\x1b[60t"]
)
def test_the_remote_cannot_change_the_size(request_: bytes) -> None:
    screen = written(request_)
    assert screen.size == (20, 5)
    screen.feed(b"x" * 21)
    assert screen.cursor.row == 1


def test_modes_are_told() -> None:
    assert written("").modes == Modes()
    screen = written("\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1006h\x1b[?2026h\x1b[?1002h")
    assert screen.modes == Modes(
        application_cursor=True,
        application_keypad=True,
        bracketed_paste=True,
        mouse=Mouse.DRAG,
        sgr_mouse=True,
        focus_events=True,
        synchronized=True,
    )


@pytest.mark.parametrize(
    ("number", "mouse"),
    [(9, Mouse.PRESS), (1000, Mouse.CLICK), (1002, Mouse.DRAG), (1003, Mouse.MOTION)],
)
def test_mouse_modes(number: int, mouse: Mouse) -> None:
    screen = written(f"\x1b[?{number}h")
    assert screen.modes.mouse is mouse
    screen.feed(f"\x1b[?{number}l".encode())
    assert screen.modes.mouse is Mouse.OFF


def test_the_cursor_is_told() -> None:
    assert not written("\x1b[?25l").cursor.visible
    assert written("\x1b[4 q").cursor.shape == "underline"
    assert written("\x1b[6 q").cursor.shape == "bar"


def test_the_title_is_harmless_and_bounded() -> None:
    assert written("").title == ""
    assert written("\x1b]0;web-1: ~\x07").title == "web-1: ~"
    assert written("\x1b]2;a\u202eb\x01c\x9dd\x07").title == "abcd"
    assert written("\x1b]2;" + "x" * 9999 + "\x07").title == "x" * TITLE_LIMIT
    assert written("\x1b[22t\x1b]2;vim\x07\x1b[23t").title == ""


def test_the_bell_rings_once() -> None:
    screen = written("\x07\x07")
    assert screen.take_bell()
    assert not screen.take_bell()
    assert not written("\x1b]0;title\x07").take_bell()


def test_links_are_text_only() -> None:
    screen = written("\x1b]8;;https://example.com/\x1b\\text\x1b]8;;\x1b\\ more")
    assert screen.line(0) == (Run("text more", PLAIN, 9),)


def test_a_stumbling_engine_is_replaced_and_the_history_stays() -> None:
    screen = written("".join(f"line {number}\r\n" for number in range(10)))
    screen.take_dirty()

    def stumble(_text: str) -> None:
        raise TypeError("a slip in the engine")

    screen._board.parser.feed = stumble
    screen.feed(b"\x1b[31mwhatever")
    assert screen.broken == 1
    assert screen.take_dirty() == {0, 1, 2, 3, 4}
    assert text_of(screen, -1) == "line 5"
    screen.feed(b"on it goes")
    assert text_of(screen, 0) == "on it goes"
    assert screen.broken == 1


def test_a_selective_erase_erases_all_as_nothing_can_be_protected() -> None:
    screen = written('one\x1b[1"qtwo\r\nthree\x1b[1;4H\x1b[?K')
    assert [text_of(screen, row) for row in range(2)] == ["one", "three"]
    screen.feed(b"\x1b[?2J")
    assert [text_of(screen, row) for row in range(2)] == ["", ""]


def everything(screen: Screen) -> list[str]:
    """The rows from the oldest kept one down, without blank ones."""
    _, rows = screen.size
    texts = [text_of(screen, row).rstrip() for row in range(-screen.history, rows)]
    return [text for text in texts if text]


@pytest.mark.parametrize("rows", [9, 3, 1])
def test_a_lower_window_keeps_the_prompt_and_the_history_what_was_above(rows: int) -> None:
    lines = [f"line {number}" for number in range(9)]
    screen = written("".join(f"{line}\r\n" for line in lines) + "$ ", rows=12)
    screen.resize(20, rows)
    assert everything(screen) == [*lines, "$"]
    assert text_of(screen, rows - 1).rstrip() == "$"
    assert screen.cursor.row == rows - 1
    screen.feed(b"echo\r\n")
    screen.resize(20, 12)
    assert everything(screen) == [*lines, "$ echo"]


def test_a_lower_window_cuts_what_is_drawn_on_the_alternate_screen() -> None:
    screen = written("$ vi\r\n\x1b[?1049h\x1b[H1\r\n2\r\n3\r\n4\r\n5")
    screen.resize(20, 3)
    assert [text_of(screen, row) for row in range(3)] == ["1", "2", "3"]
    assert screen.history == 0
