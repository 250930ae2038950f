"""Sessions asked for at the embedded AWS: tickets, refusals, and nothing left behind."""

import asyncio
import logging
from dataclasses import replace

import pytest
from botocore.credentials import ReadOnlyCredentials

from tests.aws.conftest import Client
from tests.aws.plain import PLACE, PlainAsk, until
from tui.aws.fleet import Aws
from tui.aws.opener import is_loopback
from tui.aws.options import Options
from tui.aws.signing import signature_headers
from tui.aws.ticket import resume, start, terminate
from tui.demo.embedded import EmbeddedAws
from tui.demo.world.task import Task
from tui.errors import (
    AgentOffline,
    ExecDisabled,
    NoSuchTarget,
    NotAllowed,
    Refused,
    Throttled,
    Trouble,
    WrongSettings,
    WrongUse,
)
from tui.model.wish import ExecuteCommand, StartSession, Ticket

REGION = "eu-west-1"


def online_node(demo: EmbeddedAws) -> str:
    site = demo.world.site(demo.key.account, REGION)
    assert site is not None
    return next(node.id for node in site.nodes.values() if site.ping(node)[0] == "Online")


def some_task(demo: EmbeddedAws, *, reachable: bool) -> tuple[str, Task]:
    """A running task, and the name of its cluster."""
    site = demo.world.site(demo.key.account, REGION)
    assert site is not None
    for name in site.names:
        cluster = site.cluster(name)
        assert cluster is not None
        for task in cluster.tasks.values():
            if task.ready and task.reachable is reachable and task.exec_on is reachable:
                return name, task
    raise AssertionError("the default fleet has one of each")


def active(demo: EmbeddedAws) -> list[str]:
    return [
        row.session_id
        for account, region in demo.world.sites
        for row in demo.gateway.sessions(account, region, active=True)
    ]


async def test_a_node_opens_in_the_account_and_region_of_the_wish(
    demo: EmbeddedAws, client: Client
) -> None:
    target = online_node(demo)
    ticket = await client.aws.opener.open(StartSession(account="prod", target=target))
    assert (ticket.account, ticket.region, ticket.target) == ("prod", REGION, target)
    assert active(demo) == [ticket.session_id]
    assert ticket.stream_url.startswith("ws://127.0.0.1:")
    assert ticket.loopback_allowed
    await client.aws.opener.terminate(ticket)
    await until(lambda: not active(demo))
    await client.aws.opener.terminate(ticket)


async def test_a_raw_target_opens_with_one_call_and_no_tree(demo: EmbeddedAws) -> None:
    async with Aws(Options()) as aws:
        wish = StartSession(
            target=online_node(demo),
            document="AWS-StartPortForwardingSession",
            parameters={"portNumber": ["80"], "localPortNumber": ["0"]},
            reason="a look",
        )
        ticket = await aws.opener.open(wish)
        assert aws.calls == {"ssm:StartSession": 1}
        await aws.opener.terminate(ticket)
    (row,) = demo.gateway.sessions(demo.key.account, REGION, active=False)
    assert row.reason == "a look"


async def test_a_container_opens_with_the_target_that_session_manager_knows(
    demo: EmbeddedAws, client: Client
) -> None:
    cluster, task = some_task(demo, reachable=True)
    name = task.spec.containers[0].name
    wish = ExecuteCommand(
        account="prod", cluster=cluster, task=task.id, container=name, command="sh", runtime_id="r1"
    )
    ticket = await client.aws.opener.open(wish)
    assert ticket.target == f"ecs:{cluster}_{task.id}_r1"
    assert ticket.session_id in active(demo)
    nameless = await client.aws.opener.open(replace(wish, runtime_id=""))
    assert nameless.target == f"ecs:{cluster}_{task.id}_"
    assert client.aws.calls["ecs:DescribeTasks"] == 0
    await client.aws.opener.terminate(ticket)
    await client.aws.opener.terminate(nameless)
    await until(lambda: not active(demo))


def asked_to_start(demo: EmbeddedAws) -> bool:
    return any(one.action == "ssm:StartSession" for one in demo.conditions.calls)


async def refusal(client: Client, wish: StartSession | ExecuteCommand) -> Trouble:
    with pytest.raises(Trouble) as caught:
        await client.aws.opener.open(wish)
    return caught.value


async def test_refusals_name_the_target_and_what_to_do(demo: EmbeddedAws, client: Client) -> None:
    gone = await refusal(client, StartSession(account="prod", target="i-0000000000000dead"))
    assert isinstance(gone, AgentOffline)
    assert "i-0000000000000dead" in gone.what
    assert gone.hint
    cluster, task = some_task(demo, reachable=False)
    wish = ExecuteCommand(
        account="prod",
        cluster=cluster,
        task=task.id,
        container=task.spec.containers[0].name,
        command="sh",
    )
    disabled = await refusal(client, wish)
    assert isinstance(disabled, ExecDisabled)
    assert task.id in disabled.what
    missing = await refusal(client, replace(wish, task="0" * 32))
    assert isinstance(missing, Refused)
    assert "not found" in missing.what
    nowhere = await refusal(client, replace(wish, cluster="nowhere"))
    assert isinstance(nowhere, Refused)
    assert nowhere.code == "ClusterNotFoundException"
    await until(lambda: not active(demo))


async def test_a_document_that_does_not_exist_is_refused_in_aws_words(
    demo: EmbeddedAws, client: Client
) -> None:
    wish = StartSession(account="prod", target=online_node(demo), document="AWS-NoSuchDocument")
    refused = await refusal(client, wish)
    assert isinstance(refused, Refused)
    assert refused.code == "InvalidDocument"


async def test_parameters_that_make_no_sense_are_wrong_use(
    demo: EmbeddedAws, client: Client
) -> None:
    assert isinstance(await refusal(client, StartSession(account="prod", target="")), WrongUse)


async def test_iam_and_throttling_are_told_apart(demo: EmbeddedAws, client: Client) -> None:
    wish = StartSession(account="prod", target=online_node(demo))
    stop = demo.conditions.deny("ssm:StartSession")
    denied = await refusal(client, wish)
    assert isinstance(denied, NotAllowed)
    assert "ssm:StartSession" in denied.what
    assert wish.target in denied.what
    stop()
    demo.conditions.throttle("ssm:StartSession", times=1)
    ticket = await client.aws.opener.open(wish)
    await client.aws.opener.terminate(ticket)
    await until(lambda: not active(demo))


async def test_an_unknown_account_or_no_region_is_said_without_asking_aws(
    demo: EmbeddedAws, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(
        await refusal(client, StartSession(account="nobody", target="i-1")), NoSuchTarget
    )
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    async with Aws(Options()) as aws:
        with pytest.raises(WrongSettings, match="No region"):
            await aws.opener.open(StartSession(target="i-1"))
        assert aws.calls == {}


async def test_a_session_is_resumed_with_a_fresh_token_and_its_old_address(
    demo: EmbeddedAws, client: Client
) -> None:
    opener = client.aws.opener
    ticket = await opener.open(StartSession(account="prod", target=online_node(demo)))
    again = await opener.resume(ticket)
    assert again is not None
    assert again.token != ticket.token
    assert (again.session_id, again.stream_url) == (ticket.session_id, ticket.stream_url)
    assert again.loopback_allowed
    await opener.terminate(ticket)
    assert await opener.resume(ticket) is None
    assert await opener.resume(replace(ticket, session_id="never-was")) is None


async def test_a_start_that_is_given_up_leaves_no_session(
    demo: EmbeddedAws, client: Client
) -> None:
    gate = demo.conditions.hold("ssm:StartSession")
    wish = StartSession(account="prod", target=online_node(demo))
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(client.aws.opener.open(wish))
        await until(lambda: asked_to_start(demo))
        starting.cancel()
    gate.set()
    await until(lambda: client.aws.calls["ssm:TerminateSession"] == 1 and not active(demo))


async def test_leaving_waits_for_a_start_that_was_given_up(demo: EmbeddedAws) -> None:
    gate = demo.conditions.hold("ssm:StartSession")
    async with asyncio.TaskGroup() as group:
        async with Aws(Options()) as aws:
            wish = StartSession(account="prod", target=online_node(demo))
            starting = group.create_task(aws.opener.open(wish))
            await until(lambda: asked_to_start(demo))
            starting.cancel()
            asyncio.get_running_loop().call_later(0.05, gate.set)
        await until(lambda: not active(demo))
        assert aws.calls["ssm:TerminateSession"] == 1


async def test_no_token_or_secret_is_shown_or_logged(
    demo: EmbeddedAws, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    ticket = await client.aws.opener.open(StartSession(account="prod", target=online_node(demo)))
    await client.aws.opener.terminate(ticket)
    assert ticket.token not in repr(ticket)
    assert ticket.token not in caplog.text
    assert demo.key.secret not in caplog.text


async def test_the_upgrade_is_signed_for_the_message_gateway(
    demo: EmbeddedAws, client: Client
) -> None:
    url = f"wss://ssmmessages.{REGION}.amazonaws.com/v1/data-channel/s-1?role=publish_subscribe"
    ticket = Ticket(
        session_id="s-1", stream_url=url, token="t", account="staging", region=REGION, target="i-1"
    )
    headers = await client.aws.opener.headers(ticket)
    assert set(headers) == {"Authorization", "X-Amz-Date", "X-Amz-Security-Token"}
    assert f"/{REGION}/ssmmessages/aws4_request" in headers["Authorization"]
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in headers["Authorization"]
    signed = replace(ticket, stream_url=f"{url}&X-Amz-Signature=abc")
    assert await client.aws.opener.headers(signed) == {}


def test_a_signature_is_that_of_an_empty_body() -> None:
    headers = signature_headers("wss://example.com/x", REGION, ReadOnlyCredentials("a", "b", None))
    assert set(headers) == {"Authorization", "X-Amz-Date"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"SessionId": "s-1"},
        {"SessionId": "s-1", "StreamUrl": "wss://x", "TokenValue": 7},
        {"SessionId": "s-1", "StreamUrl": "wss://x", "TokenValue": "x" * 100_000},
    ],
)
async def test_an_answer_without_a_way_in_is_refused_and_its_session_ended(
    answer: dict[str, object],
) -> None:
    ask = PlainAsk({"StartSession": [answer], "TerminateSession": [{}]})
    with pytest.raises(Refused):
        await start(ask, PLACE, StartSession(target="i-1"), loopback_allowed=False)
    ended = [operation for operation, _ in ask.asked if operation == "TerminateSession"]
    assert bool(ended) is ("SessionId" in answer)


async def test_other_refusals_of_resume_and_terminate_are_raised() -> None:
    no = Refused("Something broke.", code="InternalServerError")
    ask = PlainAsk({"ResumeSession": [no], "TerminateSession": [Throttled("slow")]})
    ticket = Ticket(
        session_id="s", stream_url="u", token="t", account="", region=REGION, target="i-1"
    )
    with pytest.raises(Refused):
        await resume(ask, PLACE, ticket)
    with pytest.raises(Throttled):
        await terminate(ask, PLACE, ticket)
    gone = PlainAsk({"TerminateSession": [Refused("gone", code="DoesNotExistException")]})
    await terminate(gone, PLACE, ticket)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("https://ssm.eu-west-1.amazonaws.com", False),
        ("http://127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_only_this_computer_is_loopback(endpoint: str, expected: bool) -> None:
    assert is_loopback(endpoint) is expected
