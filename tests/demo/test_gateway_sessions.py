"""A session from its start to its end, and that nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from tests.demo.far_side import (
    AT_ONCE,
    FORWARD,
    NODE,
    OTHER,
    OWNER,
    SMALL,
    Client,
    FarSide,
    Tunnels,
    far_side,
    now,
)
from tests.demo.knocking import opening, refused
from tests.demo.witnesses import busy_shell, lives, processes_with
from tui.demo.faults import Fault

HERE = (NODE.account, NODE.region)


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def test_a_session_is_listed_from_its_start_to_its_end(far: FarSide) -> None:
    issued = far.start()
    (row,) = far.gateway.sessions(*HERE, active=True)
    assert (row.session_id, row.status, row.owner) == (issued.session_id, "Connecting", OWNER)
    assert (row.target, row.reason, row.ended) == (NODE.target, "a test", 0.0)
    assert row.document == "SSM-SessionManagerRunShell"
    assert issued.session_id.startswith("ada-")
    client = Client(far.http, issued)
    await client.dial()
    await client.says(b"$ ")
    assert far.status(issued.session_id) == "Connected"
    assert far.gateway.sessions("999999999999", NODE.region, active=True) == []
    assert far.gateway.sessions(NODE.account, "us-east-1", active=True) == []
    client.send(b"exit\r")
    await client.ends()
    assert far.gateway.sessions(*HERE, active=True) == []
    (row,) = far.gateway.sessions(*HERE, active=False)
    assert row.status == "Terminated"
    assert row.ended >= row.started


async def test_terminate_closes_the_channel_and_kills_everything(far: FarSide) -> None:
    client, pids = await busy_shell(far)
    assert far.gateway.terminate(*HERE, client.session_id)
    assert far.status(client.session_id) == "Terminating"
    assert far.gateway.sessions(*HERE, active=True) == []
    assert await client.ends() == ""
    await far.becomes(client.session_id, "Terminated")
    assert not any(map(lives, pids))
    assert not far.gateway.terminate(*HERE, client.session_id)


async def test_only_its_own_account_and_region_reach_a_session(far: FarSide) -> None:
    issued = far.start()
    assert not far.gateway.terminate("999999999999", NODE.region, issued.session_id)
    assert far.gateway.resume(NODE.account, "us-east-1", issued.session_id) is None
    assert far.gateway.terminate(*HERE, issued.session_id)
    assert not far.gateway.terminate(*HERE, "nobody-0")
    assert await refused(far, issued.stream_url, opening(issued.token))


async def test_a_shell_that_ends_takes_its_background_along(far: FarSide) -> None:
    client, pids = await busy_shell(far)
    client.send(b"exit\r")
    assert await client.ends() == ""
    assert not any(map(lives, pids))


async def test_a_machine_that_is_gone_ends_its_sessions_with_a_word(far: FarSide) -> None:
    here, there = await far.client(), await far.client(machine=OTHER)
    await here.says(b"$ ")
    await there.says(b"$ ")
    far.gateway.lost(*HERE, NODE.target)
    assert NODE.target in await here.ends()
    there.send(b"echo al''ive\r")
    await there.says(b"alive")


async def test_the_socket_stays_open_for_a_moment_after_the_end(far: FarSide) -> None:
    client = await far.client("AWS-StartInteractiveCommand", command="echo done")
    await client.ends()
    started = now()
    message = await client.socket.receive()
    assert message.type is aiohttp.WSMsgType.CLOSE
    assert now() - started > 0.2


async def test_a_session_that_nobody_connects_to_is_dropped() -> None:
    async with far_side(replace(AT_ONCE, connect_timeout=0.02)) as far:
        issued = far.start()
        await far.becomes(issued.session_id, "Terminated")
        assert far.gateway.resume(*HERE, issued.session_id) is None


async def test_history_and_the_number_of_sessions_are_bounded() -> None:
    async with far_side(replace(AT_ONCE, history=5, most_sessions=3)) as far:
        for _ in range(12):
            session_id = far.start().session_id
            far.gateway.terminate(*HERE, session_id)
            await far.becomes(session_id, "Terminated")
        assert len(far.gateway.sessions(*HERE, active=False)) <= 6
        for _ in range(3):
            far.start()
        with pytest.raises(Fault, match="Too many"):
            far.start()


async def test_close_leaves_no_process_no_port_and_no_file() -> None:
    async with far_side() as far:
        shell, pids = await busy_shell(far)
        shell.send(b"setsid sleep 4321 & echo $HOME > where; echo no''ted\r")
        await shell.says(b"noted")
        where = await far.client("AWS-StartInteractiveCommand", command="cat where")
        await where.ends()
        home = Path(where.output.decode().strip())
        root = home.parent.parent
        assert root.stat().st_mode & 0o777 == 0o700
        tunnel = await far.client(FORWARD, portNumber="8080")
        await tunnel.until(lambda: tunnel.channel.ready)
        tunnels = Tunnels(tunnel)
        stream = tunnels.open(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await tunnels.until(lambda: tunnels.received[stream])
        fled = processes_with(b"sleep\x004321")
        assert fled
        ports = far.gateway._office._services._listening
        (port,) = [service.port for service in ports.values()]
        await far.gateway.close()
        assert not any(map(lives, [*pids, *fled]))
        assert not root.exists()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        assert far.gateway.sessions(*HERE, active=True) == []
        assert await shell.ends() == "The service is shutting down."


async def test_a_shell_of_ecs_ends_like_any_other(far: FarSide) -> None:
    client = await far.client(machine=SMALL, ecs_command="sh")
    await client.says(b"# ")
    client.send(b"exit\r")
    assert await client.ends() == ""
