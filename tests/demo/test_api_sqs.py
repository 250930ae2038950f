"""ECS's events go into the queue of each account and region, in EventBridge's form."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from tests.demo.ask import Asker
from tui.demo.api.desk import Desk
from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import Fault
from tui.demo.signature import Incoming
from tui.demo.world.cluster import Cluster
from tui.demo.world.spec import Trait
from tui.demo.world.world import Site

NAME = "hatchway-events"
Client: TypeAlias = Any
Event = dict[str, Any]


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _url(asker: Asker, site: Site) -> str:
    url: str = asker.ask(site, "sqs:GetQueueUrl", QueueName=NAME)["QueueUrl"]
    return url


def _events(asker: Asker, site: Site) -> list[Event]:
    """All that is in the queue, which is empty afterwards."""
    found: list[Event] = []
    url = _url(asker, site)
    for _ in range(1_000):
        answer = asker.ask(site, "sqs:ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        if not answer:
            return found
        found += [json.loads(one["Body"]) for one in answer["Messages"]]
        entries = [
            {"Id": str(index), "ReceiptHandle": one["ReceiptHandle"]}
            for index, one in enumerate(answer["Messages"])
        ]
        asker.ask(site, "sqs:DeleteMessageBatch", QueueUrl=url, Entries=entries)
    raise AssertionError("the queue is never empty")


def _stopping(asker: Asker) -> tuple[Site, Cluster, str]:
    """A plain task that begins to stop, in a queue that listens."""
    site, cluster, task = asker.task(Trait.PLAIN)
    assert _events(asker, site) == []
    asker.ask(site, "ecs:StopTask", cluster=cluster.spec.name, task=task.id, reason="enough")
    return site, cluster, task.id


def test_a_task_tells_of_every_state_until_it_stops(asker: Asker) -> None:
    site, cluster, task = _stopping(asker)
    arn = cluster.task_arn(cluster.tasks[task])
    asker.clock.advance(60)
    told = [event for event in _events(asker, site) if event["resources"] == [arn]]
    states = [event["detail"]["lastStatus"] for event in told]
    assert states[-2:] == ["DEPROVISIONING", "STOPPED"]
    versions = [event["detail"]["version"] for event in told]
    assert versions == list(range(versions[0], versions[0] + len(told)))
    last = told[-1]
    assert set(last) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources",
        "detail",
    }  # fmt: skip
    assert last["version"] == "0"
    assert (last["source"], last["detail-type"]) == ("aws.ecs", "ECS Task State Change")
    assert (last["account"], last["region"]) == (site.account.number, site.region)
    assert last["detail"]["stoppedReason"] == "enough"
    assert last["detail"]["stoppedAt"][:19] + "Z" == last["time"]
    assert last["detail"]["updatedAt"] == last["detail"]["stoppedAt"]


def test_a_new_task_is_told_from_its_first_state(asker: Asker) -> None:
    site, _, task = _stopping(asker)
    asker.clock.advance(120)
    states: dict[str, list[str]] = {}
    for event in _events(asker, site):
        if event["detail-type"] == "ECS Task State Change" and task not in event["resources"][0]:
            states.setdefault(event["resources"][0], []).append(event["detail"]["lastStatus"])
    fresh = [some for some in states.values() if some[0] in ("PROVISIONING", "PENDING")]
    assert fresh
    assert any("RUNNING" in some for some in fresh)


def test_the_detail_is_what_describe_tasks_says_in_the_words_of_events(asker: Asker) -> None:
    site, cluster, task = _stopping(asker)
    asker.clock.advance(3_000)
    arn = cluster.task_arn(cluster.tasks[task])
    detail = [e["detail"] for e in _events(asker, site) if e["resources"] == [arn]][-1]
    given = {"cluster": cluster.spec.name, "tasks": [task]}
    (told,) = asker.ask(site, "ecs:DescribeTasks", **given)["tasks"]
    for name in ("taskArn", "clusterArn", "group", "version", "lastStatus", "desiredStatus"):
        assert detail[name] == told[name]
    assert [one["type"] for one in detail["attachments"]] == ["eni"]
    for described, container in zip(told["containers"], detail["containers"], strict=True):
        assert container["name"] == described["name"]
        assert container["runtimeId"] == described["runtimeId"]
        (agent,) = container["managedAgents"]
        assert (agent["name"], agent["status"]) == ("ExecuteCommandAgent", "STOPPED")
    assert "tags" not in detail


def test_deployments_and_the_scheduler_are_heard(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.DEPLOYING)
    _url(asker, site)
    asker.clock.advance(240)
    service = cluster.services[task.service]
    told = [
        (event["detail-type"], event["detail"]["eventName"])
        for event in _events(asker, site)
        if event["resources"] == [service.arn]
    ]
    assert told[:1] == [("ECS Deployment State Change", "SERVICE_DEPLOYMENT_IN_PROGRESS")]
    assert ("ECS Deployment State Change", "SERVICE_DEPLOYMENT_COMPLETED") in told
    assert ("ECS Service Action", "SERVICE_STEADY_STATE") in told


def test_every_change_of_a_task_is_an_event(asker: Asker) -> None:
    asker.clusters()
    for site in asker.sites:
        _url(asker, site)
    versions: dict[str, int] = {}
    for _ in range(40):
        asker.clock.advance(30)
        for site in asker.sites:
            for event in _events(asker, site):
                if event["detail-type"] == "ECS Task State Change":
                    versions[event["resources"][0]] = event["detail"]["version"]
    for _, cluster in asker.clusters():
        for task in cluster.tasks.values():
            assert versions.get(cluster.task_arn(task), task.version) == task.version
    assert len(versions) > 20


def test_nothing_is_written_before_somebody_asks(asker: Asker) -> None:
    site, _, _ = asker.task(Trait.DEPLOYING)
    asker.clock.advance(600)
    asker.clusters()
    attributes = asker.ask(
        site, "sqs:GetQueueAttributes", QueueUrl=_url(asker, site), AttributeNames=["All"]
    )["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "0"
    assert attributes["QueueArn"] == f"arn:aws:sqs:{site.region}:{site.account.number}:{NAME}"


def test_each_account_and_region_has_its_own(asker: Asker) -> None:
    first, second = asker.sites[:2]
    _url(asker, second)
    _stopping(asker)
    assert _events(asker, first)
    assert _events(asker, second) == []


def test_a_purge_empties_it(asker: Asker) -> None:
    site, _, _ = _stopping(asker)
    asker.ask(site, "sqs:PurgeQueue", QueueUrl=_url(asker, site))
    assert _events(asker, site) == []


def test_a_message_comes_back_unless_it_is_deleted(asker: Asker) -> None:
    site, _, _ = _stopping(asker)
    url, take = _url(asker, site), "sqs:ReceiveMessage"
    (first,) = asker.ask(site, take, QueueUrl=url, VisibilityTimeout=10)["Messages"]
    handle = first["ReceiptHandle"]
    asker.ask(
        site,
        "sqs:ChangeMessageVisibility",
        QueueUrl=url,
        ReceiptHandle=handle,
        VisibilityTimeout=0,
    )
    (again,) = asker.ask(site, take, QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert again["MessageId"] == first["MessageId"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    asker.ask(site, "sqs:DeleteMessage", QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    messages = asker.ask(site, take, QueueUrl=url).get("Messages", [])
    assert first["MessageId"] not in {one["MessageId"] for one in messages}


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("GetQueueUrl", {"QueueName": "nope"}, "QueueDoesNotExist"),
        ("ReceiveMessage", {"QueueUrl": "http://127.0.0.1/1/nope"}, "QueueDoesNotExist"),
        ("ReceiveMessage", {"QueueUrl": ""}, "QueueDoesNotExist"),
        ("ReceiveMessage", {"MaxNumberOfMessages": 11}, "InvalidParameterValueException"),
        ("ReceiveMessage", {"MaxNumberOfMessages": 0}, "InvalidParameterValueException"),
        ("ReceiveMessage", {"VisibilityTimeout": -1}, "InvalidParameterValueException"),
        ("DeleteMessageBatch", {"Entries": []}, "EmptyBatchRequest"),
        (
            "DeleteMessageBatch",
            {"Entries": [{"Id": str(i), "ReceiptHandle": "x"} for i in range(11)]},
            "TooManyEntriesInBatchRequest",
        ),
        (
            "DeleteMessageBatch",
            {"Entries": [{"Id": "1", "ReceiptHandle": "x"}] * 2},
            "BatchEntryIdsNotDistinct",
        ),
        (
            "ChangeMessageVisibility",
            {"ReceiptHandle": "x", "VisibilityTimeout": 1},
            "MessageNotInflight",
        ),
    ],
)
def test_refusals(asker: Asker, action: str, params: dict[str, Any], code: str) -> None:
    site = asker.sites[0]
    given = params if action == "GetQueueUrl" else {"QueueUrl": _url(asker, site), **params}
    with pytest.raises(Fault) as refused:
        asker.ask(site, f"sqs:{action}", **given)
    assert refused.value.code == code


def test_queues_are_listed_by_the_beginning_of_their_names(asker: Asker) -> None:
    site = asker.sites[0]
    assert asker.ask(site, "sqs:ListQueues") == {"QueueUrls": [_url(asker, site)]}
    assert asker.ask(site, "sqs:ListQueues", QueueNamePrefix="other") == {}


# Over HTTP, with a real client.


@pytest.fixture
async def aws(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedAws]:
    async with EmbeddedAws() as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        yield embedded


def _client() -> Client:
    once = Config(retries={"total_max_attempts": 1}, read_timeout=25)
    return boto3.Session().client("sqs", config=once)


async def _found(client: Client) -> str:
    url: str = (await asyncio.to_thread(client.get_queue_url, QueueName=NAME))["QueueUrl"]
    return url


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


def _polling(aws: EmbeddedAws) -> bool:
    return any(call.action == "sqs:ReceiveMessage" for call in aws.conditions.calls)


def _clusters(aws: EmbeddedAws) -> None:
    site = next(iter(aws.world.sites.values()))
    for name in site.names:
        site.cluster(name)


async def test_a_long_poll_ends_when_something_happens(aws: EmbeddedAws) -> None:
    _clusters(aws)
    client = _client()
    url = await _found(client)
    ask = {"QueueUrl": url, "WaitTimeSeconds": 20, "MaxNumberOfMessages": 10}
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(asyncio.to_thread(client.receive_message, **ask))
        await _until(lambda: _polling(aws))
        # others are answered meanwhile
        assert await _found(client) == url
        assert not polling.done()
        await aws.advance(30)
        async with asyncio.timeout(5):
            answer = await polling
    # botocore has compared MD5OfBody with the body
    assert json.loads(answer["Messages"][0]["Body"])["source"] == "aws.ecs"


async def test_a_poll_without_news_is_answered_when_its_time_is_up(aws: EmbeddedAws) -> None:
    client = _client()
    ask = {"QueueUrl": await _found(client), "WaitTimeSeconds": 1}
    async with asyncio.timeout(5):
        answer = await asyncio.to_thread(client.receive_message, **ask)
    assert "Messages" not in answer


async def test_who_leaves_during_a_poll_takes_nothing_along(asker: Asker) -> None:
    site, _, _ = _stopping(asker)
    url = _url(asker, site)
    body = json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}).encode()
    request = AWSRequest(method="POST", url="http://127.0.0.1:1/", data=body)
    request.headers["X-Amz-Target"] = "AmazonSQS.ReceiveMessage"
    request.headers["Host"] = "127.0.0.1:1"
    key = asker.key(site.account.number)
    SigV4Auth(Credentials(key.access_key, key.secret), "sqs", site.region).add_auth(request)
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    incoming = Incoming("POST", request.url, headers, body)
    desk = Desk(asker.backend)
    reply = await desk.answer(incoming, time.time(), gone=lambda: True)
    assert b"RequestCanceled" in reply.body
    asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = asker.ask(site, "sqs:GetQueueAttributes", QueueUrl=url, AttributeNames=asked)
    assert told["Attributes"][asked[0]] > "0"
    assert told["Attributes"][asked[1]] == "0"
    reply = await desk.answer(incoming, time.time())
    assert b"MD5OfBody" in reply.body


async def test_a_crash_ends_a_long_poll(aws: EmbeddedAws) -> None:
    client = _client()
    ask = {"QueueUrl": await _found(client), "WaitTimeSeconds": 20}
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(asyncio.to_thread(_failure, client, ask))
        await _until(lambda: _polling(aws))
        async with asyncio.timeout(2):
            await aws.crash()
            assert isinstance(await polling, BotoCoreError)
    await aws.restart()
    assert await _found(client)


def _failure(client: Client, ask: dict[str, Any]) -> BotoCoreError:
    with pytest.raises(BotoCoreError) as failed:
        client.receive_message(**ask)
    return failed.value


async def test_the_end_does_not_wait_for_a_long_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.TaskGroup() as group:
        async with EmbeddedAws() as aws:
            for name, value in aws.environment.items():
                monkeypatch.setenv(name, value)
            client = _client()
            ask = {"QueueUrl": await _found(client), "WaitTimeSeconds": 20}
            polling = group.create_task(asyncio.to_thread(client.receive_message, **ask))
            await _until(lambda: _polling(aws))
            began = time.monotonic()
        assert time.monotonic() - began < 2
        assert "Messages" not in await polling


async def test_refusals_have_the_codes_of_the_query_protocol(aws: EmbeddedAws) -> None:
    client = _client()
    with pytest.raises(ClientError) as refused:
        await asyncio.to_thread(client.get_queue_url, QueueName="nope")
    assert isinstance(refused.value, client.exceptions.QueueDoesNotExist)
    assert refused.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    url = await _found(client)
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        await asyncio.to_thread(client.receive_message, QueueUrl=url, WaitTimeSeconds=21)
    aws.conditions.throttle("sqs:*", times=1)
    with pytest.raises(ClientError) as throttled:
        await asyncio.to_thread(client.receive_message, QueueUrl=url)
    assert throttled.value.response["Error"]["Code"] == "RequestThrottled"
