import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui import text


@pytest.mark.parametrize(
    ("given_text", "width", "expected"),
    [
        ("payments", 8, "payments"),
        ("payments", 5, "paym…"),
        ("payments", 1, "…"),
        ("payments", 0, ""),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
    ],
)
def test_cut(given_text: str, width: int, expected: str) -> None:
    assert text.cut(given_text, width) == expected


@given(st.text(max_size=60).map(text.plain), st.integers(1, 40), st.booleans())
def test_fitted_text_has_exactly_the_width(given_text: str, width: int, right: bool) -> None:
    assert cell_len(text.fit(given_text, width, right=right)) == width


@given(st.text(max_size=200).map(text.plain), st.integers(2, 40))
def test_folded_lines_fit_and_lose_nothing_but_spaces(given_text: str, width: int) -> None:
    lines = text.fold(given_text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == given_text.replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (7199, "119m"),
        (7200, "2h"),
        (172_799, "47h"),
        (172_800, "2d"),
        (86400 * 729, "729d"),
        (86400 * 730, "2y"),
        (1e15, "999y"),
    ],
)
def test_age(seconds: float, expected: str) -> None:
    assert text.age(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_960, "100 kB"),
        (1_234_567, "1.2 MB"),
        (5_000_000_000_000, "5.0 TB"),
    ],
)
def test_size(count: int, expected: str) -> None:
    assert text.size(count) == expected


def test_count() -> None:
    assert text.count(1, "session") == "1 session"
    assert text.count(2, "match", "matches") == "2 matches"
