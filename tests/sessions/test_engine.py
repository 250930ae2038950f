"""Sessions from the wish to the end, over a wire in memory."""

import asyncio

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, SHELL, Peer, settle
from tui.errors import AgentOffline, NotAllowed, ProtocolTrouble, SessionTrouble, Unreachable
from tui.model.session import SessionState
from tui.model.store import Change
from tui.protocol import handshake
from tui.protocol.message import PayloadType
from tui.sessions.engine import MOST_CLOSED, Engine
from tui.sessions.parting import Ending


async def test_a_shell_is_connected_with_its_token_and_repeats_what_is_typed(
    world: World, engine: Engine
) -> None:
    seen = bytearray()
    live = await engine.shell(SHELL, title="app", size=(132, 43), on_output=seen.extend)
    await settle()
    live.send(b"ls\r")
    await settle()
    assert bytes(seen) == b"$ ls\r"
    assert world.peer.token == "secret-token"
    assert world.peer.sizes == [(132, 43)]


async def test_the_store_follows_a_session_through_its_life(world: World, engine: Engine) -> None:
    states: list[SessionState] = []

    def listen(change: Change) -> None:
        states.extend(record.state for record in world.store.sessions() if change.sessions)

    world.store.listen(listen)
    live = await engine.shell(SHELL, title="app", address="prod/eu-west-1/payments/api/3f2a/app")
    await settle()
    live.send(b"exit\r")
    ending = await live.wait()
    assert states[0] is SessionState.OPENING
    assert states[-2:] == [SessionState.OPEN, SessionState.CLOSED]
    (record,) = world.store.sessions()
    assert (record.number, record.session_id, record.title) == (1, "s-1", "app")
    assert record.address == "prod/eu-west-1/payments/api/3f2a/app"
    assert record.ended == ending.reason == "closed by the remote side"


async def test_what_the_remote_side_closed_is_not_terminated_again(
    world: World, engine: Engine
) -> None:
    live = await engine.shell(SHELL, title="app")
    await settle()
    live.send(b"exit\r")
    assert (await live.wait()).clean
    assert world.aws.terminated == []
    assert world.peer.closed


async def test_the_remote_sides_own_words_end_up_in_the_ending(
    world: World, engine: Engine
) -> None:
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.peer.close_channel("The machine was stopped.")
    ending = await live.wait()
    assert ending.reason == "The machine was stopped."
    assert not ending.clean


async def test_closing_terminates_at_aws_and_closes_the_socket_once(
    world: World, engine: Engine
) -> None:
    live = await engine.shell(SHELL, title="app")
    endings = await asyncio.gather(live.close(), live.close())
    await live.close()
    assert world.aws.terminated == ["s-1"]
    assert world.peer.closed
    assert endings[0] == endings[1] == Ending("closed")


async def test_leaving_the_engine_closes_everything(world: World) -> None:
    ended: list[Ending] = []
    async with world.engine() as engine:
        for title in ("one", "two", "three"):
            await engine.shell(SHELL, title=title, on_end=ended.append)
        assert list(engine.open) == [1, 2, 3]
    assert world.aws.active == set()
    assert len(ended) == 3
    assert engine.open == {}
    assert {r.state for r in world.store.sessions()} == {SessionState.CLOSED}


async def test_a_bug_in_the_block_leaves_nothing_behind_either(world: World) -> None:
    async def use() -> None:
        async with world.engine() as engine:
            await engine.shell(SHELL, title="app")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await use()
    assert world.aws.active == set()


async def test_a_bug_in_a_listener_crashes_and_leaves_nothing_behind(world: World) -> None:
    def broken(data: bytes) -> None:
        raise ZeroDivisionError

    async def use() -> None:
        async with world.engine() as engine:
            await engine.shell(SHELL, title="one")
            await engine.shell(SHELL, title="two", on_output=broken)
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup):
        await use()
    assert world.aws.active == set()
    assert all(peer.closed for peer in world.peers)


async def test_after_the_end_no_session_is_started(world: World) -> None:
    async with world.engine() as engine:
        pass
    with pytest.raises(SessionTrouble):
        await engine.shell(SHELL, title="late")
    assert world.aws.wishes == []


async def test_a_refusal_of_aws_passes_through(world: World, engine: Engine) -> None:
    world.aws.refusal = AgentOffline("The agent is not connected.", "Wait.")
    with pytest.raises(AgentOffline) as caught:
        await engine.shell(SHELL, title="app")
    assert caught.value is world.aws.refusal
    (record,) = world.store.sessions()
    assert record.state is SessionState.CLOSED
    assert record.ended == "The agent is not connected."
    assert engine.open == {}


async def test_a_session_that_cannot_be_dialled_is_terminated(world: World, engine: Engine) -> None:
    world.dial_trouble = Unreachable("Nobody answers.")
    with pytest.raises(Unreachable):
        await engine.shell(SHELL, title="app")
    assert world.aws.terminated == ["s-1"]


async def test_a_session_that_may_not_be_resumed_ends_and_is_terminated(
    world: World, engine: Engine
) -> None:
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.aws.resume_refusal = NotAllowed("You may not ssm:ResumeSession.")
    world.peer.cut()
    ending = await world.clock.pass_until(live.wait())
    assert isinstance(ending.trouble, NotAllowed)
    assert not ending.clean
    assert world.aws.terminated == ["s-1"]


async def test_a_peer_that_talks_nonsense_ends_the_session(world: World, engine: Engine) -> None:
    live = await engine.shell(SHELL, title="app")
    await settle()
    world.peer.raw(b"\x00" * 200)
    ending = await live.wait()
    assert isinstance(ending.trouble, ProtocolTrouble)
    assert world.aws.active == set()


async def test_when_aws_cannot_be_told_the_record_says_so(world: World, engine: Engine) -> None:
    live = await engine.shell(SHELL, title="app")
    world.aws.termination_refusal = Unreachable("No network.")
    ending = await live.close()
    assert ending.left_open
    (record,) = world.store.sessions()
    assert "could not be told" in record.ended


async def test_a_termination_that_hangs_is_not_waited_for_forever(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.sessions.parting._TERMINATE_SECONDS", 0.01)
    live = await engine.shell(SHELL, title="app")
    world.aws.deaf.clear()
    assert (await live.close()).left_open
    assert world.peer.closed


async def test_a_dial_that_hangs_can_be_hung_up_on(world: World, engine: Engine) -> None:
    world.answers.clear()
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(_refused(engine))
        await settle()
        live = engine.live(1)
        assert live is not None
        await live.close()
        assert await starting
    assert world.aws.terminated == ["s-1"]


async def test_cancelled_while_aws_is_asked_the_late_answer_is_terminated(
    world: World, engine: Engine
) -> None:
    world.aws.slow.clear()
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(engine.shell(SHELL, title="app"))
        await settle()
        starting.cancel()
    assert world.aws.active == {"s-1"}
    world.aws.slow.set()
    await engine.close_all()
    assert world.aws.active == set()
    assert world.peers == []


async def test_aws_that_never_answers_is_given_up_when_closing(world: World) -> None:
    world.aws.slow.clear()
    async with world.engine() as engine, asyncio.TaskGroup() as group:
        starting = group.create_task(_refused(engine))
        await settle()
        live = engine.live(1)
        assert live is not None
        live.hang_up()
        await world.clock.advance(5)
        assert (await live.wait()).reason == "closed"
        assert await starting


async def _refused(engine: Engine) -> bool:
    with pytest.raises(SessionTrouble):
        await engine.shell(SHELL, title="app")
    return True


@pytest.mark.parametrize("steps", range(0, 60, 3))
async def test_cancelled_anywhere_a_session_is_terminated(world: World, steps: int) -> None:
    async def use() -> None:
        async with world.engine() as engine:
            live = await engine.shell(SHELL, title="app")
            live.send(b"x" * 5000)
            await live.drain()
            await live.close()

    async with asyncio.TaskGroup() as group:
        using = group.create_task(use())
        for _ in range(steps):
            await asyncio.sleep(0)
        using.cancel()
    assert world.aws.active == set()
    assert all(peer.closed for peer in world.peers)


async def test_closed_sessions_are_forgotten_in_time(world: World, engine: Engine) -> None:
    for number in range(MOST_CLOSED + 3):
        live = await engine.shell(SHELL, title=str(number))
        await live.close()
    numbers = [record.number for record in world.store.sessions()]
    assert numbers == list(range(4, MOST_CLOSED + 4))


async def test_a_generic_session_tells_what_it_became(world: World, engine: Engine) -> None:
    def ask(peer: Peer) -> None:
        action = handshake.session_type_action(handshake.NON_INTERACTIVE, None)
        peer.on_open = lambda: peer.request(action)

    world.make = ask
    live = await engine.session(PORT, title="i-1")
    await settle()
    assert live.opening is None
    done = handshake.HandshakeComplete(1, "Hello.").encode()
    world.peer.say(done, PayloadType.HANDSHAKE_COMPLETE)
    opened = await live.opened()
    assert opened is not None
    assert (opened.session_type, opened.customer_message) == ("NonInteractiveCommands", "Hello.")
