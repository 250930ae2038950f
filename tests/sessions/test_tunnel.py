"""Connections in a tunnel: each for itself, none of them a burden to the others."""

import asyncio
import socket
import struct
from random import Random
from typing import cast

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, PortPeer, settle
from tests.sessions.programs import connect, leave, record, spin, until
from tui.model.session import SessionState
from tui.sessions.connection import MOST_KEPT, PATIENCE
from tui.sessions.engine import Engine
from tui.sessions.tunnel import BEHIND, HOLD_SECONDS, Tunnel


async def test_connections_are_independent(engine: Engine, agents: list[PortPeer]) -> None:
    forward = await engine.forward(PORT, title="web")
    programs = [await connect(forward) for _ in range(5)]
    for number, (_, writer) in enumerate(programs):
        writer.write(str(number).encode() * 1000)
    for number, (reader, _) in enumerate(programs):
        assert await reader.readexactly(1000) == str(number).encode() * 1000
    assert sorted(agents[0].streams) == [3, 5, 7, 9, 11]
    await leave(*programs)


async def test_the_remote_end_comes_after_all_its_data(
    engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    agents[0].on_chunk = lambda stream, data: None
    reader, writer = await connect(forward)
    writer.write(b"GET")
    await until(lambda: bytes(agents[0].streams.get(3, b"")) == b"GET")
    answer = Random(2).randbytes(100_000)
    agents[0].answer(3, answer)
    agents[0].finish(3)
    assert await reader.read() == answer
    await leave((reader, writer))


async def test_a_program_that_has_finished_sending_still_gets_its_answer(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    agents[0].on_chunk = lambda stream, data: None
    reader, writer = await connect(forward)
    writer.write(b"all of it")
    writer.write_eof()
    await until(lambda: bytes(agents[0].streams.get(3, b"")) == b"all of it")
    await world.clock.advance(PATIENCE.unanswered - 1)
    assert agents[0].finished == []
    agents[0].answer(3, b"late ")
    await until(lambda: forward.live.buffered == 0)
    assert await reader.readexactly(5) == b"late "
    await world.clock.advance(PATIENCE.unanswered - 1)
    agents[0].answer(3, b"answer")
    agents[0].finish(3)
    assert await reader.read() == b"answer"
    await leave((reader, writer))


async def test_a_program_that_left_after_its_answer_is_not_waited_for_long(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    reader, writer = await connect(forward)
    writer.write(b"x")
    await reader.readexactly(1)
    writer.close()
    await until(lambda: not forward.live.buffered)
    await spin()
    await world.clock.advance(PATIENCE.answered - 1)
    assert agents[0].finished == []
    await world.clock.advance(1.1)
    await until(lambda: agents[0].finished == [3])


async def test_a_program_that_was_killed_frees_its_stream_at_once(
    engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    _, writer = await connect(forward)
    await until(lambda: 3 in agents[0].streams)
    plain = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    await until(lambda: agents[0].finished == [3])


async def test_a_slow_program_slows_the_session_down_and_loses_nothing(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    agents[0].on_chunk = lambda stream, data: None
    reader, writer = await connect(forward)
    await until(lambda: 3 in agents[0].streams)
    cast(asyncio.Transport, writer.transport).pause_reading()
    data = Random(4).randbytes(3 * MOST_KEPT)
    for at in range(0, len(data), 65_536):
        agents[0].answer(3, data[at : at + 65_536])
    agents[0].finish(3)
    await spin()
    await world.clock.advance(HOLD_SECONDS / 2)
    assert BEHIND < record(world).received < len(data)
    cast(asyncio.Transport, writer.transport).resume_reading()
    assert await reader.read() == data
    assert record(world).trouble == ""
    await leave((reader, writer))


async def test_a_program_that_does_not_read_is_cut_off_and_stalls_nobody(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    agents[0].on_chunk = lambda stream, data: None
    slow, good = await connect(forward), await connect(forward)
    cast(asyncio.Transport, slow[1].transport).pause_reading()
    await until(lambda: len(agents[0].streams) == 2)
    for _ in range(3 * MOST_KEPT // 65_536):
        agents[0].answer(3, bytes(65_536))
        await settle()
        await world.clock.advance(HOLD_SECONDS / 4)
        if agents[0].finished:
            break
    assert agents[0].finished == [3]
    assert "unread" in record(world).trouble
    agents[0].answer(5, b"still here")
    assert await good[0].readexactly(10) == b"still here"
    assert record(world).state is SessionState.OPEN
    slow[1].transport.abort()
    await leave(good)


async def test_uploads_are_held_back_while_the_target_takes_nothing(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    agents[0].on_chunk = lambda stream, data: None
    world.peer.deaf = True
    programs = [await connect(forward) for _ in range(20)]
    for _, writer in programs:
        writer.write(bytes(1_000_000))
    await spin()
    assert forward.live.buffered < 2_000_000
    world.peer.deaf = False

    def arrived() -> bool:
        streams = agents[0].streams.values()
        return len(streams) == 20 and all(len(got) == 1_000_000 for got in streams)

    while not arrived():
        await world.clock.advance(0.05)
    await leave(*programs)


async def test_too_many_connections_are_turned_away(
    world: World, engine: Engine, agents: list[PortPeer], monkeypatch: pytest.MonkeyPatch
) -> None:
    del agents
    forward = await engine.forward(PORT, title="web")
    assert isinstance(forward._tunnel, Tunnel)
    monkeypatch.setattr(forward._tunnel._mux, "_most_streams", 2)
    programs = [await connect(forward) for _ in range(2)]
    await spin()
    extra = await connect(forward)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await extra[0].readexactly(1)
    assert "2 connections" in record(world).trouble
    await leave(*programs)
    extra[1].transport.abort()
