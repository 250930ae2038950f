"""One TCP connection between an agent and the place it forwards to."""

import asyncio
from collections.abc import Callable
from typing import cast


class Leg(asyncio.Protocol):
    """Carries one connection; may be written to before it is connected.

    `on_data` gets what the target sends, `on_end` is called once when the connection is over, and
    `relieved` when a target that was slow to read has caught up.
    """

    def __init__(
        self,
        on_data: Callable[[bytes], None],
        on_end: Callable[[], None],
        relieved: Callable[[], None],
    ) -> None:
        self._on_data = on_data
        self._on_end = on_end
        self._relieved = relieved
        self._transport: asyncio.Transport | None = None
        self._early = bytearray()
        self._closing = False
        self.choked = False
        """Whether the target is slow to read, so that `backlog` is worth a look."""

    @property
    def backlog(self) -> int:
        """Bytes written that the target has not taken."""
        if self._transport:
            return self._transport.get_write_buffer_size()
        return len(self._early)

    def write(self, data: bytes) -> None:
        """Send to the target; nothing is sent any more after `close`."""
        if self._closing:
            return
        if self._transport:
            self._transport.write(data)
        else:
            self._early += data
            self.choked = True

    def close(self) -> None:
        """Close once everything that was written is sent."""
        self._closing = True
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """Close now."""
        self._closing = True
        if self._transport:
            self._transport.abort()

    def pause(self) -> None:
        """Read no more from the target for now."""
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what was waiting."""
        self._transport = cast(asyncio.Transport, transport)
        self.choked = False
        if self._early:
            self._transport.write(bytes(self._early))
            self._early.clear()
            self._relieved()
        if self._closing:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """The target said something."""
        if not self._closing:
            self._on_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over; how it ended makes no difference to the client."""
        self._closing = True
        self.choked = False
        self._relieved()
        self._on_end()

    def pause_writing(self) -> None:
        """The target is slow."""
        self.choked = True

    def resume_writing(self) -> None:
        """The target has caught up."""
        self.choked = False
        self._relieved()
