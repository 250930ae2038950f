"""What the message gateway between client and agent hears and says for itself.

It hears OpenDataChannel, the one text frame that opens a connection, and says channel_closed,
start_publication and pause_publication. Both directions of each are here.
"""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID, uuid4

from tui.errors import ProtocolTrouble
from tui.protocol.message import FIRST_AND_LAST, Message, MessageType, PayloadType, encode
from tui.protocol.payload import LONGEST_TEXT, read_object, text_field, write_object

_SCHEMA = "1.0"
_LONGEST_OPENING = 65_536


@dataclass(frozen=True, slots=True)
class OpenDataChannel:
    """The first frame on a data channel; nothing answers it."""

    token: str = field(repr=False)
    """From StartSession or ResumeSession: whoever has it has the session."""
    client_id: str
    """A UUID, the same for every connection of one client; empty from an agent."""
    request_id: str
    """A UUID, new for each connection."""
    client_version: str = ""
    """Absent from older clients and from agents."""

    def encode(self) -> str:
        """The JSON text, its keys in the order of the plugin."""
        fields = {
            "MessageSchemaVersion": _SCHEMA,
            "RequestId": self.request_id,
            "TokenValue": self.token,
            "ClientId": self.client_id,
        }
        if self.client_version:
            fields["ClientVersion"] = self.client_version
        return write_object(fields).decode("ascii")


def parse_open(text: str | bytes) -> OpenDataChannel:
    """The opening in a client's first frame.

    Raises ProtocolTrouble when it is none or carries no token; the trouble never quotes the text.
    """
    what = "an opening of the data channel"
    if len(text) > _LONGEST_OPENING:
        raise ProtocolTrouble(f"The peer sent {what} that is too long.")
    fields = read_object(text, what)
    token = text_field(fields, "TokenValue", what)
    if not token:
        raise ProtocolTrouble(f"The peer sent {what} without a token.")
    return OpenDataChannel(
        token=token,
        client_id=text_field(fields, "ClientId", what),
        request_id=text_field(fields, "RequestId", what),
        client_version=text_field(fields, "ClientVersion", what),
    )


def closed_message(
    session_id: str,
    output: str,
    *,
    date_ms: int,
    destination_id: str = "",
    message_id: UUID | None = None,
) -> bytes:
    """The frame of channel_closed; `output` says why, and is empty after an ordinary end."""
    identity = message_id or uuid4()
    payload = write_object(
        {
            "MessageType": MessageType.CLOSED,
            "MessageId": str(identity),
            "DestinationId": destination_id,
            "SessionId": session_id,
            "SchemaVersion": 1,
            "CreatedDate": str(date_ms),
            "Output": output,
        }
    )
    return _alone(MessageType.CLOSED, payload, identity, date_ms)


def publication_message(
    kind: Literal[MessageType.START, MessageType.PAUSE],
    *,
    date_ms: int,
    message_id: UUID | None = None,
) -> bytes:
    """The frame that tells a side that its peer is there (START) or away (PAUSE)."""
    return _alone(kind, b"{}", message_id or uuid4(), date_ms)


def parse_closed(message: Message) -> str:
    """Why the session was closed, in the gateway's words; empty after an ordinary end."""
    what = "a closing of the data channel"
    return text_field(read_object(message.payload, what), "Output", what)[:LONGEST_TEXT]


def _alone(kind: MessageType, payload: bytes, identity: UUID, date_ms: int) -> bytes:
    """The frame of a message outside the numbered streams."""
    return encode(
        Message(kind, 0, FIRST_AND_LAST, identity.bytes, PayloadType.NONE, payload, date_ms)
    )
