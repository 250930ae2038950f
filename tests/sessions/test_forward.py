"""Forwards: real local connections, through an agent in memory."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, Peer, PortPeer, settle
from tests.sessions.programs import connect, leave, record
from tui.errors import ConnectionLost, PortTaken, ProtocolTrouble, SessionTrouble, Unsupported
from tui.model.session import SessionKind, SessionState
from tui.protocol import handshake
from tui.protocol.message import Flag
from tui.sessions.engine import Engine
from tui.sessions.forward import (
    HANDSHAKE_SECONDS,
    TO_REMOTE_HOST,
    TO_TARGET,
    port_wish,
)
from tui.sessions.resuming import SessionOver


async def test_bytes_go_through_and_come_back(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web", address="prod/eu-west-1/i-1")
    reader, writer = await connect(forward)
    data = Random(1).randbytes(300_000)
    writer.write(data)
    assert await reader.readexactly(len(data)) == data
    assert bytes(agents[0].streams[3]) == data
    await world.clock.advance(1)
    seen = record(world)
    assert (seen.sent, seen.received, seen.connections) == (len(data), len(data), 1)
    assert (seen.remote_port, seen.state, seen.title) == (80, SessionState.OPEN, "web")
    assert seen.local == f"127.0.0.1:{forward.port}"
    await leave((reader, writer))


async def test_the_kind_and_number_are_in_the_store(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    forward = await engine.forward(PORT, title="win", kind=SessionKind.DESKTOP)
    (session,) = world.store.sessions()
    assert session.kind is SessionKind.DESKTOP
    assert session.number == record(world).number == forward.live.number


async def test_closing_ends_the_port_the_connections_and_the_session(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    forward = await engine.forward(PORT, title="web")
    reader, writer = await connect(forward)
    writer.write(b"hello")
    await reader.readexactly(5)
    ending = await forward.close()
    assert ending.clean
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)  # no orderly end: what was on its way is missing
    await settle()
    with pytest.raises(ConnectionRefusedError):
        await connect(forward)
    assert world.peer.flags == [Flag.TERMINATE_SESSION]
    assert world.aws.terminated == ["s-1"]
    assert record(world).state is SessionState.CLOSED
    writer.close()


async def test_a_port_that_is_taken_costs_no_session(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    first = await engine.forward(PORT, title="web")
    with pytest.raises(PortTaken, match=str(first.port)):
        await engine.forward(PORT, title="web", local_port=first.port)
    assert len(world.aws.wishes) == 1


async def test_the_port_is_free_again_at_once(engine: Engine, agents: list[PortPeer]) -> None:
    del agents
    first = await engine.forward(PORT, title="web")
    program = await connect(first)
    await first.close()
    await settle()
    second = await engine.forward(PORT, title="web", local_port=first.port)
    assert second.port == first.port
    await leave(program)


async def test_when_nothing_listens_there_the_connection_ends_and_the_record_says_why(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    agents[0].refuses = True
    reader, writer = await connect(forward)
    assert await reader.read() == b""
    assert record(world).trouble == "Nothing listens on port 80 of web."
    assert record(world).state is SessionState.OPEN
    await leave((reader, writer))


async def test_counters_reach_the_store_at_most_five_times_a_second(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    heard: list[int] = []
    forward = await engine.forward(PORT, title="web")
    world.store.listen(lambda change: heard.append(1) if change.forwards else None)
    heard.clear()
    reader, writer = await connect(forward)
    for _ in range(50):
        writer.write(b"x")
        await reader.readexactly(1)
    assert heard == []
    await world.clock.advance(1)
    assert len(heard) == 1
    await leave((reader, writer))


async def test_nonsense_from_the_agent_ends_the_forward_with_a_word(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    forward = await engine.forward(PORT, title="web")
    world.peer.say(b"\xff" * 16)
    ending = await forward.wait()
    assert isinstance(ending.trouble, ProtocolTrouble)
    await settle()
    assert record(world).trouble == ending.reason
    assert world.aws.active == set()


async def test_a_connection_that_cannot_be_restored_ends_the_forward(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    forward = await engine.forward(PORT, title="web")
    program = await connect(forward)
    world.aws.active.clear()
    world.peer.cut()
    ending = await world.clock.pass_until(forward.wait())
    assert isinstance(ending.trouble, SessionOver)
    await settle()
    assert record(world).state is SessionState.CLOSED
    program[1].transport.abort()


def port_agent(version: str = "3.3.0.0", **properties: str) -> Callable[[Peer], object]:
    return lambda peer: PortPeer(peer, version, **properties)


def shell_agent(peer: Peer) -> None:
    peer.on_open = lambda: peer.say(b"$ ")


def refusing_agent(peer: Peer) -> None:
    peer.on_open = lambda: peer.close_channel(
        "Forwarding to IP address 169.254.169.254 is forbidden."
    )


def wrong_type_agent(peer: Peer) -> None:
    action = handshake.Action(handshake.SESSION_TYPE_ACTION, {"SessionType": "Tea"})
    peer.on_open = lambda: peer.request(action)


@pytest.mark.parametrize(
    ("make", "trouble", "word"),
    [
        (port_agent(type="nothing"), Unsupported, "ssh"),
        (shell_agent, Unsupported, "Standard_Stream"),
        (refusing_agent, SessionTrouble, "forbidden"),
        (wrong_type_agent, Unsupported, "Tea"),
    ],
)
async def test_what_cannot_be_forwarded_is_refused_and_terminated(
    world: World,
    engine: Engine,
    make: Callable[[Peer], object],
    trouble: type[SessionTrouble],
    word: str,
) -> None:
    world.make = make
    with pytest.raises(trouble, match=word):
        await engine.forward(PORT, title="web")
    assert engine.open == {}
    assert world.aws.active <= {"s-1"} if make is refusing_agent else world.aws.active == set()
    assert record(world).state is SessionState.CLOSED


async def test_an_agent_that_says_nothing_is_not_waited_for_forever(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert HANDSHAKE_SECONDS == 30
    monkeypatch.setattr("tui.sessions.forward.HANDSHAKE_SECONDS", 0)
    world.make = lambda peer: None
    with pytest.raises(ConnectionLost, match="said nothing"):
        await engine.forward(PORT, title="web")
    assert world.aws.active == set()


async def test_an_old_agent_is_kept_alive(world: World, engine: Engine) -> None:
    world.make = port_agent("3.1.1000.0")
    await engine.forward(PORT, title="web")
    await world.clock.advance(35)
    nop = b"\x01\x03\x00\x00\x00\x00\x00\x00"
    assert bytes(world.peer.heard) == 4 * nop


async def test_a_session_that_turns_out_to_be_a_port_is_served(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    del agents
    live = await engine.session(PORT, title="i-1")
    opened = await live.opened()
    assert opened is not None
    assert opened.session_type == "Port"
    forward = await engine.serve(live)
    reader, writer = await connect(forward)
    writer.write(b"echo")
    assert await reader.readexactly(4) == b"echo"
    assert world.store.sessions()[0].kind is SessionKind.FORWARD
    await leave((reader, writer))


@pytest.mark.parametrize("steps", range(0, 90, 5))
async def test_cancelled_anywhere_a_forward_leaves_nothing(
    world: World, agents: list[PortPeer], steps: int
) -> None:
    del agents

    async def use() -> None:
        async with world.engine() as engine:
            forward = await engine.forward(PORT, title="web")
            with socket.create_connection(("127.0.0.1", forward.port)):
                await forward.wait()

    await cancelled_after(use(), steps)
    assert world.aws.active == set()
    assert all(peer.closed for peer in world.peers)


async def cancelled_after(work: Awaitable[None], steps: int) -> None:
    async def run() -> None:
        await work

    async with asyncio.TaskGroup() as group:
        running = group.create_task(run())
        await asyncio.sleep(0)
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()


def test_the_wish_for_a_port() -> None:
    direct = port_wish(PORT, 443)
    assert (direct.document, direct.parameters) == (TO_TARGET, {"portNumber": ["443"]})
    behind = port_wish(PORT, 5432, "db.internal")
    assert behind.document == TO_REMOTE_HOST
    assert behind.parameters == {"portNumber": ["5432"], "host": ["db.internal"]}
