"""One session of the embedded AWS, from StartSession to its end, over all its connections."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tui.demo.agents.agent import Agent
from tui.demo.agents.encryption import EncryptedAgent, Encryption
from tui.demo.agents.handshake import Handshake
from tui.demo.behaviour import Behaviour
from tui.demo.channel import Channel
from tui.demo.connection import Connection
from tui.demo.documents import Job, NonInteractive, Port
from tui.demo.machine import Machine
from tui.errors import SessionTrouble


class State(StrEnum):
    """The states that DescribeSessions names."""

    CONNECTING = "Connecting"
    CONNECTED = "Connected"
    DISCONNECTED = "Disconnected"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"
    FAILED = "Failed"


IDLE = "Your session timed out due to inactivity and has been terminated."
"""What AWS says then."""
OVER = frozenset({State.TERMINATING, State.TERMINATED, State.FAILED})


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as DescribeSessions tells of it; times in seconds since 1970, 0.0 for not yet."""

    session_id: str
    target: str
    owner: str
    reason: str
    document: str
    started: float
    ended: float
    status: str
    """Connecting, Connected, Disconnected, Terminating, Terminated or Failed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What StartSession or ExecuteCommand asked for."""

    session_id: str
    machine: Machine
    document: str
    owner: str
    reason: str
    job: Job
    encryption: Encryption | None = None
    """None for a session in the clear, as every port session is."""


Hire = Callable[[Job, Machine, str], Agent]
"""Finds an agent for a job on a machine, given the client's version."""


@dataclass(slots=True)
class _Ending:
    """How a session ends: decided once."""

    decided: bool = False
    failed: bool = False
    announced: bool = False
    word: str = ""
    at: float = 0.0


class Session:
    """A session: its agent works while clients come and go."""

    def __init__(
        self, wanted: Wanted, hire: Hire, behaviour: Behaviour, clock: Callable[[], float]
    ) -> None:
        self.wanted = wanted
        self._hire = hire
        self._behaviour = behaviour
        self._clock = clock
        self._started = clock()
        self._channel = Channel(behaviour, self._date_ms, self.end)
        self._met = False
        self._ending = _Ending()
        self._work: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self.gone = asyncio.Event()
        """Set when nothing of the session is left but its row."""

    @property
    def state(self) -> State:
        """Where the session stands."""
        ending = self._ending
        if ending.decided:
            if not self.gone.is_set():
                return State.TERMINATING
            return State.FAILED if ending.failed else State.TERMINATED
        if self._channel.connected.is_set():
            return State.CONNECTED
        return State.DISCONNECTED if self._met else State.CONNECTING

    @property
    def row(self) -> SessionRow:
        """The session, for DescribeSessions."""
        wanted = self.wanted
        return SessionRow(
            session_id=wanted.session_id,
            target=wanted.machine.target,
            owner=wanted.owner,
            reason=wanted.reason,
            document=wanted.document,
            started=self._started,
            ended=self._ending.at,
            status=self.state,
        )

    async def run(self) -> None:
        """Live; returns when nothing of the session is left, however it ended."""
        self._wait_for_client(self._behaviour.connect_timeout)
        try:
            async with asyncio.TaskGroup() as group:
                self._work = group.create_task(self._serve())
                if self._ending.decided:
                    self._work.cancel()
        finally:
            self._stop_waiting()
            self._ending.decided = True
            self._ending.at = self._clock()
            self._announce()
            self.gone.set()
        # a connection that is closed too early makes a client try to resume
        await self._channel.leave(self._behaviour.linger)

    async def hang_up(self) -> None:
        """Close the client's connection without waiting for it."""
        await self._channel.leave(0)

    async def carry(self, connection: Connection) -> None:
        """A client has opened the channel: serve it until its connection ends."""
        self._stop_waiting()
        self._met = True
        try:
            await self._channel.carry(connection)
        finally:
            if not self._channel.connected.is_set() and not self._ending.decided:
                self._wait_for_client(self._behaviour.resume_timeout)

    def settle(self) -> None:
        """End it if it has been idle for too long."""
        if self._date_ms() - self._channel.spoke_at_ms >= self._behaviour.idle_timeout * 1000:
            self.end(IDLE)

    def end(self, word: str = "") -> None:
        """End the session from outside; the client is told `word` at once."""
        if self._ending.decided:
            return
        self._ending.decided = True
        self._ending.word = word
        self._announce()
        if self._work:
            self._work.cancel()

    async def _serve(self) -> None:
        """Wait for the first client, work for it, and let it have all that was sent."""
        try:
            await self._employ()
        except SessionTrouble as trouble:
            await self._fail(trouble.what)
        except OSError as error:
            await self._fail(f"Unable to start the session: {error.strerror}")
        await self._channel.flushed()

    async def _employ(self) -> None:
        """Shake hands where the job wants it, then let the agent work.

        Somebody receives before a client can be there: what it sends at once must not be lost.
        """
        job, channel = self.wanted.job, self._channel
        if isinstance(job, Port | NonInteractive) or self.wanted.encryption:
            channel.receiver = handshake = Handshake()
            await channel.connected.wait()
            properties = job.properties if isinstance(job, Port) else None
            agreed = await handshake.run(
                channel, job.session_type, properties, self._behaviour, self.wanted.encryption
            )
            agent = self._hire(job, self.wanted.machine, agreed.client_version)
            if agreed.cipher:
                size = self._behaviour.payload_bytes
                agent = EncryptedAgent(agent, agreed.cipher, size, self.end)
            channel.receiver = agent
        else:
            channel.receiver = agent = self._hire(job, self.wanted.machine, "")
            await channel.connected.wait()
        await agent.run(channel)

    async def _fail(self, word: str) -> None:
        """The session failed; that is told to a client, if one comes."""
        self._ending.failed = True
        self._ending.word = word
        await self._channel.connected.wait()

    def _announce(self) -> None:
        """Say channel_closed, once."""
        if not self._ending.announced:
            self._ending.announced = True
            wanted = self.wanted
            self._channel.close(wanted.session_id, wanted.machine.target, self._ending.word)

    def _wait_for_client(self, seconds: float) -> None:
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(seconds, self.end, "No client is connected any more.")

    def _stop_waiting(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None

    def _date_ms(self) -> int:
        return max(1, int(self._clock() * 1000))
