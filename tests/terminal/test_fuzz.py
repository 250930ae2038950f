"""Whatever the bytes, a screen stays whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.terminal.cells import Run
from tui.terminal.screen import Screen

FINALS = "@ABCDEFGHIJKLMPSTXZ`abcdefghijklmnpqrstuvwxyz{|}~"
NUMBERS = st.sampled_from(["", "0", "1", "2", "5", "24", "80", "999", "65536", "2147483648", "1:2"])

csi = st.builds(
    lambda private, numbers, middle, final: f"\x1b[{private}{';'.join(numbers)}{middle}{final}",
    st.sampled_from(["", "?", ">", "=", "<"]),
    st.lists(NUMBERS, max_size=6),
    st.sampled_from(["", " ", "!", '"', "$", "'", "*", "#", "+"]),
    st.sampled_from(list(FINALS)),
)
modes = st.builds(
    lambda number, final: f"\x1b[?{number}{final}",
    st.sampled_from([1, 3, 5, 6, 7, 9, 25, 40, 45, 47, 69, 1000, 1006, 1047, 1048, 1049, 2026]),
    st.sampled_from(["h", "l"]),
)
strings = st.builds(
    lambda start, body, end: f"{start}{body}{end}",
    st.sampled_from(["\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9d", "\x90"]),
    st.one_of(
        st.sampled_from(
            ["0;t", "4;1;?", "4;999;x", "8;;u", "10;?", "52;c;?", "$qm", "+q41", "1$t"]
        ),
        st.text(max_size=20),
    ),
    st.sampled_from(["\x07", "\x1b\\", "\x9c", "", "\x18"]),
)
escapes = st.sampled_from(
    ["\x1b7", "\x1b8", "\x1bD", "\x1bM", "\x1bE", "\x1bc", "\x1b#8", "\x1b#6", "\x1b(0", "\x1bN"]
)
words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "\r\n" * 9,
            "\t",
            "\b",
            "漢字",
            "e\u0301\u0301",
            "👨\u200d👩\u200d👧",
            "❤\ufe0f",
            "x" * 90,
            "\u200d",
        ]
    ),
)
stream = st.lists(st.one_of(csi, modes, strings, escapes, words), max_size=40).map("".join)


def check(screen: Screen) -> None:
    cols, rows = screen.size
    assert screen.take_dirty() <= set(range(rows))
    for row in range(-screen.history, rows):
        line = screen.line(row)
        assert row < 0 or sum(run.width for run in line) <= cols
        for run in line:
            check_run(run)
    cursor = screen.cursor
    assert 0 <= cursor.column < cols
    assert not cursor.visible or 0 <= cursor.row < rows
    screen.text((-screen.history, 0), (rows, cols))
    assert screen.modes.mouse


def check_run(run: Run) -> None:
    assert run.text
    assert run.width == (run.width if run.cluster else len(run.text))
    assert run.width in {1, 2} or not run.cluster
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in run.text)


@settings(max_examples=300, deadline=None)
@given(stream, st.integers(1, 90), st.integers(1, 30))
def test_any_stream_of_sequences(text: str, cols: int, rows: int) -> None:
    screen = Screen(cols, rows, scrollback=20)
    screen.feed(text.encode("utf-8", "replace"))
    check(screen)
    assert screen.broken == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes(pieces: list[bytes]) -> None:
    screen = Screen(40, 10, scrollback=20)
    for piece in pieces:
        screen.feed(piece)
    check(screen)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(stream, st.integers(1, 60), st.integers(1, 20)), max_size=5))
def test_sizes_change_in_between(steps: list[tuple[str, int, int]]) -> None:
    screen = Screen(20, 5, scrollback=20)
    for text, cols, rows in steps:
        screen.feed(text.encode("utf-8", "replace"))
        screen.resize(cols, rows)
        check(screen)
        screen.settle(5)


@settings(max_examples=60, deadline=None)
@given(stream)
def test_a_stream_means_the_same_however_it_is_cut(text: str) -> None:
    data = text.encode("utf-8", "replace")
    whole, cut = Screen(40, 10, 20), Screen(40, 10, 20)
    whole.feed(data)
    for start in range(0, len(data), 3):
        cut.feed(data[start : start + 3])
    assert [whole.line(row) for row in range(10)] == [cut.line(row) for row in range(10)]
    assert whole.take_replies() == cut.take_replies()
