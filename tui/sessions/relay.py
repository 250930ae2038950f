"""From the local end of a forward to the port on which AWS's plugin listens.

The local end stays ours, so that a forward is the same whoever carries it: the port is taken
before AWS is asked, a unix socket can stand for it, and what passes is counted. The plugin has
chosen a free port of its own. Each connection holds back for itself.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from tui.clock import Clock
from tui.sessions.connection import Connection
from tui.sessions.plugin import PLUGIN

MOST_CONNECTIONS = 1000
"""At the same time; more are hung up on."""
REACH_SECONDS = 5.0
"""How long the plugin may take to accept a connection."""
_HOSTS = ("127.0.0.1", "::1")
"""Where `localhost` may be, as the plugin understands it."""
_NO_ANSWER = b"Connection to destination port failed"


class Relay:
    """The connections of one forward; see `tui.sessions.tunnel.Tunnel`, whose place it takes."""

    def __init__(
        self, port: int, clock: Clock, changed: Callable[[], None], failed: Callable[[str], None]
    ) -> None:
        """`changed` hears that a counter moved, `failed` what went wrong with a connection."""
        self._port = port
        self._clock = clock
        self._changed = changed
        self._failed = failed
        self._pairs: dict[int, _Far] = {}
        self._new: asyncio.Queue[_Far] = asyncio.Queue(MOST_CONNECTIONS)
        self._numbers = 0
        self.sent = 0
        """Octets that local programs sent."""
        self.received = 0
        """Octets that they were sent."""

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._pairs)

    def accept(self) -> asyncio.Protocol:
        """A local program connects."""
        return Connection(self, self._clock)

    async def regulate(self) -> None:
        """Lead each new connection to the plugin; until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._reach(await self._new.get()))

    def take_in(self, data: bytes) -> None:
        """The plugin wrote something."""
        if _NO_ANSWER in data:
            self._failed("Nothing answers on the remote port.")

    def keep_alive(self) -> None:
        """The plugin does that itself."""

    def close(self) -> None:
        """Drop all connections at once."""
        for far in tuple(self._pairs.values()):
            far.near.abort()

    # what connections say

    def came(self, connection: Connection) -> int | None:
        """A connection is there: its number, or None when there are too many."""
        if self.connections >= MOST_CONNECTIONS or self._new.full():
            self._failed(f"More than {MOST_CONNECTIONS} connections at once.")
            return None
        connection.pause()  # until somebody takes what it sends
        self._numbers += 1
        far = self._pairs[self._numbers] = _Far(self, connection)
        self._new.put_nowait(far)
        self._changed()
        return self._numbers

    def up(self, stream: int, data: bytes) -> None:
        """A local program sent something."""
        self.sent += len(data)
        self._pairs[stream].write(data)
        self._changed()

    def behind(self, connection: Connection) -> None:
        """Writing says so by itself."""

    def relieved(self, connection: Connection) -> None:
        """A program has read most of what it was handed."""
        for far in self._pairs.values():
            if far.near is connection:
                far.read_again()

    def went(self, connection: Connection, stream: int) -> None:
        """A connection is gone on our side."""
        del connection
        self._pairs.pop(stream).close()
        self._changed()

    def down(self, far: "_Far", data: bytes) -> None:
        """The plugin hands something to a local program."""
        self.received += len(data)
        if not far.near.write(data):
            far.read_no_more()
        self._changed()

    async def _reach(self, far: "_Far") -> None:
        """Connect to the plugin."""
        loop = asyncio.get_running_loop()
        for host in _HOSTS:
            try:
                async with asyncio.timeout(REACH_SECONDS):
                    await loop.create_connection(lambda: far, host, self._port)
            except OSError:  # a timeout is one, too
                continue
            return
        self._failed(f"{PLUGIN} does not listen on its port {self._port} any more.")
        far.near.abort()


class _Far(asyncio.Protocol):
    """The plugin's end of one connection."""

    def __init__(self, relay: Relay, near: Connection) -> None:
        self.near = near
        self._relay = relay
        self._transport: asyncio.Transport | None = None
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._gone:
            self._transport.abort()
        else:
            self.near.resume()

    def data_received(self, data: bytes) -> None:
        self._relay.down(self, data)

    def pause_writing(self) -> None:
        self.near.pause()

    def resume_writing(self) -> None:
        self.near.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc:
            self.near.abort()
        else:
            self.near.finish()

    def write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def read_no_more(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def read_again(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """The local program is gone: what it sent is still delivered."""
        self._gone = True
        if self._transport:
            self._transport.close()
