import asyncio
import hashlib
import json
import random
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, active, start
from tui.demo.embedded import EmbeddedAws

Row = dict[str, Any]

RAW_CAT = 'sh -c "stty raw -echo; printf ready; exec head -c 1000000"'
READY = b"ready"


async def rows(hatchway: Run) -> list[Row]:
    said = await hatchway("ls", "--json")
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


def pick(rows: list[Row], **wanted: object) -> Row:
    return next(row for row in rows if wanted.items() <= row.items())


def one_line(text: str) -> str:
    assert text.startswith("hatchway: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


async def test_ls_json_is_one_object_a_line_for_everything_there_is(
    aws: EmbeddedAws, hatchway: Run
) -> None:
    found = await rows(hatchway)
    kinds = {row["kind"] for row in found}
    assert kinds == {
        "account", "region", "cluster", "service", "task", "container", "nodes", "node",
    }  # fmt: skip
    assert [row["name"] for row in found if row["kind"] == "account"] == [
        *sorted(account.name for account in aws.world.accounts)
    ]
    assert len({row["address"] for row in found}) == len(found)
    for row in found:
        assert {"kind", "name", "address", "status"} <= row.keys()
        if row["kind"] in {"container", "node"}:
            assert row["session"] is (row["why_not"] is None)


async def test_ls_shows_the_matches_in_their_tree(hatchway: Run) -> None:
    said = await hatchway("ls", "payments", "api", "!envoy")
    lines = said.out.decode().splitlines()
    assert lines[0].startswith("prod")
    assert lines[1].startswith("  eu-west-1")
    assert lines[2].startswith("    payments")
    assert lines[3].startswith("      api")
    assert not any("checkout" in line for line in lines)


async def test_ls_understands_columns_tags_and_letters(hatchway: Run) -> None:
    said = await hatchway("ls", "--json", "kind:container", "status:=running", "!name:envoy")
    found = [json.loads(line) for line in said.out.splitlines()]
    assert {(row["kind"], row["status"]) for row in found} == {("container", "RUNNING")}
    assert "envoy" not in {row["name"] for row in found}
    assert (await hatchway("ls", "tag:no-such-key")).out == b""
    said = await hatchway("ls", "pmtapi")
    assert [line.split()[0] for line in said.out.decode().splitlines()[2:4]] == ["payments", "api"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("stauts:x",), "There is no column “stauts”. Did you mean: status? Quote it"),
        (("age:3",), "“age:3” compares nothing. For example age:<10m"),
    ],
)
async def test_ls_says_what_it_does_not_understand_before_it_asks(
    aws: EmbeddedAws, hatchway: Run, words: tuple[str, ...], sentence: str
) -> None:
    aws.conditions.calls.clear()
    said = await hatchway("ls", *words)
    assert (said.status, said.out) == (2, b"")
    assert sentence in one_line(said.err)
    assert not aws.conditions.calls


async def test_ls_says_what_could_not_be_listed(aws: EmbeddedAws, hatchway: Run) -> None:
    aws.conditions.deny("ecs:ListClusters", account=aws.world.accounts[2].number)
    said = await hatchway("ls")
    assert said.status == 1
    assert "prod" in said.out.decode()
    assert "dev/eu-west-1 could not be listed: You may not call ecs:ListClusters" in said.err
    assert "Traceback" not in said.err


@pytest.mark.usefixtures("aws")
async def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    process = await start("ls")
    assert process.stdout is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    assert process.stderr is not None
    assert await process.stderr.read() == b""
    assert await process.wait() == 1


async def test_exec_gives_the_exit_status_and_the_exact_output(hatchway: Run) -> None:
    target = pick(await rows(hatchway), kind="container", session=True)["address"]
    said = await hatchway("exec", target, "--", "sh", "-c", r"printf 'a\r\n\377b'; exit 7")
    assert said == type(said)(7, b"a\r\n\xffb", "")
    said = await hatchway("exec", target, "--", "cat", "/no such file")
    assert (said.status, b"No such file" in said.out) == (1, True)


async def test_exec_on_a_node_gives_the_exit_status(hatchway: Run) -> None:
    target = pick(await rows(hatchway), kind="node", session=True, platform="Linux")["address"]
    assert (await hatchway("exec", target, "--", "sh", "-c", "exit 41")).status == 41


async def test_exec_without_a_command_is_a_shell(hatchway: Run) -> None:
    target = pick(await rows(hatchway), kind="container", session=True)["address"]
    said = await hatchway("exec", target, given=b"echo $((6 * 7))\nexit\n")
    assert said.status == 0
    assert b"\r42\r\n" in said.out


async def test_exec_with_cluster_and_task_needs_no_tree(aws: EmbeddedAws, hatchway: Run) -> None:
    found = await rows(hatchway)
    target = pick(found, kind="container", session=True)
    account, region, cluster, _, task, container = target["address"].split("/")
    aws.conditions.calls.clear()
    said = await hatchway(
        *("exec", "--profile", account, "--region", region, "--cluster", cluster),
        *("--task", task, "--container", container, "--", "sh", "-c", "exit 3"),
    )
    assert said.status == 3
    asked = {call.action for call in aws.conditions.calls}
    assert not {action for action in asked if action.startswith(("ecs:List", "ecs:Describe"))}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("exec", "paymnets"), "Did you mean: prod/eu-west-1/payments"),
        (("exec", "nothing-like-it"), "There is no “nothing-like-it”"),
        (("exec", "api", "--", "true"), "things"),
        (("exec",), "exec needs a TARGET"),
        (("exec", "a", "--cluster", "c"), "not both"),
        (("session", "i-0", "--parameters", "["), "not JSON"),
        (("forward", "payments/api", "80x"), "is not a forward"),
        (("nonsense",), "invalid choice"),
    ],
)
async def test_wrong_use_is_one_line_and_status_2(
    hatchway: Run, words: tuple[str, ...], said: str
) -> None:
    ended = await hatchway(*words)
    assert (ended.status, ended.out) == (2, b"")
    assert said in one_line(ended.err)


async def test_wrong_settings_are_status_2(hatchway: Run) -> None:
    ended = await hatchway("ls", HATCHWAY_SCROLLBACK="many")
    assert ended.status == 2
    assert "scrollback" in one_line(ended.err)


async def test_what_cannot_be_entered_says_why(hatchway: Run) -> None:
    found = await rows(hatchway)
    refused = [r for r in found if r["kind"] in {"container", "node"} and not r["session"]]
    reasons = {row["why_not"]: row["address"] for row in refused}
    assert any("ECS Exec is off" in why for why in reasons)
    assert any("has stopped" in why for why in reasons)
    assert any("ConnectionLost" in why for why in reasons)
    for why in ("ECS Exec is off", "ConnectionLost"):
        address = next(reasons[reason] for reason in reasons if why in reason)
        ended = await hatchway("exec", address)
        assert ended.status == 1
        assert why in one_line(ended.err)


async def test_a_refusal_of_aws_is_one_sentence(aws: EmbeddedAws, hatchway: Run) -> None:
    found = await rows(hatchway)
    lost = pick(found, kind="node", session=False, platform="Linux")
    account, region, target = lost["address"].split("/")
    where = ("--profile", account, "--region", region)
    ended = await hatchway("session", target, *where)
    assert ended.status == 1
    assert "is not connected" in one_line(ended.err)
    online = pick(found, kind="node", session=True, platform="Linux")
    account, region, target = online["address"].split("/")
    aws.conditions.deny("ssm:StartSession")
    ended = await hatchway("session", target, "--profile", account, "--region", region)
    assert ended.status == 1
    assert "ssm:StartSession" in one_line(ended.err)


async def test_a_dead_endpoint_and_wrong_keys_are_one_sentence(hatchway: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
        ended = await hatchway("session", "i-0123456789abcdef0", "--endpoint-url", dead)
        assert ended.status == 1
        assert "cannot be reached" in one_line(ended.err)
        ended = await hatchway("ls", "--endpoint-url", dead, "--profile", "prod")
        assert ended.status == 1
        assert "Traceback" not in ended.err
    nobody = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}
    ended = await hatchway(
        "session", "i-0123456789abcdef0", AWS_SECRET_ACCESS_KEY="wrong", **nobody
    )
    assert ended.status == 1
    assert "wrong" not in one_line(ended.err)


async def test_session_needs_no_look_up_and_passes_bytes_unharmed(
    aws: EmbeddedAws, hatchway: Run
) -> None:
    node = pick(await rows(hatchway), kind="node", session=True, platform="Linux")
    account, region, target = node["address"].split("/")
    data = random.Random(1).randbytes(1_000_000)
    aws.conditions.calls.clear()
    said = await hatchway(
        *("session", target, "--profile", account, "--region", region),
        *("--document", "AWS-StartInteractiveCommand"),
        *("--parameters", json.dumps({"command": [RAW_CAT]})),
        given=data,
    )
    assert said.status == 0
    came = said.out.partition(READY)[2]
    assert hashlib.sha256(came).digest() == hashlib.sha256(data).digest()
    asked = (call.action for call in aws.conditions.calls)
    assert next(one for one in asked if not one.startswith("sts:")) == "ssm:StartSession"


@asynccontextmanager
async def listening(*words: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A command that opens a local port, and that port; killed if the test left it running."""
    process = await start(*words)
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        yield process, int(line.partition(" ")[0].rpartition(":")[2])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def fetched(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


async def gone(aws: EmbeddedAws, process: asyncio.subprocess.Process, number: int) -> int:
    """Sends a signal; the exit status, once nothing is open any more."""
    process.send_signal(number)
    status = await process.wait()
    for account, region in aws.world.sites:
        assert aws.gateway.sessions(account, region, active=True) == []
    return status


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
async def test_a_forward_carries_until_a_signal(
    aws: EmbeddedAws, hatchway: Run, number: int, status: int
) -> None:
    service = next(r for r in await rows(hatchway) if r["address"].endswith("/payments/api"))
    async with listening("forward", service["address"], "0:8080") as (process, port):
        assert b"200 OK" in await fetched(port)
        assert len(await active("eu-west-1", "prod")) == 1
        assert await gone(aws, process, number) == status


async def test_session_opens_the_local_port_of_its_parameters(
    aws: EmbeddedAws, hatchway: Run
) -> None:
    target = next(
        r
        for r in await rows(hatchway)
        if r["kind"] == "container" and r["session"] and "/payments/api/" in r["address"]
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        local = free.getsockname()[1]
    parameters = {"portNumber": ["8080"], "localPortNumber": [str(local)]}
    words = (
        *("session", target["target"], "--profile", "prod", "--region", "eu-west-1"),
        *("--document", "AWS-StartPortForwardingSession"),
        *("--parameters", json.dumps(parameters)),
    )
    async with listening(*words) as (process, port):
        assert port == local
        assert b"200 OK" in await fetched(port)
        ended = await start(*words)
        _, err = await ended.communicate()
        assert ended.returncode == 1
        assert str(local) in one_line(err.decode())
        assert await gone(aws, process, signal.SIGINT) == 130


async def test_a_signal_ends_a_shell(aws: EmbeddedAws, hatchway: Run, tmp_path: Path) -> None:
    target = pick(await rows(hatchway), kind="container", session=True)["address"]
    process = await start("exec", target)
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdin.write(b"echo in$((1))side\n")
    await process.stdout.readuntil(b"in1side")
    assert await gone(aws, process, signal.SIGTERM) == 143
    process.stdin.close()


async def test_the_demo_serves_other_clients_and_ends_cleanly() -> None:
    process = await start("demo", "--serve")
    assert process.stdout is not None
    said = await process.stdout.readuntil(b"hatchway\n")
    assert b"export AWS_ENDPOINT_URL=http://127.0.0.1:" in said
    folder = Path(said.partition(b"AWS_CONFIG_FILE=")[2].split()[0].decode()).parent
    assert folder.is_dir()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert not folder.exists()
