"""What flows through a session: order, bounds, back-pressure, the last size, the first word."""

from random import Random

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import SHELL, Peer, settle
from tui.errors import NotAllowed, SessionTrouble
from tui.protocol import handshake
from tui.protocol.message import PayloadType
from tui.sessions.carrier import HARD_BOUND, HIGH_WATER, LOW_WATER
from tui.sessions.engine import Engine
from tui.sessions.pulse import PING_SECONDS


def prompting(peer: Peer) -> None:
    """A shell that says its prompt and then only listens."""
    peer.on_open = lambda: peer.say(b"$ ")


@pytest.mark.parametrize("seed", range(8))
async def test_over_a_bad_wire_nothing_is_lost_doubled_or_out_of_order(
    world: World, engine: Engine, seed: int
) -> None:
    world.seed, world.make = seed, prompting
    seen = bytearray()
    live = await engine.shell(SHELL, title="app", on_output=seen.extend)
    await settle()
    up, down = Random(seed).randbytes(120_000), Random(seed + 100).randbytes(60_000)
    for start in range(0, len(down), 1000):
        world.peer.say(down[start : start + 1000])
    for start in range(0, len(up), 5000):
        live.send(up[start : start + 5000])
        await world.clock.pass_until(live.drain())
    while live.buffered or len(seen) < len(down) + 2:
        await world.clock.advance(0.1)
    assert bytes(world.peer.heard) == up
    assert bytes(seen) == b"$ " + down


async def test_drain_waits_while_the_target_takes_nothing(world: World, engine: Engine) -> None:
    world.make = prompting
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.peer.deaf = True
    live.send(bytes(HIGH_WATER + 1))
    with pytest.raises(AssertionError, match="nothing came of it"):
        await world.clock.pass_until(live.drain(), limit=20)
    assert live.buffered > HIGH_WATER
    world.peer.deaf = False
    await world.clock.pass_until(live.drain())
    assert live.buffered <= LOW_WATER


async def test_only_a_window_of_what_was_sent_is_on_its_way(world: World, engine: Engine) -> None:
    world.make = prompting
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.peer.deaf = True
    live.send(bytes(4 * HIGH_WATER))
    await settle()
    assert 4 * HIGH_WATER < live.buffered < 5 * HIGH_WATER
    world.peer.deaf = False
    while live.buffered:
        await world.clock.advance(0.1)
    assert len(world.peer.heard) == 4 * HIGH_WATER


async def test_who_ignores_drain_is_stopped_with_a_word(world: World, engine: Engine) -> None:
    world.make = prompting
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.peer.deaf = True
    for _ in range(HARD_BOUND // 65536 + 1):
        live.send(bytes(65536))
    ending = await live.wait()
    assert isinstance(ending.trouble, SessionTrouble)
    assert "8 MiB" in ending.reason
    assert world.aws.active == set()
    await live.drain()


async def test_a_paused_session_takes_nothing_and_goes_on_where_it_was(
    world: World, engine: Engine
) -> None:
    seen = bytearray()
    live = await engine.shell(SHELL, title="app", on_output=seen.extend)
    await settle()
    live.pause()
    world.peer.say(b"one")  # the reader was waiting already: this one still comes
    await settle()
    world.peer.say(b"two")
    await settle()
    assert bytes(seen) == b"$ one"
    live.resume()
    await settle()
    assert bytes(seen) == b"$ onetwo"


async def test_of_many_sizes_the_last_one_is_sent(world: World, engine: Engine) -> None:
    live = await engine.shell(SHELL, title="app", size=(80, 24))
    await settle()
    for columns in range(81, 120):
        live.resize(columns, 50)
    await settle()
    assert world.peer.sizes == [(80, 24), (119, 50)]


async def test_keys_typed_before_the_first_word_are_held_and_come_after_the_size(
    world: World, engine: Engine
) -> None:
    world.make = lambda peer: None
    live = await engine.shell(SHELL, title="app", size=(80, 24))
    live.send(b"early")
    await world.clock.advance(3)
    assert world.peer.payloads == []
    world.peer.say(b"$ ")
    await settle()
    assert world.peer.payloads == [b'{"cols":80,"rows":24}', b"early"]


async def test_a_silent_target_can_be_spoken_to_first(world: World, engine: Engine) -> None:
    world.make = lambda peer: None
    live = await engine.shell(SHELL, title="app")
    live.send(b"input of a silent command")
    assert await live.opened(within=0) is None
    live.speak_first()
    await settle()
    assert bytes(world.peer.heard) == b"input of a silent command"
    world.peer.say(b"answer")
    opened = await live.opened()
    assert opened is not None
    assert opened.session_type == handshake.SHELL


async def test_spoken_to_too_early_a_target_may_still_want_a_handshake(
    world: World, engine: Engine
) -> None:
    world.make = lambda peer: None
    live = await engine.shell(SHELL, title="app")
    live.speak_first()
    await settle()
    world.peer.request(handshake.session_type_action(handshake.NON_INTERACTIVE, None))
    await settle()
    live.send(b"later")
    await settle()
    assert bytes(world.peer.heard) == b""
    done = handshake.HandshakeComplete().encode()
    world.peer.say(done, PayloadType.HANDSHAKE_COMPLETE)
    await settle()
    assert bytes(world.peer.heard) == b"later"


async def test_without_a_key_an_encrypted_session_ends_and_the_agent_hears_of_it(
    world: World, engine: Engine
) -> None:
    world.aws.key = NotAllowed("You may not.")
    action = handshake.Action(handshake.ENCRYPTION_ACTION, {"KMSKeyId": "arn:aws:kms:k"})

    def ask(peer: Peer) -> None:
        peer.on_open = lambda: peer.request(action)

    world.make = ask
    live = await engine.shell(SHELL, title="app")
    ending = await live.wait()
    assert ending.reason == "You may not."
    assert world.aws.keys == [("s-1", "arn:aws:kms:k", "")]
    (response,) = world.peer.responses
    assert not response.accepted
    assert world.aws.active == set()


async def test_standard_error_and_the_exit_status_are_told_apart(
    world: World, engine: Engine
) -> None:
    out, err = bytearray(), bytearray()
    live = await engine.session(SHELL, title="app", on_output=out.extend, on_stderr=err.extend)
    await settle()
    world.peer.say(b"oops", PayloadType.STDERR)
    world.peer.say(b"EXIT_CODE: 7", PayloadType.EXIT_CODE)
    world.peer.close_channel()
    assert (await live.wait()).exit_code == 7
    assert (bytes(out), bytes(err)) == (b"$ ", b"oops")
    assert world.store.sessions()[0].exit_code == 7


async def test_an_idle_session_pings(world: World, engine: Engine) -> None:
    await engine.shell(SHELL, title="app")
    await world.clock.advance(3.5 * PING_SECONDS)
    assert world.peer.pings == 5  # at the start, after the first output, and then each minute


async def test_an_agent_that_is_gone_is_given_up(world: World, engine: Engine) -> None:
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.peer.deaf = True
    live.send(b"hello?")
    ending = await world.clock.pass_until(live.wait(), limit=1000)
    assert "not acknowledged" in ending.reason
    assert world.aws.active == set()


async def test_after_the_end_sending_does_nothing(world: World, engine: Engine) -> None:
    live = await engine.shell(SHELL, title="app")
    await live.close()
    live.send(bytes(HARD_BOUND + 1))
    live.resize(1, 1)
    live.pause()
    live.resume()
    live.hang_up()
    await live.drain()
    assert (await live.wait()).reason == "closed"
