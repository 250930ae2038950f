"""A lost connection is noticed, resumed, and the session goes on where it was; time is virtual."""

import asyncio
from random import Random

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, SHELL, Peer, PortPeer, settle
from tui.errors import LoginExpired, ProtocolTrouble, SessionTrouble, Unreachable
from tui.model.session import SessionRecord, SessionState
from tui.protocol import handshake
from tui.protocol.gateway import publication_message
from tui.protocol.message import MessageType
from tui.sessions.carrier import HIGH_WATER, MOST_NOISE
from tui.sessions.engine import Engine
from tui.sessions.live import Live
from tui.sessions.pulse import BRIEF_PATIENCE, GLANCE, HANDSHAKE_SECONDS, PATIENCE
from tui.sessions.resuming import PATIENCE as LONGEST_TRYING
from tui.sessions.resuming import SessionOver

NOTICED = 15.0
"""Seconds within which a lost connection is to be noticed."""


def record(world: World) -> SessionRecord:
    return world.store.sessions()[0]


def prompting(peer: Peer) -> None:
    peer.on_open = lambda: peer.say(b"$ ")


async def shell(world: World, engine: Engine, seen: bytearray | None = None) -> Live:
    """A shell that only listens, with its prompt read and every answer in."""
    world.make = prompting
    on_output = (bytearray() if seen is None else seen).extend
    live = await engine.shell(SHELL, title="app", size=(80, 24), on_output=on_output)
    await world.clock.advance(PATIENCE + GLANCE)
    return live


async def becomes(world: World, state: SessionState, within: float) -> None:
    end = world.clock.now + within
    while record(world).state is not state:
        assert world.clock.now < end, f"not {state} within {within} s"
        await world.clock.advance(0.05)


async def test_after_a_cut_the_shell_goes_on_with_nothing_lost_or_doubled(
    world: World, engine: Engine
) -> None:
    seen = bytearray()
    live = await shell(world, engine, seen)
    live.send(b"before ")
    world.peer.say(b"one ")
    await settle()
    world.peer.cut()
    live.send(b"during ")
    await settle()
    assert record(world).state is SessionState.RECONNECTING
    await becomes(world, SessionState.OPEN, 1.0)
    live.send(b"after")
    world.peer.say(b"two")
    await world.clock.advance(2)
    assert bytes(world.peer.heard) == b"before during after"
    assert bytes(seen) == b"$ one two"
    assert world.peer.token == "token-1"
    assert world.peer.sizes == [(80, 24)]
    assert (record(world).attempts, record(world).trouble) == (0, "")


@pytest.mark.parametrize("seed", range(6))
async def test_cut_again_and_again_on_a_bad_wire_everything_arrives_once(
    world: World, engine: Engine, seed: int
) -> None:
    world.seed = seed
    seen = bytearray()
    live = await shell(world, engine, seen)
    die = Random(seed)
    up, down = die.randbytes(60_000), die.randbytes(60_000)
    for start in range(0, 60_000, 1000):
        live.send(up[start : start + 1000])
        world.peer.say(down[start : start + 1000])
        await world.clock.advance(die.uniform(0, 0.3))
        if die.random() < 0.08:
            world.peer.cut()
    while live.buffered or len(seen) < len(down) + 2:
        await world.clock.advance(0.5)
    assert bytes(world.peer.heard) == up
    assert bytes(seen) == b"$ " + down
    assert world.aws.resumptions > 0


async def test_a_half_open_connection_is_noticed_within_15_s_of_activity(
    world: World, engine: Engine
) -> None:
    live = await shell(world, engine)
    world.peer.silent = True
    live.send(b"is anybody there?")
    await becomes(world, SessionState.RECONNECTING, NOTICED)
    await becomes(world, SessionState.OPEN, 1.0)
    await settle()
    assert bytes(world.peer.heard) == b"is anybody there?"


async def test_it_is_noticed_also_while_the_writer_is_stuck(world: World, engine: Engine) -> None:
    live = await shell(world, engine)

    async def stuck(frame: bytes | str) -> None:
        await asyncio.Event().wait()

    world.peer.silent = True
    world.peer.send = stuck  # type: ignore[method-assign]
    live.send(b"x")
    await becomes(world, SessionState.RECONNECTING, NOTICED)
    del world.peer.send
    await becomes(world, SessionState.OPEN, 1.0)


async def test_a_quiet_half_open_connection_is_noticed_by_the_slow_ping(
    world: World, engine: Engine
) -> None:
    await shell(world, engine)
    world.peer.silent = True
    await becomes(world, SessionState.RECONNECTING, 90.0)


async def test_who_wakes_up_from_sleep_asks_at_once(world: World, engine: Engine) -> None:
    await shell(world, engine)
    world.peer.silent = True
    world.clock.slept += 8 * 3600
    await becomes(world, SessionState.RECONNECTING, GLANCE + BRIEF_PATIENCE + 0.1)


async def test_a_sleep_that_the_connection_survived_changes_nothing(
    world: World, engine: Engine
) -> None:
    await shell(world, engine)
    pings = world.peer.pings
    world.clock.slept += 3600
    await world.clock.advance(2 * GLANCE)
    assert world.peer.pings == pings + 1
    assert world.aws.resumptions == 0


async def test_what_is_not_read_on_purpose_is_not_missed(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    live.pause()
    live.send(b"x")
    await world.clock.advance(600)
    assert world.aws.resumptions == 0
    live.resume()
    await world.clock.advance(1)
    assert live.buffered == 0


async def test_it_tries_for_minutes_and_tells_why_it_must(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    world.aws.resume_refusal = LoginExpired("The login has expired.")
    world.peer.cut()
    live.send(b"typed meanwhile")
    await world.clock.advance(0.95 * LONGEST_TRYING)
    assert record(world).state is SessionState.RECONNECTING
    assert record(world).trouble == "The login has expired."
    assert record(world).attempts > 100
    assert record(world).next_try * 1000 > world.clock.wall_ms() - 1
    world.aws.resume_refusal = None
    await becomes(world, SessionState.OPEN, 12.0)
    await settle()
    assert bytes(world.peer.heard) == b"typed meanwhile"


async def test_patience_ends(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    world.dial_trouble = Unreachable("No network.")
    world.peer.cut()
    ending = await world.clock.pass_until(live.wait(), limit=LONGEST_TRYING + 60)
    assert isinstance(ending.trouble, SessionTrouble)
    assert "20 minutes" in ending.reason
    assert "No network" in ending.trouble.hint
    assert world.aws.active == set()


async def test_tries_come_fast_at_first_and_then_seldom(world: World, engine: Engine) -> None:
    await shell(world, engine)
    world.dial_trouble = Unreachable("No network.")
    world.peer.cut()
    await world.clock.advance(1.5)
    soon = world.aws.resumptions
    assert 2 <= soon <= 4
    await world.clock.advance(60)
    assert soon + 6 <= world.aws.resumptions <= soon + 16


async def test_a_gateway_that_takes_connections_only_to_drop_them_is_not_hammered(
    world: World, engine: Engine
) -> None:
    await shell(world, engine)
    world.peer.cut()

    def drop() -> None:
        world.peer.say(b"x")
        world.peer.cut()

    world.peer.on_return = drop
    await world.clock.advance(60)
    assert world.aws.resumptions < 20


async def test_when_aws_says_that_it_is_over_it_is(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    world.aws.active.clear()
    world.peer.cut()
    ending = await world.clock.pass_until(live.wait())
    assert isinstance(ending.trouble, SessionOver)
    assert "closed by AWS (idle or terminated)" in record(world).ended
    assert world.aws.terminated == []  # there is nothing left to terminate


async def test_it_can_be_closed_while_it_is_away(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    world.aws.resume_refusal = Unreachable("No network.")
    world.peer.cut()
    await world.clock.advance(30)
    ending = await live.close()
    assert ending.reason == "closed"
    assert world.aws.terminated == ["s-1"]


async def test_what_waits_for_the_connection_is_bounded(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    world.aws.resume_refusal = Unreachable("No network.")
    world.peer.cut()
    await settle()
    live.send(bytes(HIGH_WATER + 1))
    with pytest.raises(AssertionError, match="nothing came of it"):
        await world.clock.pass_until(live.drain(), limit=60)
    world.aws.resume_refusal = None
    await world.clock.pass_until(live.drain())
    assert live.buffered < HIGH_WATER


async def test_a_forward_says_so_too_and_goes_on(
    world: World, engine: Engine, agents: list[PortPeer]
) -> None:
    forward = await engine.forward(PORT, title="web")
    reader, writer = await asyncio.open_connection("127.0.0.1", forward.port)
    writer.write(b"one")
    assert await reader.readexactly(3) == b"one"
    world.peer.cut()
    writer.write(b"two")
    await settle()
    assert world.store.forwards()[0].state is SessionState.RECONNECTING
    assert await world.clock.pass_until(reader.readexactly(3)) == b"two"
    assert world.store.forwards()[0].state is SessionState.OPEN
    assert len(agents) == 1
    writer.transport.abort()
    await forward.close()


async def test_a_handshake_without_end_ends(world: World, engine: Engine) -> None:
    asked = handshake.session_type_action("Port", {"portNumber": "80"})
    world.make = lambda peer: setattr(peer, "on_open", lambda: peer.request(asked))
    live = await engine.session(PORT, title="web")
    ending = await world.clock.pass_until(live.wait(), limit=2 * HANDSHAKE_SECONDS)
    assert isinstance(ending.trouble, ProtocolTrouble)
    assert "handshake" in ending.reason


async def test_noise_without_end_ends(world: World, engine: Engine) -> None:
    live = await shell(world, engine)
    noise = publication_message(MessageType.PAUSE, date_ms=1)
    for count in range(MOST_NOISE + 1):
        world.peer.raw("noise" if count % 2 else noise)
    ending = await live.wait()
    assert isinstance(ending.trouble, ProtocolTrouble)
    assert "noise" in ending.reason


async def test_noise_between_words_is_overheard(world: World, engine: Engine) -> None:
    seen = bytearray()
    await shell(world, engine, seen)
    for _ in range(2):
        for _ in range(MOST_NOISE - 1):
            world.peer.raw("noise")
        await settle()
        world.peer.say(b"word")
        await settle()
    assert bytes(seen) == b"$ wordword"
