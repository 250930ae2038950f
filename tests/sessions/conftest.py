"""What the tests of sessions share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from tests.sessions.peer import FakeAws, Peer, PortPeer, VirtualClock, shell
from tui.errors import Trouble
from tui.model.store import Store
from tui.model.wish import Ticket
from tui.sessions.engine import Engine


@dataclass
class World:
    """An engine, and all that stands around it."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    aws: FakeAws = field(default_factory=FakeAws)
    store: Store = field(default_factory=Store)
    make: Callable[[Peer], object] = shell
    """What kind of far side the next dial meets."""
    seed: int | None = None
    """Of a bad wire; None is a good one."""
    peers: list[Peer] = field(default_factory=list)
    sessions: dict[str, Peer] = field(default_factory=dict)
    """The far side of each session, which outlives its connections."""
    dial_trouble: Trouble | None = None
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, a dial hangs."""

    def __post_init__(self) -> None:
        self.answers.set()

    @property
    def peer(self) -> Peer:
        return self.peers[-1]

    async def dial(self, ticket: Ticket, *, timeout: float = 10.0) -> Peer:
        del timeout
        await self.answers.wait()
        if self.dial_trouble:
            raise self.dial_trouble
        if known := self.sessions.get(ticket.session_id):
            known.come_back()
            return known
        peer = self.sessions[ticket.session_id] = Peer(self.clock, self.seed)
        self.make(peer)
        self.peers.append(peer)
        return peer

    def engine(self) -> Engine:
        return Engine(self.store, self.aws, self.clock, self.dial)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def engine(world: World) -> AsyncIterator[Engine]:
    """An engine whose sessions are all gone from AWS when it is left."""
    async with world.engine() as engine:
        yield engine


@pytest.fixture
def agents(world: World) -> list[PortPeer]:
    """The agents of the forwards that are opened, newest last; each echoes what it is sent."""
    made: list[PortPeer] = []

    def make(peer: Peer) -> None:
        agent = PortPeer(peer)
        agent.on_chunk = agent.answer
        made.append(agent)

    world.make = make
    return made
