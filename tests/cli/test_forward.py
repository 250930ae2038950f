"""`hatchway forward` in all its modes, on the embedded AWS."""

import asyncio
import json
import signal
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.conftest import start
from tui.cli.forward import Way, way
from tui.demo.embedded import EmbeddedAws
from tui.errors import WrongUse

OLD = "is old: it carries one connection at a time, others wait."


def active(aws: EmbeddedAws) -> int:
    return sum(
        len(aws.gateway.sessions(account, region, active=True))
        for account, region in aws.world.sites
    )


def old_machine(aws: EmbeddedAws) -> tuple[str, str, str]:
    """The account, region and id of a machine whose agent does not multiplex."""
    return next(
        (aws.world.accounts[at].name, region, node.id)
        for at, account in enumerate(aws.world.accounts)
        for (number, region), site in aws.world.sites.items()
        if number == account.number
        for node in site.nodes.values()
        if node.agent.startswith("2.") and not node.outage and not node.windows
    )


@dataclass
class Running:
    """A `hatchway` that has said where it listens."""

    process: asyncio.subprocess.Process
    places: list[str] = field(default_factory=list)

    async def said(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.readline()).decode().removeprefix("hatchway: ").strip()


@asynccontextmanager
async def running(*words: str, ends: int = 1) -> AsyncIterator[Running]:
    process = await start(*words)
    made = Running(process)
    assert process.stdout is not None
    try:
        for _ in range(ends):
            line = (await process.stdout.readline()).decode()
            made.places.append(line.partition(" -> ")[0])
        yield made
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


async def connected(place: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if place.startswith("unix:"):
        return await asyncio.open_unix_connection(place.removeprefix("unix:"))
    host, _, port = place.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def echoed(place: str, data: bytes) -> bytes:
    """What port 7 says back, after a half-close."""
    reader, writer = await connected(place)
    writer.write(data)
    writer.write_eof()
    answer = await reader.readexactly(len(data))
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("80", Way(None, "", 80)),
        ("8080:db.internal:5432", Way(8080, "db.internal", 5432)),
        ("unix:/run/db:5432", Way(0, "", 5432, "/run/db")),
        ("unix:db:db.internal:5432", Way(0, "db.internal", 5432, "db")),
        ("unix:/run/db:[fd00::1]:5432", Way(0, "fd00::1", 5432, "/run/db")),
    ],
)
def test_what_can_be_forwarded(text: str, read: Way) -> None:
    assert way(text) == read


@pytest.mark.parametrize("text", ["unix:", "unix:/run/db", "unix::80", "unix:/run/db:x", "1:2:3:4"])
def test_what_cannot(text: str) -> None:
    with pytest.raises(WrongUse):
        way(text)


async def test_a_unix_socket_to_a_container(aws: EmbeddedAws, tmp_path: Path) -> None:
    path = tmp_path / "echo"
    async with running("forward", "payments/api", f"unix:{path}:7") as forward:
        assert forward.places == [f"unix:{path}"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for data in (b"one", b"x" * 300_000):
            assert await echoed(forward.places[0], data) == data
    assert not path.exists()
    assert active(aws) == 0


async def test_a_stale_socket_gives_way_and_one_in_use_does_not(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    path = tmp_path / "echo"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with running("forward", "payments/api", f"unix:{path}:7") as forward:
        assert await echoed(forward.places[0], b"x") == b"x"
        second = await start("forward", "payments/api", f"unix:{path}:7")
        _, err = await second.communicate()
        assert second.returncode == 1
        assert b"in use" in err
        assert active(aws) == 1
        assert path.exists()
    path.write_text("mine")
    third = await start("forward", "payments/api", f"unix:{path}:7")
    _, err = await third.communicate()
    assert b"no socket" in err
    assert path.read_text() == "mine"


async def test_ways_to_the_same_end_share_a_session(aws: EmbeddedAws, tmp_path: Path) -> None:
    words = ("0:7", "0:7", f"unix:{tmp_path}/echo:7", "0:8080")
    async with running("forward", "payments/api", *words, ends=4) as forward:
        assert len(set(forward.places)) == 4
        assert active(aws) == 2
        for place in forward.places[:3]:
            assert await echoed(place, b"hello") == b"hello"
    assert not (tmp_path / "echo").exists()


async def test_a_host_behind_and_the_words_of_a_refusal(aws: EmbeddedAws) -> None:
    site = aws.world.sites[aws.world.accounts[0].number, "eu-west-1"]
    first, second = [n for n in site.nodes.values() if not n.outage and not n.windows][:2]
    target = f"{aws.world.accounts[0].name}/eu-west-1/{first.id}"
    async with running("forward", target, f"0:{second.hostname}:7") as forward:
        assert await echoed(forward.places[0], b"hello") == b"hello"
    async with running("forward", target, "0:169.254.169.254:80") as forward:
        assert await forward.said() == (
            "The forward ended: Forwarding to IP address 169.254.169.254 is forbidden."
        )
        assert await forward.process.wait() == 1


async def test_an_old_agent_carries_one_connection_after_the_other(aws: EmbeddedAws) -> None:
    target = "/".join(old_machine(aws))
    async with running("forward", target, "0:7", "0:7", ends=2) as forward:
        assert (await forward.said()).endswith(OLD)
        assert active(aws) == 2  # one of the two would keep the other waiting in a session
        place = forward.places[0]
        assert await echoed(place, b"first") == b"first"
        assert await echoed(place, b"x" * 300_000) == b"x" * 300_000
        held = reader, writer = await connected(place)
        writer.write(b"held")
        assert await reader.readexactly(4) == b"held"
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(echoed(place, b"next"))
            held[1].close()
        assert waiting.result() == b"next"
        assert await echoed(forward.places[1], b"other") == b"other"


async def test_an_old_agent_that_finds_nobody_there(aws: EmbeddedAws) -> None:
    """It connects before anybody asks it to, and gives up when it cannot."""
    async with running("forward", "/".join(old_machine(aws)), "0:4444") as forward:
        await forward.said()
        assert "Connection to destination port failed." in await forward.said()
        assert await forward.process.wait() == 1


async def test_session_listens_on_the_unix_socket_of_its_parameters(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    account, region, target = old_machine(aws)
    path = tmp_path / "echo"
    words = ("session", target, "--profile", account, "--region", region)
    document = ("--document", "AWS-StartPortForwardingSessionToSocket", "--parameters")
    given = {"portNumber": "7", "localUnixSocket": str(path)}
    async with running(*words, *document, json.dumps(given)) as forward:
        assert forward.places == [f"unix:{path}"]
        assert await echoed(forward.places[0], b"hello") == b"hello"
    assert not path.exists()


async def test_session_carries_the_document_for_ssh(aws: EmbeddedAws) -> None:
    account, region, target = old_machine(aws)
    process = await start(
        *("session", target, "--profile", account, "--region", region),
        *("--document", "AWS-StartSSHSession", "--parameters", '{"portNumber": "7"}'),
    )
    out, err = await process.communicate(b"hello")
    assert (process.returncode, out, err) == (0, b"hello", b"")
