from hypothesis import given
from hypothesis import strategies as st

from tui.ui.splices import splices

_lists = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True)


@given(_lists, _lists)
def test_splices_turn_one_list_into_the_other(before: list[str], after: list[str]) -> None:
    found = splices(before, after)
    taken = {item for start, stop in found.out for item in before[start:stop]}
    now = [item for item in before if item not in taken]
    for start, stop in found.into:
        at = now.index(after[start - 1]) + 1 if start else 0
        now[at:at] = after[start:stop]
    assert now == after


def test_one_item_that_moves_is_all_that_is_moved() -> None:
    before = [str(number) for number in range(1000)]
    after = [*before[:100], "700", *before[100:700], *before[701:]]
    found = splices(before, after)
    assert found.out == [(700, 701)]
    assert found.into == [(100, 101)]


def test_scattered_items_come_one_by_one() -> None:
    after = [str(number) for number in range(1000)]
    before = [item for item in after if item not in {"5", "6", "600"}]
    found = splices(before, after)
    assert (found.out, found.into) == ([], [(5, 7), (600, 601)])


def test_equal_lists_need_nothing() -> None:
    same = [str(number) for number in range(600)]
    found = splices(same, list(same))
    assert (found.out, found.into) == ([], [])
