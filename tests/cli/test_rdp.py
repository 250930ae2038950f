"""`hatchway rdp` as a person types it: clients, addresses, passwords and endings."""

import asyncio
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run, start
from tui.demo.embedded import EmbeddedAws
from tui.demo.world.node import Node

READS = "import sys; print(sys.stdin.read(), sys.argv[2:], file=open(sys.argv[1], 'w'))"


def node_of(aws: EmbeddedAws, *, windows: bool = True) -> Node:
    """An instance that has a password, if it runs Windows."""
    return next(
        node
        for site in aws.world.sites.values()
        for node in site.nodes.values()
        if node.windows is windows and not node.hybrid and not node.outage and node.seed % 5
    )


def client(code: str, *words: str) -> str:
    return shlex.join((sys.executable, "-c", code, *words))


async def test_no_launch_says_the_address_and_carries_until_ctrl_c(aws: EmbeddedAws) -> None:
    node = node_of(aws)
    process = await start("rdp", node.id, "--no-launch", SSH_TTY="/dev/pts/1")
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    local, _, remote = line.partition(" -> ")
    assert remote.endswith(f"/{node.id}:3389 (Remote Desktop)\n")
    host, port = local.split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    await writer.wait_closed()
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert "no clipboard here for the password" in err.decode()
    assert aws.passwords.of(node.id) not in line + err.decode()


async def test_the_client_gets_address_user_and_password_and_the_tunnel_ends_with_it(
    aws: EmbeddedAws, hatchway: Run, tmp_path: Path
) -> None:
    node, told = node_of(aws), tmp_path / "told"
    command = client(READS, str(told), "{address}", "{user}", "/from-stdin")
    said = await hatchway(
        *("rdp", node.id, "--user", "ada"), HATCHWAY_RDP_CLIENT=command, DISPLAY=":99"
    )
    address = said.out.decode().partition(" -> ")[0]
    assert (said.status, "was started." in said.err) == (0, True)
    password = aws.passwords.of(node.id)
    assert told.read_text() == f"{password}\n {[address, 'ada', '/from-stdin']}\n"
    assert password not in said.out.decode() + said.err


async def test_a_client_that_fails_is_said(aws: EmbeddedAws, hatchway: Run) -> None:
    command = client("raise SystemExit(3)", "/from-stdin")
    said = await hatchway("rdp", node_of(aws).id, HATCHWAY_RDP_CLIENT=command, DISPLAY=":99")
    assert said.status == 1
    assert "ended with status 3." in said.err


async def test_a_key_that_does_not_fit_is_no_reason_not_to_go_on(
    aws: EmbeddedAws, hatchway: Run, tmp_path: Path
) -> None:
    key = tmp_path / "missing.pem"
    said = await hatchway(
        *("rdp", node_of(aws).id, "--key", str(key)),
        HATCHWAY_RDP_CLIENT=client("pass"),
        DISPLAY=":99",
    )
    assert said.status == 0
    assert f"{key} cannot be read: No such file" in said.err


async def test_without_a_client_the_tunnel_stays(aws: EmbeddedAws) -> None:
    missing = {"HATCHWAY_RDP_CLIENT": "no-such-client {address}", "DISPLAY": ":99"}
    process = await start("rdp", node_of(aws).id, HATCHWAY_RDP_KEY="", **missing)
    assert process.stderr is not None
    said = (await process.stderr.readline()).decode()
    assert "There is no program no-such-client here. Point a client to 127.0.0.1:" in said
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 143
    await process.communicate()


@pytest.mark.parametrize(
    ("template", "words", "status"),
    [
        ("xfreerdp /p:{password}", "others can read the arguments", 2),
        ("xfreerdp '/v:", "rdp_client cannot be read", 2),
    ],
)
async def test_a_client_that_cannot_be_is_refused(
    aws: EmbeddedAws, hatchway: Run, template: str, words: str, status: int
) -> None:
    said = await hatchway("rdp", node_of(aws).id, HATCHWAY_RDP_CLIENT=template, DISPLAY=":99")
    assert (said.status, words in said.err) == (status, True)


async def test_linux_has_no_desktop(aws: EmbeddedAws, hatchway: Run) -> None:
    said = await hatchway("rdp", node_of(aws, windows=False).id)
    assert said.status == 1
    assert "Remote Desktop needs a Windows node" in said.err
    assert "ssm:StartSession" not in {call.action for call in aws.conditions.calls}
