"""Fields of answers that hold anything at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.aws.fields import (
    LONGEST,
    fields,
    flag,
    items,
    last_part,
    number,
    seconds,
    text,
    texts,
    whole,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_whatever_an_answer_holds_there_is_a_value_of_the_right_kind(value: object) -> None:
    answer = {"key": value}
    assert isinstance(text(answer, "key"), str)
    assert number(answer, "key") >= 0
    assert isinstance(seconds(answer, "key"), float)
    assert flag(answer, "key") in {True, False}
    assert all(isinstance(one, str) for one in texts(answer, "key"))
    assert all(hasattr(one, "get") for one in items(answer, "key"))
    assert hasattr(fields(answer, "key"), "get")


def test_what_is_missing_is_empty() -> None:
    assert text({}, "key") == ""
    assert (number({}, "key"), whole({}, "key"), seconds({}, "key")) == (0, None, 0.0)
    assert (flag({}, "key"), items({}, "key"), texts({}, "key")) == (False, [], [])
    assert not fields({}, "key")


def test_a_text_is_bounded() -> None:
    assert len(text({"key": "x" * 1_000_000}, "key")) == LONGEST


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_700_000_000, 1_700_000_000.0),
        (1_700_000_000.5, 1_700_000_000.5),
        (datetime(2026, 1, 1, tzinfo=UTC), 1_767_225_600.0),
        ("2026-01-01T00:00:00.500Z", 1_767_225_600.5),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600.0),
        ("2026-01-01T00:00:00", 1_767_225_600.0),
        ("0001-01-01T00:00:00+14:00", 0.0),
        ("9" * 100_000, 0.0),
        ("yesterday", 0.0),
        (True, 0.0),
        (-5, 0.0),
        (float("nan"), 0.0),
        (float("inf"), 0.0),
        (1e300, 0.0),
    ],
)
def test_a_time_is_seconds_since_the_epoch_or_nothing(value: object, expected: float) -> None:
    assert seconds({"key": value}, "key") == expected


def test_a_count_is_not_a_truth_and_not_negative() -> None:
    assert number({"key": True}, "key") == 0
    assert number({"key": -3}, "key") == 0
    assert whole({"key": -3}, "key") == -3
    assert whole({"key": 2**70}, "key") is None


def test_of_a_list_only_what_fits_is_taken() -> None:
    assert texts({"key": ["a", 1, "", None, "b"]}, "key") == ["a", "b"]
    assert items({"key": [{"a": 1}, "x", None]}, "key") == [{"a": 1}]


def test_the_name_in_an_arn_follows_its_last_slash() -> None:
    assert last_part("arn:aws:ecs:eu-west-1:1:task/shop/3f2a") == "3f2a"
    assert last_part("plain") == "plain"
