"""Bad weather comes where it is ordered, and goes when it is taken away."""

import asyncio

import pytest

from tui.demo.conditions import Asked, Conditions
from tui.demo.faults import AccessDenied, Fault

ASKED = Asked("ecs:ListTasks", "111122223333", "eu-west-1", "arn:aws:iam::111122223333:user/me")


@pytest.mark.parametrize(
    ("action", "account", "region", "meant"),
    [
        ("ecs:ListTasks", "", "", True),
        ("ecs:List*", "111122223333", "eu-west-1", True),
        ("*", "", "eu-west-1", True),
        ("ecs:ListServices", "", "", False),
        ("ssm:*", "", "", False),
        ("ecs:*", "444455556666", "", False),
        ("ecs:*", "", "us-east-1", False),
    ],
)
async def test_a_condition_meets_only_those_it_is_meant_for(
    action: str, account: str, region: str, meant: bool
) -> None:
    conditions = Conditions()
    conditions.deny(action, account, region)
    assert conditions.denied(ASKED) is meant
    if meant:
        with pytest.raises(AccessDenied, match=r"user/me is not authorized to perform: ecs:Lis"):
            await conditions.meet(ASKED)
    else:
        await conditions.meet(ASKED)
    assert conditions.calls == [ASKED]


async def test_a_condition_is_over_after_its_times() -> None:
    conditions = Conditions()
    conditions.throttle("ecs:*", times=2)
    for _ in range(2):
        with pytest.raises(Fault, match="Rate exceeded"):
            await conditions.meet(ASKED)
    await conditions.meet(ASKED)


async def test_a_condition_can_be_taken_away_twice() -> None:
    conditions = Conditions()
    stop = conditions.fail("ecs:*", Fault("ServerException", "No."))
    stop()
    stop()
    await conditions.meet(ASKED)


async def test_a_delayed_answer_comes_later() -> None:
    conditions = Conditions()
    conditions.delay("ecs:*", 0.05)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(conditions.meet(ASKED))
        await asyncio.sleep(0)
        assert not waiting.done()
    assert conditions.calls == [ASKED]


async def test_fair_weather_lets_go_of_what_was_held() -> None:
    conditions = Conditions()
    conditions.hold("ecs:*")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(conditions.meet(ASKED))
        await asyncio.sleep(0)
        assert not waiting.done()
        conditions.clear()
    assert waiting.done()


async def test_the_list_of_calls_is_bounded() -> None:
    conditions = Conditions()
    for _ in range(10_050):
        await conditions.meet(ASKED)
    assert len(conditions.calls) <= 10_000
