"""Tags in whatever an answer holds, and asking for them where IAM lets us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aws.plain import PLACE, PlainAsk
from tui.aws.tags import MOST, TaggedAsk, tags_of
from tui.errors import NotAllowed, Throttled

NO = NotAllowed("IAM says no.")


def test_tags_are_sorted_and_equal_ones_are_one_object() -> None:
    one = [{"key": "team", "value": "shop"}, {"key": "stage", "value": "prod"}]
    tags = tags_of({"tags": one})
    assert tags == (("stage", "prod"), ("team", "shop"))
    assert tags_of({"tags": one[::-1]}) is tags
    assert tags_of({}) == ()
    assert tags_of({"Tags": [{"Key": "a", "Value": "b"}]}, "Tags", words=("Key", "Value")) == (
        ("a", "b"),
    )


def test_tags_are_bounded_and_those_without_a_key_are_none() -> None:
    many = [{"key": f"k{number:04}", "value": "v" * 10_000} for number in range(1_000)]
    tags = tags_of({"tags": [{"key": "", "value": "x"}, {}, *many]})
    assert len(tags) <= MOST
    assert all(len(key) <= 128 and len(value) <= 256 for key, value in tags)


@given(st.lists(st.dictionaries(st.sampled_from(["key", "value"]), st.text() | st.integers())))
def test_whatever_comes_is_text(listed: list[object]) -> None:
    for key, value in tags_of({"tags": listed}):
        assert key
        assert isinstance(value, str)


async def test_tags_are_asked_for_beside_what_else_is_wanted() -> None:
    ask = PlainAsk({"DescribeTasks": [{}], "DescribeClusters": [{}], "ListTasks": [{}]})
    tagged = TaggedAsk(ask)
    await tagged(PLACE, "ecs", "DescribeTasks", {"tasks": ["t"]})
    await tagged(PLACE, "ecs", "DescribeClusters", {"include": ["CONFIGURATIONS"]})
    await tagged(PLACE, "ecs", "ListTasks")
    assert [parameters for _, parameters in ask.asked] == [
        {"tasks": ["t"], "include": ["TAGS"]},
        {"include": ["CONFIGURATIONS", "TAGS"]},
        {},
    ]


async def test_whoever_may_not_see_tags_sees_the_rest_and_is_not_asked_twice_again() -> None:
    ask = PlainAsk({"DescribeTasks": [NO, {"tasks": [1]}]})
    tagged = TaggedAsk(ask)
    for _ in range(2):
        assert await tagged(PLACE, "ecs", "DescribeTasks", {"tasks": ["t"]}) == {"tasks": [1]}
    assert ["include" in parameters for _, parameters in ask.asked] == [True, False, False]


@pytest.mark.parametrize("trouble", [NO, Throttled("slow")])
async def test_what_is_refused_without_tags_too_is_refused(trouble: NotAllowed) -> None:
    tagged = TaggedAsk(PlainAsk({"DescribeTasks": [trouble]}))
    for _ in range(2):
        with pytest.raises(type(trouble)):
            await tagged(PLACE, "ecs", "DescribeTasks")
