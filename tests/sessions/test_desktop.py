"""Waiting for a desktop at the end of a tunnel, and for the end of the client that shows it."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from tests.sessions.programs import leave, until
from tui.demo.agents.rdp_service import confirm
from tui.errors import ConnectionLost, SessionTrouble, Unsupported
from tui.model.forward import ForwardRecord
from tui.model.session import SessionState
from tui.protocol.rdp import Confirm
from tui.sessions.desktop import TRIES, answering, until_over
from tui.sessions.desktop_client import Client, show
from tui.sessions.parting import Ending

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Tunnel:
    """A forward, as far as a desktop needs one; `answers` stands at its other end."""

    record: ForwardRecord
    ending: Ending | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> Ending:
        await self.over.wait()
        assert self.ending is not None
        return self.ending


@dataclass
class Far:
    """What answers, a connection each, the last for all further ones."""

    answers: list[Answer]
    asked: int = 0
    left: int = 0
    """Connections that are over."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        try:
            await answer(reader, writer)
        finally:
            await leave((reader, writer))
            self.left += 1


@asynccontextmanager
async def tunnel(far: Far) -> AsyncIterator[Tunnel]:
    server = await asyncio.start_server(far.serve, "127.0.0.1", 0)
    async with server:
        yield Tunnel(record_of(server.sockets[0].getsockname()[1]))
    await until(lambda: far.left == far.asked)


def record_of(port: int) -> ForwardRecord:
    return ForwardRecord(
        number=1,
        address="prod/eu-west-1/i-1",
        title="i-1",
        local_host="127.0.0.1",
        local_port=port,
        remote_port=3389,
        state=SessionState.OPEN,
    )


async def a_desktop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for octet in confirm(await reader.read(1024)):
        writer.write(bytes([octet]))
        await writer.drain()
    assert await reader.read() == b""


async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The agent found nobody listening there."""


async def ssh(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    await reader.read(1024)


async def test_a_desktop_answers() -> None:
    far = Far([a_desktop])
    async with tunnel(far) as one:
        assert await answering(one) == Confirm(login_first=False)
    assert far.asked == 1


async def test_a_desktop_that_starts_later_is_waited_for() -> None:
    far = Far([nothing, nothing, a_desktop])
    async with tunnel(far) as one:
        assert await answering(one, pause=0.0)
    assert far.asked == 3


async def test_waiting_has_an_end() -> None:
    far = Far([nothing])
    async with tunnel(far) as one:
        with pytest.raises(SessionTrouble, match=r"i-1 does not answer on port 3389.*enabled"):
            await answering(one, pause=0.0)
    assert far.asked == TRIES


async def test_another_service_is_not_waited_for() -> None:
    far = Far([ssh])
    async with tunnel(far) as one:
        with pytest.raises(Unsupported, match="Port 3389 of i-1 answers, but not as Remote"):
            await answering(one)
    assert far.asked == 1


async def test_a_tunnel_that_ends_is_not_waited_for() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = replace(
            record_of(unused.getsockname()[1]),
            state=SessionState.CLOSED,
            trouble="idle for 20 minutes",
        )
        with pytest.raises(SessionTrouble, match="The tunnel ended: idle for 20 minutes"):
            await answering(Tunnel(closed))


def sleeper(*code: str) -> Client:
    return Client((sys.executable, "-c", "\n".join(code)))


async def test_the_clients_status_is_told() -> None:
    showing = await show(sleeper("raise SystemExit(7)"))
    assert await until_over(showing, Tunnel(record_of(1))) == 7


async def test_a_client_goes_with_its_tunnel() -> None:
    broken = Tunnel(record_of(1), Ending("lost", trouble=ConnectionLost("The network went.")))
    showing = await show(sleeper("import time; time.sleep(600)"))
    broken.over.set()
    with pytest.raises(ConnectionLost, match="The network went"):
        await until_over(showing, broken)
    assert await showing.wait() < 0


async def test_a_client_goes_when_nobody_waits_any_more() -> None:
    showing = await show(sleeper("import time; time.sleep(600)"))
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(until_over(showing, Tunnel(record_of(1))))
        await asyncio.sleep(0)
        waiting.cancel()
    assert await showing.wait() < 0
