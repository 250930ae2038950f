"""Events of ECS from a queue: what they put, what they are good for, and what is passed over."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.aws.conftest import Client
from tests.aws.plain import PLACE, PROFILE, SHOP, PlainAsk, Reply, StillClock, task_row, until
from tui.aws.events import Events, queues_of
from tui.aws.fields import Fields
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.clock import RealClock
from tui.demo.embedded import EmbeddedAws
from tui.errors import Refused, WrongSettings
from tui.model.resource import Container, Resource, Service, Task
from tui.model.status import Health
from tui.watch.source import Event

REGION = "prod/eu-west-1"
URL = "https://sqs.eu-west-1.amazonaws.com/111122223333/events"
API = Service(
    address=f"{SHOP.address}/api",
    parent=SHOP.address,
    name="api",
    arn="arn:aws:ecs:eu-west-1:111122223333:service/shop/api",
    account="prod",
    region="eu-west-1",
    cluster="shop",
)
KNOWN: dict[str, Resource] = {SHOP.address: SHOP, API.address: API}
NOW = "2026-01-01T00:00:00Z"
CLOCK_AT = 1_767_225_600.0
DETAIL = {
    "clusterArn": SHOP.arn,
    "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/shop/t1",
    "group": "service:api",
    "lastStatus": "RUNNING",
    "desiredStatus": "RUNNING",
    "startedAt": "2025-12-31T23:59:00.000Z",
    "version": 3,
    "containers": [
        {
            "name": "app",
            "lastStatus": "RUNNING",
            "runtimeId": "t1-1",
            "managedAgents": [{"name": "ExecuteCommandAgent", "status": "RUNNING"}],
        }
    ],
}


def message(detail: object = DETAIL, **more: object) -> dict[str, object]:
    event = {
        "source": "aws.ecs",
        "detail-type": "ECS Task State Change",
        "time": NOW,
        "account": "111122223333",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail,
    } | more
    return {"Body": json.dumps(event), "ReceiptHandle": "r"}


def listening(
    *bodies: dict[str, object], known: dict[str, Resource] | None = None
) -> tuple[Events, PlainAsk]:
    """Events whose queue gives these messages at once, and then says that it is gone."""
    replies: dict[str, list[Reply]] = {
        "ReceiveMessage": [{"Messages": list(bodies)}, Refused("gone", code="QueueDoesNotExist")],
        "DeleteMessageBatch": [{}],
    }
    ask = PlainAsk(replies)
    lookup = (KNOWN if known is None else known).get
    return Events(ask, {REGION: (PLACE, URL)}, lookup, StillClock(CLOCK_AT)), ask


async def told(*bodies: dict[str, object], known: dict[str, Resource] | None = None) -> list[Event]:
    """All that the queue tells until it is gone; that it answered comes first."""
    events, ask = listening(*bodies, known=known)
    heard = events.listen(REGION)
    found: list[Event] = []
    with suppress(Refused):
        while True:
            found.append(await anext(heard))
    assert [name for name, _ in ask.asked] == [
        "ReceiveMessage",
        "DeleteMessageBatch",
        "ReceiveMessage",
    ]
    assert found[0] == Event()
    return found[1:]


async def test_a_task_s_event_is_its_row_and_its_containers() -> None:
    (event,) = await told(message())
    task, container = event.put
    assert isinstance(task, Task)
    assert isinstance(container, Container)
    assert (task.address, task.parent) == (f"{API.address}/t1", API.address)
    assert (task.last_status, task.started_at) == ("RUNNING", CLOCK_AT - 60.0)
    assert (container.runtime_id, container.agent_status) == ("t1-1", "RUNNING")
    assert (event.cluster, event.relist) == (SHOP.address, False)


async def test_messages_are_asked_for_ten_at_a_time_and_deleted_once_taken() -> None:
    events, ask = listening(message(), {"Body": "?", "ReceiptHandle": "s"}, {"ReceiptHandle": 7})
    async with aclosing(events.listen(REGION)) as heard:
        assert await anext(heard) == Event()
        await anext(heard)
        assert [name for name, _ in ask.asked] == ["ReceiveMessage"]
        with pytest.raises(Refused):
            await anext(heard)
    assert ask.asked[0][1] == {"QueueUrl": URL, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 20}
    entries = [{"Id": "0", "ReceiptHandle": "r"}, {"Id": "1", "ReceiptHandle": "s"}]
    assert ask.asked[1][1] == {"QueueUrl": URL, "Entries": entries}
    assert events.regions == {REGION}


async def test_what_an_event_leaves_out_stays_as_it_was() -> None:
    tags = (("team", "shop"),)
    known = replace(
        task_row(f"{API.address}/t1"),
        tags=tags,
        platform="Linux 1.4.0",
        health="HEALTHY",
        last_status="RUNNING",
    )
    (event,) = await told(message(), known={**KNOWN, known.address: known})
    task = event.put[0]
    assert isinstance(task, Task)
    assert (task.tags, task.platform, task.health) == (tags, "Linux 1.4.0", "HEALTHY")
    assert task.status.health is Health.OK
    stopping = {**DETAIL, "lastStatus": "STOPPED", "stopCode": "TaskFailedToStart"}
    (event,) = await told(message(stopping), known={**KNOWN, known.address: known})
    assert event.put[0].status.word == "STOPPED"
    assert event.put[0].status.health is Health.BAD


async def test_of_a_task_s_events_only_newer_ones_count() -> None:
    versions = (3, 5, 5, 4, 6)
    events = await told(*(message({**DETAIL, "version": version}) for version in versions))
    assert len(events) == 3


@pytest.mark.parametrize(
    "more",
    [
        {"detail-type": "ECS Service Action", "detail": {"clusterArn": SHOP.arn}},
        {"detail-type": "ECS Deployment State Change", "resources": [API.arn], "detail": {}},
    ],
)
async def test_what_happens_to_a_service_is_a_reason_to_list_its_cluster(
    more: dict[str, object],
) -> None:
    assert await told(message(**more)) == [Event(SHOP.address, relist=True)]


@pytest.mark.parametrize(
    "wrong",
    [
        message({**DETAIL, "clusterArn": SHOP.arn.replace("111122223333", "999999999999")}),
        message({**DETAIL, "clusterArn": SHOP.arn.replace("eu-west-1", "us-east-1")}),
        message({**DETAIL, "clusterArn": SHOP.arn.replace("cluster/shop", "cluster/other")}),
        message({**DETAIL, "clusterArn": 7}),
        message({**DETAIL, "taskArn": None}),
        message([]),
        message(source="somebody"),
        message(time="2025-12-31T23:00:00Z"),
        message(time=None),
        message(**{"detail-type": "ECS Container Instance State Change"}),
        message({}, resources=["arn:aws:ecs:eu-west-1:1:service/old-name"]),
        {"Body": "<html>", "ReceiptHandle": "r"},
        {"Body": "[" * 100_000, "ReceiptHandle": "r"},
        {"Body": "x" * (2 << 20), "ReceiptHandle": "r"},
        {"Body": None, "ReceiptHandle": "r"},
    ],
)
async def test_anything_else_is_deleted_and_passed_over(wrong: dict[str, object]) -> None:
    assert await told(wrong) == []


wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*DETAIL, "name", "status"]), inner, max_size=6)
    ),
    max_leaves=15,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from([*DETAIL]), wild))
async def test_no_event_makes_it_stumble(detail: Fields) -> None:
    await told(message({**DETAIL, **detail}), message({**detail, "clusterArn": SHOP.arn}))


async def test_a_queue_that_does_not_wait_is_not_asked_all_the_time() -> None:
    clock = StillClock(CLOCK_AT)
    replies: list[Reply] = [{}, {}, {}, Refused("gone")]
    events = Events(PlainAsk({"ReceiveMessage": replies}), {REGION: (PLACE, URL)}, KNOWN.get, clock)
    heard = events.listen(REGION)
    assert [await anext(heard) for _ in range(3)] == [Event()] * 3
    with pytest.raises(Refused):
        await anext(heard)
    assert clock.now == CLOCK_AT + 3.0


def test_queues_are_named_by_account_and_region() -> None:
    profiles = {"prod": PROFILE}
    assert queues_of([f"prod/eu-west-1={URL}"], profiles) == {REGION: (PLACE, URL)}
    for entry in (f"nobody/eu-west-1={URL}", f"prod={URL}", "prod/eu-west-1", "prod/eu-west-1=x"):
        with pytest.raises(WrongSettings, match=entry.partition("=")[0]):
            queues_of([entry], profiles)


async def first(events: Events, fits: Callable[[Event], bool]) -> Event:
    async with aclosing(events.listen(REGION)) as heard:
        async for event in heard:
            if fits(event):
                return event
    raise AssertionError("the queue has no end")


async def test_a_task_that_stops_in_the_embedded_aws_is_heard_of(
    demo: EmbeddedAws, client: Client
) -> None:
    await client.watcher.load(f"{REGION}/payments")
    site = demo.world.site(demo.key.account, "eu-west-1")
    assert site is not None
    cluster = site.cluster("payments")
    assert cluster is not None
    task = next(one for one in cluster.tasks.values() if one.service == "api" and one.ready)

    class DemoClock(RealClock):
        def wall_ms(self) -> int:
            return int(demo.clock.now() * 1000)

    queue = f"{REGION}={demo.url}/{demo.key.account}/hatchway-events"
    async with Aws(Options(queues=(queue,)), DemoClock()) as aws:
        events = aws.events(client.store.get)
        async with asyncio.TaskGroup() as group:
            heard = group.create_task(
                first(events, lambda one: any(row.name == task.id for row in one.put))
            )
            # The queue hears of what happens from the first question on.
            await until(lambda: "sqs:ReceiveMessage" in [c.action for c in demo.conditions.calls])
            cluster.stop_task(task, "to hear of it")
            await demo.advance(120.0)
        event = heard.result()
    known = client.store.get(f"{REGION}/payments/api/{task.id}")
    told_of = event.put[0]
    assert isinstance(known, Task)
    assert isinstance(told_of, Task)
    assert (told_of.address, told_of.parent) == (known.address, known.parent)
    assert told_of.desired_status == "STOPPED"
    assert (told_of.tags, told_of.platform) == (known.tags, known.platform)
