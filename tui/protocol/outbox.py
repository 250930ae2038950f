"""What a session was asked to send and cannot send yet: it is not open, or the window is full."""

from collections import deque

from tui.errors import SessionTrouble
from tui.protocol.message import PayloadType

MOST_BYTES = 16 << 20
MOST_MESSAGES = 65_536
LARGEST_PAYLOAD = 32_768
"""Bytes of data in one message at most, for peers that send as much themselves."""
_LARGER = 2_048
"""Bytes from which on a peer's message is more than Amazon's agent ever sends (1,024, and a few
that it held back of a character)."""


class Outbox:
    """Payloads in the order of sending, each at most `payload_size` bytes."""

    def __init__(self, payload_size: int) -> None:
        self._payload_size = payload_size
        self._waiting: deque[tuple[int, bytes]] = deque()
        self.bytes = 0
        """Bytes of data that wait."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, kind: int, data: bytes) -> None:
        """Add data, cut into payloads.

        Keys that pile up one by one are joined again, and of several sizes in a row only the last
        is kept. Raises SessionTrouble, and keeps nothing of `data`, when the outbox is full.
        """
        if self.bytes + len(data) > MOST_BYTES or len(self._waiting) >= MOST_MESSAGES:
            raise SessionTrouble(
                f"{self.bytes >> 10} KiB wait for the target to take them.",
                "Send less, or more slowly.",
            )
        if not self._joined(kind, data):
            for start in range(0, len(data), self._payload_size):
                self._waiting.append((kind, data[start : start + self._payload_size]))
        self.bytes += len(data)

    def learn(self, size: int) -> None:
        """The peer sent so many bytes in one message: it, and the gateway between, take as many.

        What the service allows is nowhere written, and more than 1,024 bytes are said to be
        unreliable with Amazon's agents: so no version is trusted with more, only an example.
        """
        if size >= _LARGER:
            self._payload_size = max(self._payload_size, min(size, LARGEST_PAYLOAD))

    def take(self) -> tuple[int, bytes]:
        """The next payload and its type; IndexError when there is none."""
        kind, payload = self._waiting.popleft()
        self.bytes -= len(payload)
        return kind, payload

    def _joined(self, kind: int, data: bytes) -> bool:
        """Join data to what waits last, if that is of its kind and has room for it."""
        if not self._waiting or kind != self._waiting[-1][0]:
            return False
        last = self._waiting[-1][1]
        if kind == PayloadType.SIZE:
            self._waiting[-1] = (kind, data)
            self.bytes -= len(last)
            return True
        if kind != PayloadType.OUTPUT or len(last) + len(data) > self._payload_size:
            return False
        self._waiting[-1] = (kind, last + data)
        return True
