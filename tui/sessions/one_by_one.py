"""One local connection after the other, through a session that is not multiplexed (basic mode).

Agents up to 3.0.196.0 carry raw bytes, and so one connection at a time. The others wait in the
order in which they came, up to `MOST_WAITING`, and are not read meanwhile.

Between two connections the agent is told to hang up (DisconnectToPort), and its acknowledgement
is waited for: what comes until then belongs to the connection that has gone. The agent connects
again when the next one sends its first bytes; so a server that speaks first is heard by the first
connection only, for which the agent connects before anybody is there.

When the server hangs up, the agent says nothing: the local connection stays open, and what it
sends next goes to a new connection there.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tui.clock import Clock
from tui.protocol.message import Flag
from tui.sessions.carrier import HIGH_WATER
from tui.sessions.connection import Connection, Patience

MOST_WAITING = 64
"""Connections that wait for their turn; further ones are refused with a word."""
PATIENCE = Patience(unanswered=20.0, answered=1.0)
"""Less than elsewhere: somebody may be waiting for the only place."""


class Carriage(Protocol):
    """What this needs of a session; `Live` has it."""

    @property
    def buffered(self) -> int:
        """Octets not taken by the target yet."""

    def send(self, data: bytes) -> None:
        """Send bytes."""

    async def drain(self) -> None:
        """Wait until most of them were taken."""

    def flag(self, flag: Flag) -> None:
        """Send a flag."""

    async def settled(self) -> None:
        """Wait until all of it was taken."""

    def pause(self) -> None:
        """Take nothing from the target."""

    def resume(self) -> None:
        """Take from the target again."""


class OneByOne:
    """The connections of one forward, of which one is carried."""

    def __init__(
        self,
        carriage: Carriage,
        clock: Clock,
        changed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """`changed` hears that a counter moved, `failed` what went wrong with a connection."""
        self._carriage = carriage
        self._clock = clock
        self._changed = changed
        self._failed = failed
        self._carried: Connection | None = None
        self._waiting: deque[Connection] = deque()
        self._early = bytearray()
        self._met = False
        self._hanging_up = False
        self._work = asyncio.Event()
        self.sent = 0
        """Octets that local programs sent."""
        self.received = 0
        """Octets that they were sent."""

    @property
    def connections(self) -> int:
        """Connections open now, also those that wait."""
        return len(self._waiting) + (self._carried is not None)

    def accept(self) -> asyncio.Protocol:
        """A local program connects."""
        return Connection(self, self._clock, PATIENCE)

    async def regulate(self) -> None:
        """Pass the session from one connection to the next, and hold back; until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            if self._hanging_up:
                await self._carriage.settled()
                self._hanging_up = False
                self._next()
            else:
                await self._carriage.drain()
                if self._carried:
                    self._carried.resume()

    def take_in(self, data: bytes) -> None:
        """The session brought bytes."""
        if self._hanging_up or (self._met and self._carried is None):
            return  # the rest of a connection that has gone
        self.received += len(data)
        if self._carried:
            self._down(self._carried, data)
        else:
            self._early += data
            if len(self._early) > HIGH_WATER:
                self._carriage.pause()
        self._changed()

    def keep_alive(self) -> None:
        """Nothing is needed: only multiplexers count silence."""

    def close(self) -> None:
        """Drop all connections at once."""
        for connection in (*self._waiting, self._carried):
            if connection:
                connection.abort()

    # what connections say

    def came(self, connection: Connection) -> int | None:
        """A connection is there: it is carried, waits, or is one too many."""
        if len(self._waiting) >= MOST_WAITING:
            self._failed(f"A connection was refused: {MOST_WAITING} others wait already.")
            return None
        if self._carried or self._hanging_up or self._waiting:
            connection.pause()
            self._waiting.append(connection)
            if self._carried:
                self._failed(
                    "The target's agent is old and carries one connection at a time: others wait."
                )
        else:
            self._carry(connection)
        self._changed()
        return 0

    def up(self, stream: int, data: bytes) -> None:
        """The local program that is carried sent something."""
        del stream
        self._carriage.send(data)
        self.sent += len(data)
        if self._carriage.buffered > HIGH_WATER and self._carried:
            self._carried.pause()
            self._work.set()
        self._changed()

    def behind(self, connection: Connection) -> None:
        """Writing says so by itself."""

    def relieved(self, connection: Connection) -> None:
        """A program has read most of what it was handed."""
        if connection is self._carried:
            self._carriage.resume()

    def went(self, connection: Connection, stream: int) -> None:
        """A connection is gone on our side."""
        del stream
        if connection is self._carried:
            self._carried = None
            self._hanging_up = True
            self._carriage.resume()
            self._carriage.flag(Flag.DISCONNECT_TO_PORT)
            self._work.set()
        else:
            self._waiting.remove(connection)
        self._changed()

    def _next(self) -> None:
        if self._waiting:
            self._carry(self._waiting.popleft())

    def _carry(self, connection: Connection) -> None:
        """It is this one's turn."""
        self._carried = connection
        self._met = True
        connection.resume()
        if self._early:
            self._down(connection, bytes(self._early))
            self._early.clear()
            self._carriage.resume()

    def _down(self, connection: Connection, data: bytes) -> None:
        """Hand data to the program; nobody but itself waits when it does not read."""
        if not connection.write(data):
            self._carriage.pause()
