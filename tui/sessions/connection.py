"""A local program's connection: what it sends, what it is handed, and when it has had enough.

There is no half-close in a tunnel: its end ends both directions, and the agent drops the answer
that was on its way. So when a local program has finished sending, the remote side is not told. It
has some seconds of silence to finish its answer, fewer when an answer was the last thing that
happened: most programs are just done then. After that both ends are closed.
"""

import asyncio
import os
import socket
import struct
from dataclasses import dataclass
from typing import Protocol, cast

from tui.clock import Clock, Timer

MOST_KEPT = 4 * 1024 * 1024
"""Octets kept for one local connection that does not read."""
_RESET = struct.pack("HH" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER of no seconds: closing resets the connection instead of ending it in order."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds of silence that end a connection whose program has finished sending."""

    unanswered: float = 60.0
    """For an answer to begin or go on."""
    answered: float = 10.0
    """For a connection that was answered already."""


PATIENCE = Patience()


class Keeper(Protocol):
    """Who owns the connections of a forward; they tell it what happens to them."""

    def came(self, connection: "Connection") -> int | None:
        """A connection is there: the number for it, or None when it is not taken."""

    def up(self, stream: int, data: bytes) -> None:
        """A local program sent something."""

    def behind(self, connection: "Connection") -> None:
        """A program has let the first of its marks of octets lie unread."""

    def relieved(self, connection: "Connection") -> None:
        """It has read until its second mark."""

    def went(self, connection: "Connection", stream: int) -> None:
        """A connection is gone on our side."""


class Connection(asyncio.Protocol):
    """One local program's connection; `patience` is how long its last answer is waited for.

    `marks` are the octets unread at which the keeper hears `behind`, and `relieved` again.
    """

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        patience: Patience = PATIENCE,
        marks: tuple[int, int] = (64 * 1024, 16 * 1024),
    ) -> None:
        self._marks = marks
        self._keeper = keeper
        self._clock = clock
        self._patience = patience
        self._transport: asyncio.Transport | None = None
        self._stream: int | None = None
        self._timer: Timer | None = None
        self._seconds = 0.0
        self._active_at = 0.0
        self._answered = False
        self._finished_sending = False

    # from the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection up, or hang up at once when there are too many."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(*self._marks)
        self._stream = self._keeper.came(self)
        if self._stream is None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass on what the program sent."""
        self._answered = False
        if self._stream is not None:
            self._keeper.up(self._stream, data)

    def eof_received(self) -> bool:
        """The program has finished sending; it may still read, so the connection stays."""
        self._seconds = self._patience.answered if self._answered else self._patience.unanswered
        self._active_at = self._clock.monotonic()
        self._finished_sending = True
        self._wait()
        return True

    def pause_writing(self) -> None:
        """The program is behind."""
        self._keeper.behind(self)

    def resume_writing(self) -> None:
        """The program has caught up."""
        self._keeper.relieved(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The program is gone, or we closed the connection."""
        del exc
        if self._timer:
            self._timer.cancel()
        if self._stream is not None:
            self._keeper.went(self, self._stream)

    # from the keeper

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
        due = self._active_at + self._seconds
        if self._clock.monotonic() >= due:
            self.finish()
        else:
            self._timer = self._clock.call_at(due, self._wait)
