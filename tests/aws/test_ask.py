"""Pages, and several calls at once."""

import asyncio
from functools import partial

import pytest

from tests.aws.plain import PLACE, PlainAsk, Reply
from tui.aws.ask import each, pages
from tui.errors import Throttled, Unreachable


async def test_pages_follow_the_token_until_there_is_none() -> None:
    answers: list[Reply] = [{"n": 1, "nextToken": "a"}, {"n": 2, "nextToken": "b"}, {"n": 3}]
    ask = PlainAsk({"ListTasks": answers})
    found = [page["n"] async for page in pages(ask, PLACE, "ecs", "ListTasks", {"cluster": "c"})]
    assert found == [1, 2, 3]
    assert ask.asked[2][1] == {"cluster": "c", "nextToken": "b"}


@pytest.mark.parametrize("token", ["again", "", 7, None])
async def test_a_token_that_comes_twice_or_is_none_ends_the_listing(token: object) -> None:
    ask = PlainAsk({"ListTasks": [{"nextToken": token}]})
    found = [page async for page in pages(ask, PLACE, "ecs", "ListTasks", {})]
    assert len(found) <= 2


async def test_results_come_in_the_order_of_the_calls_and_not_too_many_run_at_once() -> None:
    running = most = 0

    async def call(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(10 - number):
            await asyncio.sleep(0)
        running -= 1
        return number

    calls = [partial(call, number) for number in range(9)]
    assert await each(calls, at_once=3) == list(range(9))
    assert most == 3
    assert await each([]) == []


async def test_the_first_trouble_ends_it_and_no_further_call_is_begun() -> None:
    begun = []

    async def call(number: int) -> int:
        begun.append(number)
        await asyncio.sleep(0)
        if number == 1:
            raise Unreachable("dead")
        if number == 2:
            raise Throttled("slow")
        return number

    with pytest.raises(Unreachable):
        await each([partial(call, number) for number in range(50)], at_once=2)
    assert len(begun) < 6
