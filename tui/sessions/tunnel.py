"""Many local connections through one multiplexed session, none of which can stall the others.

The multiplexer has no flow control of its own, so each direction is bounded here:

- Up: while the session has more than its high-water mark to send, no local connection is read.
  They are read again in a rotating order, so that none is starved.
- Down: what a local program does not read is kept, up to `MOST_KEPT` for each connection. Then
  that connection is closed, with a word, and the others go on.

There is no half-close either: a FIN ends both directions, and the agent drops the answer that was
on its way. So when a local program has finished sending, the remote side is not told. It has
`PATIENCE` seconds of silence to finish its answer; if an answer was the last thing that happened,
`BRIEF_PATIENCE` seconds. Then both ends are closed.
"""

import asyncio
import os
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

from tui.errors import SessionTrouble
from tui.protocol.mux import Data, Finished, Mux
from tui.sessions.carrier import HIGH_WATER
from tui.sessions.clock import Clock, Timer

MOST_KEPT = 4 * 1024 * 1024
"""Octets kept for one local connection that does not read."""
PATIENCE = 60.0
"""Seconds for an answer to begin or go on, after a local program has finished sending."""
BRIEF_PATIENCE = 10.0
"""The same for a connection that was answered already: most programs are just done then."""
_RESET = struct.pack("HH" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER of no seconds: closing resets the connection instead of ending it in order."""


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

    def came(self, connection: "Connection") -> int | None:
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

    def went(self, connection: "Connection", stream: int) -> None:
        """A connection is gone on our side."""
        self._order.remove(connection)
        if self._open.pop(stream, None):
            self._mux.close(stream)
            self._push()
        self._changed()

    def _down(self, connection: "Connection", data: bytes) -> None:
        """Hand data to a local program, unless it has let too much of it lie."""
        self.received += len(data)
        if not connection.write(data):
            self._failed(f"A connection was closed: its program left {MOST_KEPT >> 20} MiB unread.")
            connection.abort()

    def _push(self) -> None:
        if self._mux.pending:
            self._carriage.send(self._mux.take())


class Connection(asyncio.Protocol):
    """One local program's connection."""

    def __init__(self, tunnel: Tunnel, clock: Clock) -> None:
        self._tunnel = tunnel
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._stream: int | None = None
        self._timer: Timer | None = None
        self._patience = PATIENCE
        self._active_at = 0.0
        self._answered = False
        self._finished_sending = False

    # from the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection up, or hang up at once when there are too many."""
        self._transport = cast(asyncio.Transport, transport)
        self._stream = self._tunnel.came(self)
        if self._stream is None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass on what the program sent."""
        self._answered = False
        if self._stream is not None:
            self._tunnel.up(self._stream, data)

    def eof_received(self) -> bool:
        """The program has finished sending; it may still read, so the connection stays."""
        self._patience = BRIEF_PATIENCE if self._answered else PATIENCE
        self._active_at = self._clock.monotonic()
        self._finished_sending = True
        self._wait()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The program is gone, or we closed the connection."""
        del exc
        if self._timer:
            self._timer.cancel()
        if self._stream is not None:
            self._tunnel.went(self, self._stream)

    # from the tunnel

    def write(self, data: bytes) -> bool:
        """Hand data to the program; False when it has left too much unread."""
        if self._transport is None or self._transport.is_closing():
            return True
        self._answered = True
        self._active_at = self._clock.monotonic()
        self._transport.write(data)
        return self._transport.get_write_buffer_size() <= MOST_KEPT

    def pause(self) -> None:
        """Read nothing from the program for now."""
        if self._transport and self._reads:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read from the program again."""
        if self._transport and self._reads:
            self._transport.resume_reading()

    def finish(self) -> None:
        """Close it once the program has been handed everything."""
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """Break it off: the program must not take what it has for the whole."""
        if self._transport and not self._transport.is_closing():
            plain = self._transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()

    @property
    def _reads(self) -> bool:
        """Whether there is anything left to read; resuming at the end would read the end again."""
        closing = self._transport is None or self._transport.is_closing()
        return not (closing or self._finished_sending)

    def _wait(self) -> None:
        """Close when nothing has come for as long as we are patient; look again then."""
        due = self._active_at + self._patience
        if self._clock.monotonic() >= due:
            self.finish()
        else:
            self._timer = self._clock.call_at(due, self._wait)
