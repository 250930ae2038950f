"""The list in blocks, against a plain list."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.ui import blocks
from tui.ui.blocks import LARGEST, Blocks


def names(count: int, start: int = 0) -> list[str]:
    return [f"n{number}" for number in range(start, start + count)]


def filled(count: int) -> Blocks:
    found = Blocks()
    found.insert_after(None, names(count))
    return found


@st.composite
def _steps(draw: st.DrawFn) -> list[tuple[str, float, int]]:
    kinds = st.sampled_from(["insert", "insert", "many", "remove", "tidy", "again", "clear"])
    share = st.floats(0, 1)
    return draw(st.lists(st.tuples(kinds, share, st.integers(1, 40)), min_size=5, max_size=50))


@given(_steps())
@settings(max_examples=150, deadline=None)
def test_it_is_a_list(steps: list[tuple[str, float, int]]) -> None:
    ours, plain = Blocks(), list[str]()
    gone: list[str] = []
    count = 0
    for kind, share, number in steps:
        at = int(share * len(plain))
        if kind in {"insert", "many"}:
            fresh = names(number if kind == "insert" else number * 40, count)
            count += len(fresh)
            _insert(ours, plain, at, fresh)
        elif kind == "again":
            _insert(ours, plain, at, gone)
            gone = []
        elif kind == "remove" and plain:
            first = min(at, len(plain) - 1)
            last = min(first + number * number, len(plain) - 1)
            gone = plain[first : last + 1]
            ours.remove(plain[first], plain[last])
            del plain[first : last + 1]
        elif kind == "tidy":
            ours.tidy()
        elif kind == "clear" and number == 1:
            ours.clear()
            plain.clear()
        _same(ours, plain, gone)


def _insert(ours: Blocks, plain: list[str], at: int, fresh: list[str]) -> None:
    ours.insert_after(plain[at - 1] if at else None, fresh)
    plain[at:at] = fresh


def _same(ours: Blocks, plain: list[str], gone: list[str]) -> None:
    assert list(ours) == plain
    assert len(ours) == len(plain)
    places = {0, len(plain) // 2, len(plain) - 1} if plain else set()
    for index in places:
        assert ours[index] == plain[index]
        assert ours.index(plain[index]) == index
        assert plain[index] in ours
        assert ours.stretch(index, index + LARGEST) == plain[index : index + LARGEST]
    assert not any(item in ours for item in gone)
    assert all(len(block.items) <= LARGEST for block in ours._blocks)
    assert all(block.items for block in ours._blocks)


def test_what_is_not_there() -> None:
    ours = filled(3)
    for index in (-1, 3):
        with pytest.raises(IndexError):
            ours[index]
    with pytest.raises(KeyError):
        ours.index("other")
    ours.clear()
    with pytest.raises(KeyError):
        ours.index("n1")
    assert ours.stretch(0, 9) == []


def test_tidying_forgets_what_was_removed_and_nothing_else() -> None:
    ours = filled(5000)
    ours.remove("n1", "n4998")
    ours.insert_after("n0", names(100, 1000))
    tidied: list[str] = []
    while ours.untidy:
        tidied += ours.tidy()
    assert set(tidied).isdisjoint(ours)
    assert list(ours) == ["n0", *names(100, 1000), "n4999"]
    assert len(ours._where) == 102
    assert ours.tidy() == ()


def test_many_small_removals_leave_no_heap_of_small_blocks() -> None:
    ours = filled(20_000)
    for number in range(19_990):
        ours.remove(f"n{number}", f"n{number}")
    assert len(ours._blocks) == 1
    assert len(ours) <= blocks.LARGEST
