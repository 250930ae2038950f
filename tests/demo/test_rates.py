"""A throttled AWS: buckets of AWS's sizes for each account and region, on a clock of its own."""

import asyncio
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tui.cli.parser import parse
from tui.demo.api.desk import HANDLERS
from tui.demo.clock import HandClock
from tui.demo.conditions import Asked, Conditions
from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import Fault
from tui.demo.rates import RATES
from tui.errors import WrongUse


def _asked(action: str, account: str = "111122223333", region: str = "eu-west-1") -> Asked:
    return Asked(action, account, region, "arn:aws:iam::111122223333:user/me")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def conditions(clock: HandClock) -> Conditions:
    return Conditions(clock)


async def _admitted(conditions: Conditions, count: int, asked: Asked) -> int:
    done, told = 0, set()
    for _ in range(count):
        try:
            await conditions.meet(asked)
        except Fault as fault:
            told.add(str(fault))
        else:
            done += 1
    assert told <= {"ThrottlingException: Rate exceeded"}
    return done


@pytest.mark.parametrize(
    ("action", "share", "burst", "in_ten_seconds"),
    [
        ("ecs:ListClusters", 1.0, 50, 50),
        ("ecs:DescribeServices", 1.0, 100, 100),
        ("ecs:DescribeTasks", 0.25, 25, 25),
        ("ecs:ExecuteCommand", 0.5, 50, 50),
        ("ecs:UpdateService", 1.0, 50, 50),
        ("ec2:DescribeInstances", 0.25, 25, 25),
        ("ssm:StartSession", 0.25, 1, 1),
        ("ssm:DescribeInstanceProperties", 0.5, 5, 5),
    ],
)
async def test_a_bucket_has_aws_size_and_fills_at_aws_rate(
    conditions: Conditions,
    clock: HandClock,
    action: str,
    share: float,
    burst: int,
    in_ten_seconds: int,
) -> None:
    conditions.limit(share)
    asked = _asked(action)
    assert await _admitted(conditions, 150, asked) == burst
    clock.advance(10)
    refilled = min(burst, int(10 * RATES[action].refill * share))
    assert await _admitted(conditions, 150, asked) == refilled == in_ten_seconds
    clock.advance(1.001 / (RATES[action].refill * share))
    assert await _admitted(conditions, 2, asked) == 1


async def test_calls_of_one_kind_share_a_bucket_and_others_have_their_own(
    conditions: Conditions,
) -> None:
    conditions.limit(0.25)
    assert await _admitted(conditions, 20, _asked("ecs:ListTasks")) == 20
    assert await _admitted(conditions, 20, _asked("ecs:DescribeTasks")) == 5
    assert await _admitted(conditions, 20, _asked("ecs:DescribeServices")) == 20
    assert await _admitted(conditions, 20, _asked("ecs:ListTasks", region="us-east-1")) == 20
    assert await _admitted(conditions, 20, _asked("ecs:ListTasks", account="444455556666")) == 20
    assert await _admitted(conditions, 99, _asked("sts:GetCallerIdentity")) == 99


async def test_all_instances_at_once_have_a_smaller_bucket(conditions: Conditions) -> None:
    conditions.limit(1.0)
    at_once = Asked("ec2:DescribeInstances", "111122223333", "eu-west-1", "me", whole=True)
    assert await _admitted(conditions, 150, at_once) == 50
    assert await _admitted(conditions, 150, _asked("ec2:DescribeInstances")) == 100


async def test_limits_end_when_they_are_taken_away_and_with_the_weather(
    conditions: Conditions,
) -> None:
    stop = conditions.limit(0.01)
    assert await _admitted(conditions, 9, _asked("ecs:ListTasks")) == 1
    stop()
    stop()
    assert await _admitted(conditions, 9, _asked("ecs:ListTasks")) == 9
    conditions.limit(0.01)
    conditions.clear()
    assert await _admitted(conditions, 9, _asked("ecs:ListTasks")) == 9


async def test_what_was_heard_tells_when_and_how_it_ended(
    conditions: Conditions, clock: HandClock
) -> None:
    conditions.limit(0.01)
    start = clock.now()
    await _admitted(conditions, 2, _asked("ecs:ListTasks"))
    clock.advance(7)
    await _admitted(conditions, 1, _asked("ecs:DescribeTasks"))
    assert [(one.at - start, one.action, one.refused) for one in conditions.heard] == [
        (0, "ecs:ListTasks", False),
        (0, "ecs:ListTasks", True),
        (7, "ecs:DescribeTasks", False),
    ]
    assert {(one.bucket, one.account, one.region) for one in conditions.heard} == {
        ("ecs cluster resource read", "111122223333", "eu-west-1")
    }


def test_what_is_limited_is_answered_too() -> None:
    answered = {f"{service}:{name}" for service, some in HANDLERS.items() for name in some}
    assert set(RATES) - answered == {"ecs:RunTask"}


@pytest.mark.parametrize("share", [0.0, -1.0])
def test_no_share_is_no_limit(conditions: Conditions, share: float) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        conditions.limit(share)


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status"),
    [
        ("ecs", "list_clusters", {}, "ThrottlingException", 400),
        ("ssm", "describe_instance_properties", {}, "ThrottlingException", 400),
        ("ec2", "describe_instances", {}, "RequestLimitExceeded", 503),
    ],
)
async def test_a_client_is_refused_as_by_aws(
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    operation: str,
    params: dict[str, Any],
    code: str,
    status: int,
) -> None:
    async with EmbeddedAws() as aws:
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        once = Config(retries={"total_max_attempts": 1})
        client = boto3.Session().client(service, config=once)
        aws.conditions.limit(0.001)
        ask = getattr(client, operation)
        await asyncio.to_thread(ask, **params)
        with pytest.raises(ClientError) as refused:
            await asyncio.to_thread(ask, **params)
        assert refused.value.response["Error"]["Code"] == code
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        await aws.advance(10_000)
        await asyncio.to_thread(ask, **params)
        assert [one.refused for one in aws.conditions.heard] == [False, True, False]
        assert aws.conditions.heard[-1].bucket.endswith("unfiltered") is (service == "ec2")


def test_a_share_can_be_asked_for() -> None:
    assert parse(["demo", "--serve", "--rates", "0.25"]).rates == 0.25
    assert parse(["demo"]).rates == 0.0
    for wrong in ("0", "-1", "much", "nan", "1000"):
        with pytest.raises(WrongUse, match="above 0"):
            parse(["demo", "--rates", wrong])
