"""Pages join to the whole listing, and tokens fit only the request they were given to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.demo.faults import InvalidToken
from tui.demo.wire.pages import Pager, page

PAGER = Pager(b"secret")


@given(st.sets(st.text(min_size=1, max_size=6), max_size=40), st.integers(1, 9))
def test_pages_join_to_the_whole(names: set[str], size: int) -> None:
    items = sorted(names)
    found: list[str] = []
    after: str | None = None
    for _ in range(len(items) + 1):
        chosen, last = page(items, str, size, after)
        found += chosen
        assert len(chosen) <= size
        if not last:
            break
        after = PAGER.last(PAGER.token(last, {"a": 1}), {"a": 1})
    assert found == items


def test_what_stays_is_neither_lost_nor_told_twice_when_others_come_and_go() -> None:
    first, last = page(["a", "c", "e", "g"], str, 2, None)
    second, _ = page(["b", "e", "f", "g"], str, 9, last)
    assert [*first, *second] == ["a", "c", "e", "f", "g"]


@pytest.mark.parametrize("bound", [{"a": 2}, {"b": 1}, {}])
def test_a_token_fits_its_own_request_only(bound: dict[str, int]) -> None:
    token = PAGER.token("x", {"a": 1})
    with pytest.raises(InvalidToken):
        PAGER.last(token, bound)


@pytest.mark.parametrize("token", ["", "AAAA", "not base64 !", "é", "=" * 9])
def test_a_made_up_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        PAGER.last(token, {"a": 1})


def test_another_start_does_not_know_the_token() -> None:
    with pytest.raises(InvalidToken):
        Pager(b"other").last(PAGER.token("x", {}), {})
