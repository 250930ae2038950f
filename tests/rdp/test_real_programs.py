"""`hatchway rdp` with a real client and a real server: FreeRDP through the tunnel to xrdp."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rdp.programs import CLIENT, MISSING, PATIENCE, Xrdp, screen, xrdp
from tui.demo.embedded import EmbeddedAws

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


@dataclass(frozen=True)
class Place:
    """A demo whose Windows node is a real xrdp, and a screen to show it on."""

    node: str
    server: Xrdp
    environment: dict[str, str]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with (
        xrdp(tmp_path) as server,
        screen() as display,
        EmbeddedAws(rdp_port=server.port) as aws,
    ):
        number, region = aws.world.accounts[0].number, aws.environment["AWS_DEFAULT_REGION"]
        # the private half of the key pair opens the passwords of those that have one
        node = next(
            node.id
            for node in aws.world.sites[number, region].nodes.values()
            if node.windows and not node.hybrid and node.seed % 5
        )
        yield Place(node, server, {**os.environ, **aws.environment, "DISPLAY": display})
        sessions = aws.gateway.sessions(number, region, active=True)
        assert [row.session_id for row in sessions] == []


async def start(place: Place, **more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "rdp", place.node),
        env={**place.environment, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_client_is_found_and_shows_the_desktop(place: Place) -> None:
    process = await start(place)
    await place.server.says("requested [SSL|RDP], selected [SSL]")  # our own question, first
    await place.server.says("Connected client computer name")
    # With a password xrdp asks its session manager at once instead of showing a login screen.
    await place.server.says("connecting to sesman")
    process.send_signal(signal.SIGINT)
    status, out, err = await ended(process)
    assert (status, f"{place.node}:3389" in out) == (130, True)
    assert f"{CLIENT} was started." in err
    assert not _run_with(str(out.split()[0]))


async def test_the_tunnel_ends_with_the_client(place: Place) -> None:
    command = f"{CLIENT} /v:{{address}} /u:{{user}} /cert:ignore +auth-only /from-stdin:force"
    status, out, err = await ended(await start(place, HATCHWAY_RDP_CLIENT=command))
    assert (status, f"{place.node}:3389" in out) == (0, True), err
    await place.server.says("Connected client computer name")


def _run_with(words: str) -> list[str]:
    """The processes that have these words in their arguments."""
    commands = (path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    return [command.decode(errors="replace") for command in commands if words.encode() in command]
