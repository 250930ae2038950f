"""Forwards through old agents: one connection after the other, raw bytes."""

from hashlib import sha256
from random import Random

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, Peer, PortPeer, settle
from tests.sessions.programs import connect, leave, record, spin, until
from tui.protocol.message import Flag
from tui.sessions.connection import MOST_KEPT
from tui.sessions.engine import Engine
from tui.sessions.forward import Forward
from tui.sessions.one_by_one import MOST_WAITING, PATIENCE

DISCONNECT = int(Flag.DISCONNECT_TO_PORT)


@pytest.fixture
async def forward(world: World, engine: Engine) -> Forward:
    """One to an old agent, which says what it hears back."""

    def make(peer: Peer) -> None:
        PortPeer(peer, "2.3.50.0")
        peer.on_data = peer.say

    world.make = make
    return await engine.forward(PORT, title="web")


def silent(world: World) -> Peer:
    world.peer.on_data = lambda data: None
    return world.peer


async def test_bytes_go_through_raw(world: World, forward: Forward) -> None:
    assert not forward.multiplexed
    program = reader, writer = await connect(forward)
    data = Random(1).randbytes(300_000)
    writer.write(data)
    assert await reader.readexactly(len(data)) == data
    assert bytes(world.peer.heard) == data
    await world.clock.advance(1)
    assert (record(world).sent, record(world).received) == (len(data), len(data))
    await leave(program)


async def test_a_lone_newline_stays_one(world: World, forward: Forward) -> None:
    program = reader, writer = await connect(forward)
    writer.write(b"\n")
    assert await reader.readexactly(1) == b"\n"
    assert bytes(world.peer.heard) == b"\n"
    await leave(program)


async def test_between_two_connections_the_agent_is_told_to_hang_up(
    world: World, forward: Forward
) -> None:
    for word in (b"one", b"two"):
        program = reader, writer = await connect(forward)
        writer.write(word)
        assert await reader.readexactly(3) == word
        await leave(program)
        await spin()
        await world.clock.advance(PATIENCE.answered + 0.1)
        await until(lambda: forward.live.buffered == 0)
    assert world.peer.flags == [DISCONNECT, DISCONNECT]
    assert world.peer.payloads[-4:] == [
        b"one", DISCONNECT.to_bytes(4), b"two", DISCONNECT.to_bytes(4)
    ]  # fmt: skip


async def test_a_second_connection_waits_for_its_turn(world: World, forward: Forward) -> None:
    first = await connect(forward)
    first[1].write(b"first")
    assert await first[0].readexactly(5) == b"first"
    second = await connect(forward)
    second[1].write(b"second")
    await spin()
    assert bytes(world.peer.heard) == b"first"
    assert "others wait" in record(world).trouble
    await leave(first)
    await spin()
    await world.clock.advance(PATIENCE.answered + 0.1)
    assert await second[0].readexactly(6) == b"second"
    assert world.peer.payloads[-2:] == [DISCONNECT.to_bytes(4), b"second"]
    await leave(second)


async def test_what_the_last_connection_was_owed_does_not_reach_the_next(
    world: World, forward: Forward
) -> None:
    first = await connect(forward)
    first[1].write(b"first")
    assert await first[0].readexactly(5) == b"first"
    peer = silent(world)
    peer.deaf = True  # the flag is not acknowledged: the agent may still be at the old connection
    await leave(first)
    await spin()
    await world.clock.advance(PATIENCE.answered + 0.1)
    second = await connect(forward)
    second[1].write(b"second")
    await spin()
    peer.say(b"late answer to the first")
    await spin()
    peer.deaf = False
    await world.clock.advance(3)
    await until(lambda: bytes(peer.heard).endswith(b"second"))
    peer.say(b"answer")
    assert await second[0].readexactly(6) == b"answer"
    await leave(second)


async def test_a_server_that_speaks_first_is_heard_by_the_first_connection(
    world: World, forward: Forward
) -> None:
    peer = silent(world)
    peer.say(b"220 ready\r\n")
    await settle()
    program = reader, _ = await connect(forward)
    assert await reader.readexactly(11) == b"220 ready\r\n"
    await leave(program)


async def test_a_server_that_never_stops_speaking_waits_for_the_first_connection(
    world: World, forward: Forward
) -> None:
    peer = silent(world)
    data = Random(2).randbytes(1_000_000)
    for start in range(0, len(data), 1000):
        peer.say(data[start : start + 1000])
    await settle()
    await world.clock.advance(1)
    assert record(world).received < len(data)
    program = reader, _ = await connect(forward)
    assert sha256(await reader.readexactly(len(data))).digest() == sha256(data).digest()
    await leave(program)


async def test_a_program_that_does_not_read_holds_the_agent_back(
    world: World, forward: Forward
) -> None:
    peer = silent(world)
    program = reader, _ = await connect(forward)
    await spin()
    data = Random(3).randbytes(4 * MOST_KEPT)
    for start in range(0, len(data), 100_000):
        peer.say(data[start : start + 100_000])
    await spin()
    await world.clock.advance(1)
    assert MOST_KEPT < record(world).received < len(data)
    assert sha256(await reader.readexactly(len(data))).digest() == sha256(data).digest()
    await leave(program)


async def test_a_program_that_has_finished_sending_gets_its_answer(
    world: World, forward: Forward
) -> None:
    peer = silent(world)
    program = reader, writer = await connect(forward)
    writer.write(b"question")
    writer.write_eof()
    await until(lambda: bytes(peer.heard) == b"question")
    await world.clock.advance(PATIENCE.unanswered - 1)
    peer.say(b"answer")
    assert await reader.readexactly(6) == b"answer"
    assert peer.flags == []
    await spin()
    await world.clock.advance(PATIENCE.unanswered + 1)
    assert await reader.read() == b""
    await until(lambda: peer.flags == [DISCONNECT])
    await leave(program)


async def test_when_the_server_hangs_up_the_connection_stays_and_can_go_on(
    world: World, forward: Forward
) -> None:
    """The agent says nothing of it and connects again at the next input: PROTOCOL 13."""
    program = reader, writer = await connect(forward)
    writer.write(b"one")
    assert await reader.readexactly(3) == b"one"
    await world.clock.advance(600)
    writer.write(b"two")
    assert await reader.readexactly(3) == b"two"
    assert world.peer.flags == []
    await leave(program)


async def test_too_many_that_wait_are_refused_with_a_word(world: World, forward: Forward) -> None:
    programs = [await connect(forward) for _ in range(MOST_WAITING + 2)]
    await until(lambda: "refused" in record(world).trouble)
    assert await programs[-1][0].read() == b""
    for _, writer in programs:
        writer.transport.abort()


async def test_closing_drops_those_that_wait_too(world: World, forward: Forward) -> None:
    programs = [await connect(forward) for _ in range(3)]
    await spin()
    await forward.close()
    for reader, _ in programs:
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
    assert record(world).connections == 0
    for _, writer in programs:
        writer.transport.abort()
