"""The embedded AWS over HTTP: a real client, and everyone who must not get in."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import aiohttp
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import Fault
from tui.errors import PortTaken

Client: TypeAlias = Any
"""boto3's clients and what they answer have no types."""


@pytest.fixture
async def aws(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedAws]:
    async with EmbeddedAws() as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        yield embedded


def _client(service: str, profile: str | None = None, region: str | None = None) -> Client:
    """A boto3 client that gives up at once."""
    session = boto3.Session(profile_name=profile, region_name=region)
    once = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    return session.client(service, config=once)


async def _ask(service: str, operation: str, **params: object) -> Client:
    def work() -> Client:
        return getattr(_client(service), operation)(**params)

    return await asyncio.to_thread(work)


async def _until(true: Callable[[], bool]) -> None:
    """Wait, with a bound, for something that is about to happen."""
    for _ in range(2_000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


def _pages(client: Client, operation: str, member: str, **params: object) -> list[Any]:
    found = client.get_paginator(operation).paginate(**params)
    return [item for answer in found for item in answer[member]]


def _whole_fleet() -> dict[str, int]:
    """Everything that boto3 finds, page by page, in every profile and region."""
    counts = {"clusters": 0, "services": 0, "tasks": 0, "nodes": 0, "instances": 0}
    small = {"PaginationConfig": {"PageSize": 5}}
    for profile in boto3.Session().available_profiles:
        regions = _client("ec2", profile).describe_regions()["Regions"]
        for region in [one["RegionName"] for one in regions]:
            ecs = _client("ecs", profile, region)
            for cluster in _pages(ecs, "list_clusters", "clusterArns"):
                services = _pages(ecs, "list_services", "serviceArns", cluster=cluster, **small)
                tasks = _pages(ecs, "list_tasks", "taskArns", cluster=cluster, **small)
                told = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
                counts["clusters"] += 1
                counts["services"] += len(services)
                counts["tasks"] += len(told)
            ssm = _client("ssm", profile, region)
            counts["nodes"] += len(
                _pages(ssm, "describe_instance_information", "InstanceInformationList", **small)
            )
            ec2 = _client("ec2", profile, region)
            counts["instances"] += len(_pages(ec2, "describe_instances", "Reservations", **small))
    return counts


async def test_boto3_sees_the_whole_fleet(aws: EmbeddedAws) -> None:
    counts = await asyncio.to_thread(_whole_fleet)
    sites = aws.world.sites.values()
    nodes = [node for site in sites for node in site.nodes.values()]
    clusters = [cluster for site in sites for cluster in site.living.values()]
    assert counts == {
        "clusters": 10,
        "services": 40,
        "tasks": sum(len([t for t in c.tasks.values() if t.wanted == "RUNNING"]) for c in clusters),
        "nodes": len(nodes),
        "instances": len([node for node in nodes if not node.hybrid]),
    }


async def test_roles_lead_into_the_other_accounts(aws: EmbeddedAws) -> None:
    def work() -> list[str]:
        names = [account.name for account in aws.world.accounts]
        return [_client("sts", name).get_caller_identity()["Account"] for name in names]

    assert await asyncio.to_thread(work) == [one.number for one in aws.world.accounts]


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("ecs", "list_tasks", {"cluster": "nope"}, "ClusterNotFoundException"),
        ("ssm", "start_session", {"Target": "i-0123456789abcdef0"}, "TargetNotConnected"),
        ("ec2", "describe_instances", {"InstanceIds": ["i-1"]}, "InvalidInstanceID.NotFound"),
        ("ec2", "describe_vpcs", {}, "InvalidAction"),
        ("ecs", "create_cluster", {}, "UnknownOperationException"),
        ("logs", "get_log_events", {"logGroupName": "x", "logStreamName": "y"}, "ResourceNotFound"),
    ],
)
async def test_refusals_arrive_as_aws_errors(
    aws: EmbeddedAws, service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        await _ask(service, operation, **params)
    assert refused.value.response["Error"]["Code"].startswith(code)
    assert aws.conditions.calls


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ecs", "list_clusters", "AccessDeniedException"),
        ("sts", "get_caller_identity", "AccessDenied"),
        ("ec2", "describe_regions", "UnauthorizedOperation"),
    ],
)
async def test_denials_name_caller_and_action(
    aws: EmbeddedAws, service: str, operation: str, code: str
) -> None:
    stop = aws.conditions.deny(f"{service}:*", account="111122223333")
    with pytest.raises(ClientError) as refused:
        await _ask(service, operation)
    assert refused.value.response["Error"]["Code"] == code
    assert aws.key.arn in refused.value.response["Error"]["Message"]
    stop()
    await _ask(service, operation)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ecs", "list_clusters", "ThrottlingException"),
        ("sts", "get_caller_identity", "Throttling"),
        ("ec2", "describe_regions", "RequestLimitExceeded"),
    ],
)
async def test_throttling_ends_after_its_times(
    aws: EmbeddedAws, service: str, operation: str, code: str
) -> None:
    aws.conditions.throttle(f"{service}:*", times=1)
    with pytest.raises(ClientError) as refused:
        await _ask(service, operation)
    assert refused.value.response["Error"]["Code"] == code
    await _ask(service, operation)


async def test_other_accounts_and_regions_have_their_own_weather(aws: EmbeddedAws) -> None:
    aws.conditions.fail("ecs:*", Fault("ServerException", "No.", status=500), region="us-east-1")
    aws.conditions.deny("ecs:*", account="444455556666")
    await _ask("ecs", "list_clusters")


async def test_an_answer_may_be_held_back(aws: EmbeddedAws) -> None:
    gate = aws.conditions.hold("ecs:ListClusters")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_ask("ecs", "list_clusters"))
        await _until(lambda: bool(aws.conditions.calls))
        assert not waiting.done()
        gate.set()
    assert waiting.result()["clusterArns"]


@pytest.mark.parametrize(
    ("key", "secret"), [("AKIAAAAAAAAAAAAAAAAA", "x"), ("", "guess")], ids=["key", "secret"]
)
async def test_credentials_of_others_are_refused(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, key: str, secret: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key or aws.key.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    for service, operation in (("ecs", "list_clusters"), ("sts", "get_caller_identity")):
        with pytest.raises(ClientError) as refused:
            await _ask(service, operation)
        assert refused.value.response["Error"]["Code"] in {
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
        }
    assert not aws.conditions.calls


CHANNEL = "/v1/data-channel/captain-1?role=publish_subscribe"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize("path", ["/", CHANNEL])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:{port}"},
    ],
    ids=str,
)
async def test_web_pages_and_other_hosts_are_refused(
    aws: EmbeddedAws, path: str, headers: dict[str, str]
) -> None:
    sent = {name: value.format(port=aws.port) for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as client,
        client.get(aws.url + path, headers={**UPGRADE, **sent}) as response,
    ):
        assert response.status == 403
    assert not aws.conditions.calls


async def test_without_a_signature_nothing_is_answered(aws: EmbeddedAws) -> None:
    async with aiohttp.ClientSession() as client:
        for method, path in (("POST", "/"), ("GET", "/"), ("PUT", "/a/b"), ("OPTIONS", "/")):
            async with client.request(method, aws.url + path, data=b"Action=x") as response:
                assert response.status == 403
                assert "MissingAuthenticationToken" in await response.text()


async def test_a_large_body_is_refused(aws: EmbeddedAws) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.post(aws.url, data=io.BytesIO(b"x" * 2_000_000)) as response,
    ):
        assert response.status == 413


async def test_a_taken_port_says_so_and_leaves_nothing(aws: EmbeddedAws) -> None:
    with pytest.raises(PortTaken, match=str(aws.port)):
        async with EmbeddedAws(port=aws.port):
            pass


async def test_each_start_has_keys_of_its_own(aws: EmbeddedAws) -> None:
    other = EmbeddedAws()
    assert other.key.secret != aws.key.secret
    assert other.key.access_key != aws.key.access_key


async def test_a_session_ends_with_its_container(aws: EmbeddedAws) -> None:
    site = next(iter(aws.world.sites.values()))
    node = next(n for n in site.nodes.values() if site.ping(n)[0] == "Online" and not n.windows)
    started = await _ask("ssm", "start_session", Target=node.id)
    assert started["StreamUrl"].startswith(f"ws://127.0.0.1:{aws.port}/v1/data-channel/")
    site.offline.add(node.id)
    await aws.advance(1)
    at = (site.account.number, site.region)
    await _until(lambda: not aws.gateway.sessions(*at, active=True))
    assert not (await _ask("ssm", "describe_sessions", State="Active"))["Sessions"]
    past = (await _ask("ssm", "describe_sessions", State="History"))["Sessions"]
    assert [one["SessionId"] for one in past] == [started["SessionId"]]


async def test_a_fleet_of_a_hundred_thousand_opens_lazily() -> None:
    async with EmbeddedAws(fleet=100_000) as aws:
        assert aws.world.living() == 0
        assert len(aws.world.accounts) > 10
