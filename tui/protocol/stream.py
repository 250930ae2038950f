"""The reliability of a data channel: numbers, acknowledgements, order, and sending again.

One `Stream` stands at each end. It numbers what it sends and keeps it until the peer acknowledges
it, and it puts what it receives in order. It has no clock: `now` is in seconds of any monotonic
clock, `date_ms` in milliseconds since 1970. Only the caller's own refusal to call `receive` keeps
a message from being acknowledged; the peer then sends it again.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID, uuid4

from tui.errors import ProtocolTrouble, SessionTrouble
from tui.protocol.message import (
    FIRST_AND_LAST,
    Message,
    MessageType,
    PayloadType,
    encode,
    identities,
)
from tui.protocol.payload import read_object, whole_number_field

TICK = 0.1
"""Seconds between two rounds of sending again, as in both peers."""
FIRST_ROUND_TRIP = 0.1
SHORTEST_TIMEOUT = 0.1
"""The peers' timeout has no lower bound but their tick of the same length."""
FIRST_TIMEOUT = 0.2
LONGEST_TIMEOUT = 1.0
RECENT_ACKNOWLEDGEMENTS = 512
"""Acknowledgements that are said again on a new connection. Which ones were lost with the old one
is not known, and Amazon's agent sends only one message per tick again until it hears of them."""
LONGEST_BACK_OFF = 4.0
"""Seconds between two sendings of a message while the peer acknowledges nothing at all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a `Stream`."""

    early_messages: int = 10_000
    """Messages kept that arrived before their turn; further ones are not acknowledged."""
    early_bytes: int = 16 << 20
    unacked_messages: int = 50_000
    """Messages kept until they are acknowledged; `Stream.send` refuses more."""
    unacked_bytes: int = 64 << 20
    burst: int = 256
    """Messages sent again in one round."""
    give_up: float = 300.0
    """Seconds of trying with one message after which `Stream.due` gives up, as the plugin does."""


class Received(NamedTuple):
    """What became of a received message."""

    deliver: list[Message]
    """The messages whose turn has come, in order; each is delivered once."""
    reply: list[bytes]
    """The acknowledgements to send."""


class _Sent:
    """A message that the peer has not acknowledged yet."""

    __slots__ = ("first", "frame", "last", "tried")

    def __init__(self, frame: bytes, now: float) -> None:
        self.frame = frame
        self.first = now
        self.last = now
        self.tried = 0.0


class Stream:
    """One end of the two numbered streams of a data channel; for the client and for the agent."""

    def __init__(
        self,
        *,
        sends: MessageType,
        receives: MessageType,
        new_id: Callable[[], UUID] = uuid4,
        limits: Limits = Limits(),
    ) -> None:
        """`sends` is INPUT for a client and OUTPUT for an agent, `receives` the other one.

        `new_id` is asked once; see `identities`.
        """
        self._sends = sends
        self._receives = receives
        self._next_identity = identities(new_id)
        self._limits = limits
        # the real agent marks its very first message, the plugin none
        self._first_flags = 1 if sends is MessageType.OUTPUT else 0
        self._ack_head = f'{{"AcknowledgedMessageType":"{receives}","AcknowledgedMessageId":"'
        self._next_sequence = 0
        self._sent: dict[int, _Sent] = {}  # ordered by the time of the last sending
        self._unacked_bytes = 0
        self._expected = 0
        self._early: dict[int, Message] = {}
        self._early_bytes = 0
        self._acknowledged: deque[bytes] = deque(maxlen=RECENT_ACKNOWLEDGEMENTS)
        self._round_trip = FIRST_ROUND_TRIP
        self._variation = 0.0
        self._timeout = FIRST_TIMEOUT
        self._back_off = 1.0
        self._next_round = float("-inf")

    # sending

    @property
    def unacked_bytes(self) -> int:
        """Bytes of frames that the peer has not acknowledged; a caller waits while it is high."""
        return self._unacked_bytes

    @property
    def unacked_messages(self) -> int:
        """Messages that the peer has not acknowledged."""
        return len(self._sent)

    @property
    def full(self) -> bool:
        """Whether `send` refuses, because so much waits for its acknowledgement."""
        return (
            len(self._sent) >= self._limits.unacked_messages
            or self._unacked_bytes >= self._limits.unacked_bytes
        )

    @property
    def timeout(self) -> float:
        """Seconds after which an unacknowledged message is sent again."""
        return min(self._timeout * self._back_off, LONGEST_BACK_OFF)

    @property
    def next_due(self) -> float | None:
        """When `due` will have something to send; None while everything is acknowledged."""
        oldest = next(iter(self._sent.values()), None)
        return None if oldest is None else max(oldest.last + self.timeout, self._next_round)

    def send(self, payload_type: int, payload: bytes, now: float, date_ms: int) -> bytes:
        """The frame that carries `payload`; remembered before it is handed out, until acked.

        Raises SessionTrouble when it is `full`: a caller that heeds `unacked_bytes` never meets it.
        """
        if self.full:
            raise SessionTrouble(
                f"The peer has not acknowledged {self._unacked_bytes >> 10} KiB.",
                "Send more slowly.",
            )
        sequence = self._next_sequence
        flags = 0 if sequence else self._first_flags
        made = encode(
            Message(
                self._sends, sequence, flags, self._next_identity(), payload_type, payload, date_ms
            )
        )
        self._next_sequence = sequence + 1
        self._sent[sequence] = _Sent(made, now)
        self._unacked_bytes += len(made)
        return made

    def acked(self, message: Message, now: float) -> None:
        """An acknowledgement arrived; one for a message that is not waiting is ignored.

        Raises ProtocolTrouble when it cannot be read.
        """
        what = "an acknowledgement"
        fields = read_object(message.payload, what)
        sequence = whole_number_field(fields, "AcknowledgedMessageSequenceNumber", what)
        sent = self._sent.pop(sequence, None)
        if sent is None:
            return
        self._unacked_bytes -= len(sent.frame)
        self._back_off = 1.0
        # Measured from the first sending, unlike the peers: of a message sent twice, a late
        # answer then lengthens the timeout where theirs shortens it, and slow links stay calm.
        sample = min(max(now - sent.first, 0.0), LONGEST_TIMEOUT)
        self._variation += (abs(self._round_trip - sample) - self._variation) / 4
        self._round_trip += (sample - self._round_trip) / 8
        timeout = self._round_trip + max(0.01, 4 * self._variation)
        self._timeout = min(max(timeout, SHORTEST_TIMEOUT), LONGEST_TIMEOUT)

    def due(self, now: float) -> list[bytes]:
        """The frames to send again now, unchanged and oldest first, at most `Limits.burst`.

        Raises ProtocolTrouble when the peer has left one message unacknowledged for
        `Limits.give_up` seconds of trying; time in which nobody called does not count.
        """
        if now < self._next_round:
            return []
        timeout = self.timeout
        late: list[int] = []
        for sequence, sent in self._sent.items():
            if now - sent.last < timeout or len(late) == self._limits.burst:
                break
            late.append(sequence)
        if not late:
            return []
        self._next_round = now + TICK
        self._back_off = min(self._back_off * 2, LONGEST_BACK_OFF / SHORTEST_TIMEOUT)
        return [self._again(sequence, now) for sequence in late]

    def _again(self, sequence: int, now: float) -> bytes:
        """The frame of `sequence` once more; it goes to the end of the order of sending."""
        sent = self._sent.pop(sequence)
        sent.tried += min(now - sent.last, 2 * LONGEST_BACK_OFF)
        sent.last = now
        self._sent[sequence] = sent
        if sent.tried >= self._limits.give_up:
            raise ProtocolTrouble(
                f"The peer has not acknowledged a message for {self._limits.give_up:.0f} seconds.",
                "The target or its agent is probably gone.",
            )
        return sent.frame

    def repeat(self, now: float) -> list[bytes]:
        """What to send at once on a new connection: the latest acknowledgements, and everything
        that the peer has not acknowledged, in order and unchanged."""
        unacked = sorted(self._sent.items())
        self._sent = dict(unacked)
        for _, sent in unacked:
            sent.first = sent.last = now
        self._back_off = 1.0
        self._next_round = float("-inf")
        return [*self._acknowledged, *(sent.frame for _, sent in unacked)]

    # receiving

    def receive(self, message: Message, now: float, date_ms: int) -> Received:
        """A numbered message arrived: what to deliver and what to answer.

        A duplicate is acknowledged again, since its first acknowledgement was lost or came too
        early for the peer's list. A message ahead of its turn is acknowledged and kept while
        there is room, and otherwise ignored: the peer sends it again. A message of another type
        is ignored.
        """
        if message.type != self._receives:
            return Received([], [])
        sequence = message.sequence
        if sequence == self._expected:
            self._expected = sequence + 1
            deliver = [message]
            if self._early:
                self._drain(deliver)
            return Received(deliver, [self._acknowledge(message, date_ms)])
        if sequence < self._expected or sequence in self._early or self._keep(message):
            return Received([], [self._acknowledge(message, date_ms)])
        return Received([], [])

    def _keep(self, message: Message) -> bool:
        """Keep a message that came before its turn; False when there is no room."""
        size = self._early_bytes + len(message.payload)
        if len(self._early) >= self._limits.early_messages or size > self._limits.early_bytes:
            return False
        self._early[message.sequence] = message
        self._early_bytes = size
        return True

    def _drain(self, deliver: list[Message]) -> None:
        """Move the kept messages whose turn has come to `deliver`."""
        while message := self._early.pop(self._expected, None):
            self._early_bytes -= len(message.payload)
            self._expected += 1
            deliver.append(message)

    def _acknowledge(self, message: Message, date_ms: int) -> bytes:
        """The frame that acknowledges `message`, its keys in the order of the peers."""
        name = message.identity.hex()
        text = (
            f"{self._ack_head}{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
            f'","AcknowledgedMessageSequenceNumber":{message.sequence},"IsSequentialMessage":true}}'
        )
        frame = encode(
            Message(
                MessageType.ACK,
                0,
                FIRST_AND_LAST,
                self._next_identity(),
                PayloadType.NONE,
                text.encode("ascii"),
                date_ms,
            )
        )
        self._acknowledged.append(frame)
        return frame
