"""Many connections in one byte stream: version 1 of the smux protocol, for both ends.

A multiplexed port session carries smux frames inside its Output payloads, without regard to where
a message ends. Unlike everything around it, smux is little-endian. There is no half-close: the
end that sends FIN forgets the stream and discards what still arrives for it. See the open source
of `xtaci/smux` (`frame.go`, `session.go`), which plugin and agent use.
"""

from dataclasses import dataclass
from struct import Struct

from tui.errors import ProtocolTrouble, SessionTrouble

VERSION = 1
SYN, FIN, PSH, NOP = range(4)
LARGEST_SENT = 32_768
"""Bytes in one PSH that we send; up to 65,535 are accepted."""
MOST_STREAMS = 1_024
"""Streams that one session may have open; a SYN beyond is answered with FIN."""

_HEAD = Struct("<BBHI")
_SIZE = _HEAD.size
_FIRST_STREAM = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """The peer opened a stream; only the agent's end sees this."""

    stream: int


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a stream, in order."""

    stream: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """The peer closed the stream: no data follows, and what is sent to it is discarded."""

    stream: int


MuxEvent = Accepted | Data | Finished


class Mux:
    """One end of a multiplexed session.

    What is sent piles up until `take`: a caller looks at `pending` and stops reading its sockets
    while the channel beneath is full. Incoming data is handed over at once and never kept, but
    for one incomplete frame of at most 64 KiB.
    """

    def __init__(self, *, client: bool, most_streams: int = MOST_STREAMS) -> None:
        """`client` opens streams (the side of the plugin); the other end, the agent's, accepts."""
        self._client = client
        self._most_streams = most_streams
        self._next_stream = _FIRST_STREAM
        self._open: set[int] = set()
        self._finished: set[int] = set()  # closed by the peer, not yet by us
        self._incoming = bytearray()
        self._outgoing: list[bytes] = []
        self._pending = 0

    @property
    def pending(self) -> int:
        """Bytes that `take` would return."""
        return self._pending

    @property
    def streams(self) -> frozenset[int]:
        """The streams that this end has not closed."""
        return frozenset(self._open | self._finished)

    def open(self) -> int:
        """Open a stream and return its id: 3, 5, 7, …

        Raises SessionTrouble when `most_streams` are open already.
        """
        if self._count >= self._most_streams:
            raise SessionTrouble(
                f"The forward has {self._most_streams} connections open already.",
                "Close some, or open a second forward.",
            )
        stream = self._next_stream
        self._next_stream += 2
        self._open.add(stream)
        self._queue(SYN, stream)
        return stream

    def send(self, stream: int, data: bytes) -> None:
        """Send bytes on an open stream; on a stream that either end closed they are discarded."""
        if stream not in self._open:
            return
        if len(data) <= LARGEST_SENT:
            if data:
                self._queue(PSH, stream, data)
            return
        for start in range(0, len(data), LARGEST_SENT):
            self._queue(PSH, stream, data[start : start + LARGEST_SENT])

    def close(self, stream: int) -> None:
        """Close a stream whole, in both directions; a second time does nothing."""
        if stream in self._open or stream in self._finished:
            self._open.discard(stream)
            self._finished.discard(stream)
            self._queue(FIN, stream)

    def ping(self) -> None:
        """Send a NOP: the keepalive that old agents want every 10 seconds (see `ports`)."""
        self._queue(NOP, 0)

    def take(self) -> bytes:
        """The bytes to send to the peer; they are handed out once."""
        taken = b"".join(self._outgoing)
        self._outgoing.clear()
        self._pending = 0
        return taken

    def feed(self, data: bytes) -> list[MuxEvent]:
        """Bytes from the peer arrived, cut anywhere.

        Frames of unknown streams, repeated SYNs and, at the client's end, all SYNs are ignored.
        Raises ProtocolTrouble for an unknown version or command: the session cannot go on.
        """
        incoming = self._incoming
        incoming += data
        events: list[MuxEvent] = []
        position = 0
        end = len(incoming)
        while end - position >= _SIZE:
            version, command, size, stream = _HEAD.unpack_from(incoming, position)
            if version != VERSION or command > NOP or (size and command != PSH):
                raise ProtocolTrouble(
                    f"The peer broke the multiplexing of its connections "
                    f"(version {version}, command {command}, {size} bytes)."
                )
            start = position + _SIZE
            if end - start < size:
                break
            position = start + size
            if command == PSH:
                if size and stream in self._open:
                    events.append(Data(stream, bytes(incoming[start:position])))
            else:
                events += self._control(command, stream)
        del incoming[:position]
        return events

    @property
    def _count(self) -> int:
        return len(self._open) + len(self._finished)

    def _control(self, command: int, stream: int) -> list[MuxEvent]:
        """What a frame without data means."""
        if command == FIN and stream in self._open:
            self._open.discard(stream)
            self._finished.add(stream)
            return [Finished(stream)]
        if command != SYN or self._client or stream in self._open or stream in self._finished:
            return []
        if self._count >= self._most_streams:
            self._queue(FIN, stream)
            return []
        self._open.add(stream)
        return [Accepted(stream)]

    def _queue(self, command: int, stream: int, data: bytes = b"") -> None:
        """Queue one frame; header and data are joined by `take` only."""
        self._outgoing.append(_HEAD.pack(VERSION, command, len(data), stream))
        if data:
            self._outgoing.append(data)
        self._pending += _SIZE + len(data)
