"""The AgentMessage: the one binary frame of a data channel, its types, its encoder and decoder.

All integers are big-endian. Two oddities of the format: the type is padded with spaces, and the
two halves of the message id are swapped. See the open source of `session-manager-plugin`
(`message/messageparser.go`) and `amazon-ssm-agent` (`session/contracts/agentmessage.go`).
"""

from collections.abc import Callable
from enum import IntEnum, StrEnum
from hashlib import sha256
from struct import Struct
from typing import NamedTuple
from uuid import UUID, uuid4

from tui.errors import ProtocolTrouble

MAX_FRAME = 1 << 20
"""Bytes of the largest frame that is looked at; peers send about 1,200, some clients 1,700."""

HEADER_LENGTH = 116
"""What the peers write into the first field: everything before the length of the payload."""

_LONGEST_HEADER = 4_096
_FIRST_BYTES = HEADER_LENGTH + 4
_HEAD = Struct(">I32sIQqQ8s8s32sII")
_FIXED = Struct(">I32sIQqQ8s8s32sI")
_PADDING = " \0"


class MessageType(StrEnum):
    """What an AgentMessage is for; unknown types are ignored by every peer."""

    INPUT = "input_stream_data"
    """Client to agent, numbered and acknowledged."""
    OUTPUT = "output_stream_data"
    """Agent to client, numbered and acknowledged."""
    ACK = "acknowledge"
    CLOSED = "channel_closed"
    """From the gateway to both sides: the session is over."""
    START = "start_publication"
    """From the gateway: the other side is there."""
    PAUSE = "pause_publication"
    """From the gateway: the other side is away."""
    SESSION_STATE = "agent_session_state"
    """Agent to gateway only."""


class PayloadType(IntEnum):
    """What the payload of a numbered message holds."""

    NONE = 0
    """Not stream data: acknowledgements and the gateway's messages."""
    OUTPUT = 1
    """Raw bytes in either direction: keys, terminal output, tunnel data."""
    ERROR = 2
    SIZE = 3
    """The terminal's size as JSON, client to agent."""
    PARAMETER = 4
    HANDSHAKE_REQUEST = 5
    HANDSHAKE_RESPONSE = 6
    HANDSHAKE_COMPLETE = 7
    ENCRYPTION_CHALLENGE_REQUEST = 8
    ENCRYPTION_CHALLENGE_RESPONSE = 9
    FLAG = 10
    """A big-endian 32-bit `Flag`."""
    STDERR = 11
    EXIT_CODE = 12
    """The text `EXIT_CODE: <n>`."""


class Flag(IntEnum):
    """The value of a FLAG payload."""

    DISCONNECT_TO_PORT = 1
    TERMINATE_SESSION = 2
    CONNECT_TO_PORT_ERROR = 3


FIRST_AND_LAST = 3
"""The header flags of messages that stand alone: acknowledgements and what the gateway says."""


class DigestMismatch(ProtocolTrouble):
    """The payload is not the one that was sent; the sender will send it again."""


class Message(NamedTuple):
    """One AgentMessage, as sent or received."""

    type: str
    """A `MessageType`, or the text of a type that we do not know; at most 32 ASCII characters."""
    sequence: int
    """Counts the numbered messages of one direction from 0; 0 in all others."""
    flags: int
    """Written as the peers write them; nobody reads them."""
    identity: bytes
    """The 16 bytes of the message id in the order of its text form."""
    payload_type: int
    """A `PayloadType`, or a number that we do not know."""
    payload: bytes
    created: int
    """Milliseconds since 1970."""
    schema: int = 1

    @property
    def id(self) -> UUID:
        """The message id; made when asked for, since few messages are."""
        return UUID(bytes=self.identity)


_STREAMS = frozenset({MessageType.INPUT, MessageType.OUTPUT})
_UNCHECKED = frozenset({MessageType.START, MessageType.PAUSE})
"""The official client looks at neither date nor digest of these."""
_BY_NAME = {kind.value: kind for kind in MessageType}
_PADDED = {name: name.encode("ascii").ljust(32) for name in _BY_NAME}
_KNOWN = {_PADDED[name]: kind for name, kind in _BY_NAME.items()}


def encode(message: Message) -> bytes:
    """The frame of `message`. Raises ValueError for a type that does not fit in 32 ASCII bytes."""
    kind, sequence, flags, identity, payload_type, payload, created, schema = message
    head = _HEAD.pack(
        HEADER_LENGTH,
        _PADDED.get(kind) or _pad(kind),
        schema,
        created,
        sequence,
        flags,
        identity[8:],
        identity[:8],
        sha256(payload).digest(),
        payload_type,
        len(payload),
    )
    return head + payload


def decode(frame: bytes | memoryview) -> Message:
    """The message in `frame`.

    Raises DigestMismatch when the payload was damaged on the way (drop it, it comes again), and
    ProtocolTrouble when the frame is no AgentMessage. The payload reaches from the header to the
    end of the frame; the length field is not used, as in both peers.
    """
    size = len(frame)
    if not _FIRST_BYTES <= size <= MAX_FRAME:
        raise ProtocolTrouble(f"The peer sent a frame of {size} bytes, which is no AgentMessage.")
    header, padded, schema, created, sequence, flags, low, high, digest, payload_type = (
        _FIXED.unpack_from(frame)
    )
    if header != HEADER_LENGTH and not HEADER_LENGTH < header <= min(_LONGEST_HEADER, size - 4):
        raise ProtocolTrouble(f"The peer sent a frame with a header of {header} bytes.")
    kind = _KNOWN.get(padded) or _unpad(padded)
    payload = bytes(frame[header + 4 :])
    if kind not in _UNCHECKED:
        if created == 0 and kind in _STREAMS:
            raise ProtocolTrouble("The peer sent a message without a date.")
        counts = payload or any(frame[header : header + 4])
        if counts and sha256(payload).digest() != digest:
            raise DigestMismatch("A message was damaged on its way: its digest does not match.")
    return Message(kind, sequence, flags, high + low, payload_type, payload, created, schema)


def _pad(kind: str) -> bytes:
    """The type field of a type that has no ready-made one."""
    padded = kind.encode("ascii").ljust(32)
    if len(padded) > 32:
        raise ValueError(f"a message type has at most 32 characters: {kind}")
    return padded


def _unpad(padded: bytes) -> str:
    """The type in a field that is not written as the peers write it, or that nobody knows."""
    try:
        text = padded.decode("ascii").strip(_PADDING)
    except UnicodeDecodeError as error:
        raise ProtocolTrouble("The peer sent a message whose type is not text.") from error
    if not text:
        raise ProtocolTrouble("The peer sent a message without a type.")
    return _BY_NAME.get(text, text)


def identities(new_id: Callable[[], UUID] = uuid4) -> Callable[[], bytes]:
    """A source of message ids: `new_id` is asked once, later ids count up from its answer.

    A fresh random id for each message would cost more than all the rest of its header; a peer
    needs them to differ, nothing more.
    """
    first = new_id().bytes
    prefix = first[:10]
    count = int.from_bytes(first[10:]) >> 1

    def following() -> bytes:
        nonlocal count
        count += 1
        return prefix + count.to_bytes(6)

    return following
