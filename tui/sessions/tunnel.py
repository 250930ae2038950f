"""Many local connections through one multiplexed session, none of which can stall the others.

The multiplexer has no flow control of its own, so each direction is bounded here:

- Up: while the session has more than its high-water mark to send, no local connection is read.
  They are read again in a rotating order, so that none is starved.
- Down: a program that reads slowly slows the session down to its pace: while it is behind, the
  session is not read. Whoever does not catch up within `HOLD_SECONDS` has stalled and holds up
  nobody any more: what comes for it is kept, up to `MOST_KEPT`. Then that connection is closed,
  with a word, and the others go on.

There is no half-close either; see `tui.sessions.connection`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tui.clock import Clock, Timer
from tui.errors import SessionTrouble
from tui.protocol.mux import Data, Finished, Mux
from tui.sessions.carrier import HIGH_WATER
from tui.sessions.connection import MOST_KEPT, Connection

HOLD_SECONDS = 1.0
"""How long the whole session waits for one program that is behind."""
BEHIND = 256 * 1024
"""Octets that wait for a program that is behind."""
CAUGHT_UP = 192 * 1024
"""Octets that wait for one that has caught up. The gap is small, so that reading 64 KiB within
`HOLD_SECONDS` is enough not to count as stalled."""


class Carriage(Protocol):
    """What a tunnel needs of a session; `Live` has it."""

    @property
    def buffered(self) -> int:
        """Octets not taken by the target yet."""

    def send(self, data: bytes) -> None:
        """Send bytes."""

    async def drain(self) -> None:
        """Wait until most of them were taken."""

    def pause(self) -> None:
        """Take nothing from the target for now."""

    def resume(self) -> None:
        """Take from the target again."""


class Tunnel:
    """The connections of one forward."""

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
        self._mux = Mux(client=True)
        self._open: dict[int, Connection] = {}
        self._order: deque[Connection] = deque()
        self._full = asyncio.Event()
        self._held: dict[Connection, Timer] = {}  # the session waits for these
        self._stalled: set[Connection] = set()  # and no longer for these
        self.sent = 0
        """Octets that local programs sent."""
        self.received = 0
        """Octets that they were sent."""

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._order)

    def accept(self) -> asyncio.Protocol:
        """A local program connects."""
        return Connection(self, self._clock, marks=(BEHIND, CAUGHT_UP))

    async def regulate(self) -> None:
        """Let the connections be read again whenever the session has room; until cancelled."""
        while True:
            await self._full.wait()
            await self._carriage.drain()
            self._full.clear()
            self._order.rotate(-1)
            for connection in tuple(self._order):
                connection.resume()

    def take_in(self, data: bytes) -> None:
        """The session brought bytes; ProtocolTrouble when they are not the multiplexer's."""
        for event in self._mux.feed(data):
            match event:
                case Data(stream, content) if stream in self._open:
                    self._down(self._open[stream], content)
                case Finished(stream) if stream in self._open:
                    self._mux.close(stream)
                    self._open.pop(stream).finish()
        self._push()
        self._changed()

    def keep_alive(self) -> None:
        """Show an old agent that we are there."""
        self._mux.ping()
        self._push()

    def close(self) -> None:
        """Drop all connections at once."""
        for connection in tuple(self._order):
            connection.abort()

    # what connections say

    def came(self, connection: Connection) -> int | None:
        """A connection is there: the stream for it, or None when there are too many."""
        try:
            stream = self._mux.open()
        except SessionTrouble as trouble:
            self._failed(trouble.what)
            return None
        self._open[stream] = connection
        self._order.append(connection)
        if self._full.is_set():
            connection.pause()
        self._push()
        self._changed()
        return stream

    def up(self, stream: int, data: bytes) -> None:
        """A local program sent something."""
        self._mux.send(stream, data)
        self.sent += len(data)
        self._push()
        if self._carriage.buffered > HIGH_WATER and not self._full.is_set():
            self._full.set()
            for connection in self._order:
                connection.pause()
        self._changed()

    def behind(self, connection: Connection) -> None:
        """A program reads more slowly than the session brings: the session waits for it."""
        if connection not in self._held and connection not in self._stalled:
            due = self._clock.monotonic() + HOLD_SECONDS
            self._held[connection] = self._clock.call_at(due, lambda: self._stall(connection))
            self._carriage.pause()

    def relieved(self, connection: Connection) -> None:
        """A program has caught up, or needs nothing any more."""
        self._stalled.discard(connection)
        if timer := self._held.pop(connection, None):
            timer.cancel()
            if not self._held:
                self._carriage.resume()

    def went(self, connection: Connection, stream: int) -> None:
        """A connection is gone on our side."""
        self.relieved(connection)
        self._order.remove(connection)
        if self._open.pop(stream, None):
            self._mux.close(stream)
            self._push()
        self._changed()

    def _stall(self, connection: Connection) -> None:
        """A program has had its time: nobody waits for it any more."""
        self.relieved(connection)
        self._stalled.add(connection)

    def _down(self, connection: Connection, data: bytes) -> None:
        """Hand data to a local program, unless it has let too much of it lie."""
        self.received += len(data)
        if not connection.write(data):
            self._failed(f"A connection was closed: its program left {MOST_KEPT >> 20} MiB unread.")
            connection.abort()

    def _push(self) -> None:
        if self._mux.pending:
            self._carriage.send(self._mux.take())
