"""The gate passes whole sequences, however the stream is cut, and forgets endless ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.gate import LONGEST_CSI, LONGEST_STRING, Gate

ST = "\x1b\\"

PIECES = st.lists(
    st.sampled_from(
        [
            "text",
            "漢",
            "\r\n",
            "\x1b[31m",
            "\x1b[?25h",
            "\x9b1m",
            "\x1b]0;title\x07",
            f"\x1b]2;other{ST}",
            f"\x1bP$qm{ST}",
            "\x1b(B",
            "\x1b7",
            "\x1b[12\x18",
            "\x1b]0;cut\x1b[1m",
            f"\x1b_application{ST}",
            "\x1b",
            "\x9c",
        ]
    ),
    max_size=12,
)


def through(*pieces: str) -> str:
    gate = Gate()
    return "".join(gate.let_through(piece) for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [
        "hello\r\n",
        "\x1b[1;31mred\x1b[0m",
        "\x1b(0lqk\x1b(B",
        "\x1b[?1049h\x1b[22;0;0t",
        "\x1b7\x1bM",
    ],
)
def test_what_programs_write_passes_unchanged(text: str) -> None:
    assert through(text) == text
    assert through(*text) == text


def test_a_sequence_is_held_until_it_is_whole() -> None:
    gate = Gate()
    assert gate.let_through("a\x1b") == "a"
    assert gate.let_through("[3") == ""
    assert gate.let_through("1mb") == "\x1b[31mb"


def test_a_string_gets_one_kind_of_end() -> None:
    whole = f"\x1b]0;title{ST}"
    assert through("\x1b]0;title\x07") == whole
    assert through(f"\x1b]0;title{ST}") == whole
    assert through("\x1b]0;ti", "tle\x1b", "\\") == whole
    assert through("\x1b]0;title\x9c") == whole


@pytest.mark.parametrize(
    "dropped",
    [
        f"\x1b_application{ST}",
        f"\x1b^private{ST}",
        f"\x1bXstring{ST}",
        f"\x1b]P0ffffff{ST}",
        f"\x1b]Rest{ST}",
        f"\x1b]{ST}",
        "\x1b[31\x18",
        "\x1b]0;title\x1a",
    ],
)
def test_strings_without_a_meaning_are_dropped(dropped: str) -> None:
    assert through(f"a{dropped}b") == "ab"


def test_an_escape_ends_an_unfinished_sequence() -> None:
    assert through("\x1b]0;title\x1b[31mred") == "\x1b[31mred"
    assert through("\x1b[31\x1b[1mbold") == "\x1b[1mbold"


def test_an_endless_string_is_forgotten_to_its_end() -> None:
    gate = Gate()
    gate.let_through("\x1b]0;")
    for _ in range(80):
        assert gate.let_through("x" * 1024) == ""
    assert gate.let_through("x\x07after") == "after"


def test_a_string_may_be_as_long_as_the_limit() -> None:
    body = "0;" + "x" * (LONGEST_STRING - 2)
    assert through(f"\x1b]{body}\x07") == f"\x1b]{body}{ST}"
    assert through(f"\x1b]{body}x\x07") == ""


def test_an_endless_csi_is_forgotten_to_its_end() -> None:
    assert through("\x1b[" + "1" * (LONGEST_CSI + 1) + "mafter") == "after"
    assert through("\x1b[" + "1;" * 500, "mafter") == "after"


@given(PIECES, st.lists(st.integers(1, 5), max_size=60))
def test_cuts_change_nothing(pieces: list[str], cuts: list[int]) -> None:
    text = "".join(pieces)
    parts, rest = [], text
    for cut in cuts:
        parts.append(rest[:cut])
        rest = rest[cut:]
    assert through(*parts, rest, "!") == through(text, "!")


@given(st.text(alphabet="\x1b\x9b\x9d\x90\x9c\x07\x18[]P_;0m\\ax", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    passed = through(text, "\x18\x1b\\!")
    assert passed.endswith("!")
