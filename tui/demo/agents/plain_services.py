"""Three plain TCP services that every machine has: echo (7), discard (9) and a source (19)."""

import asyncio
from typing import cast


class Service(asyncio.Protocol):
    """One connection to a service; it may be aborted when the service stops."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._open: set[Service] = set()

    def belong_to(self, open_now: "set[Service]") -> None:
        """Be in `open_now` as long as the connection lasts."""
        self._open = open_now

    def abort(self) -> None:
        """Close now."""
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._open.discard(self)


class Echo(Service):
    """Says back what it hears, no faster than it is heard."""

    def data_received(self, data: bytes) -> None:
        """Say it back."""
        if self._transport:
            self._transport.write(data)

    def pause_writing(self) -> None:
        """The client does not read: do not read either."""
        if self._transport:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._transport:
            self._transport.resume_reading()


class Discard(Service):
    """Hears and says nothing."""


class Source(Service):
    """Never stops sending lines of printable characters."""

    _LINES = b"".join(bytes(32 + (at + n) % 95 for n in range(72)) + b"\r\n" for at in range(95))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        super().connection_made(transport)
        self.resume_writing()

    def resume_writing(self) -> None:
        """Fill the buffer; it empties as the client reads, which brings us here again."""
        if self._transport and not self._transport.is_closing():
            high = self._transport.get_write_buffer_limits()[1]
            while self._transport.get_write_buffer_size() <= high:
                self._transport.write(self._LINES)
