"""Many local connections through one multiplexed session, none of which can stall the others.

The multiplexer has no flow control of its own, so each direction is bounded here:

- Up: while the session has more than its high-water mark to send, no local connection is read.
  They are read again in a rotating order, so that none is starved.
- Down: what a local program does not read is kept, up to `MOST_KEPT` for each connection. Then
  that connection is closed, with a word, and the others go on.

There is no half-close either; see `tui.sessions.connection`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tui.errors import SessionTrouble
from tui.protocol.mux import Data, Finished, Mux
from tui.sessions.carrier import HIGH_WATER
from tui.sessions.clock import Clock
from tui.sessions.connection import MOST_KEPT, Connection


class Carriage(Protocol):
    """What a tunnel needs of a session; `Live` has it."""

    @property
    def buffered(self) -> int:
        """Octets not taken by the target yet."""

    def send(self, data: bytes) -> None:
        """Send bytes."""

    async def drain(self) -> None:
        """Wait until most of them were taken."""


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
        return Connection(self, self._clock)

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

    def relieved(self, connection: Connection) -> None:
        """Nothing waits for one program alone to read."""

    def went(self, connection: Connection, stream: int) -> None:
        """A connection is gone on our side."""
        self._order.remove(connection)
        if self._open.pop(stream, None):
            self._mux.close(stream)
            self._push()
        self._changed()

    def _down(self, connection: Connection, data: bytes) -> None:
        """Hand data to a local program, unless it has let too much of it lie."""
        self.received += len(data)
        if not connection.write(data):
            self._failed(f"A connection was closed: its program left {MOST_KEPT >> 20} MiB unread.")
            connection.abort()

    def _push(self) -> None:
        if self._mux.pending:
            self._carriage.send(self._mux.take())
