"""What a data channel tells its owner."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui.errors import ProtocolTrouble
from tui.protocol.message import PayloadType

_EXIT_CODE = re.compile(rb"\s*EXIT_CODE: (-?[0-9]{1,10})\s*")


@dataclass(frozen=True, slots=True)
class Opened:
    """The session can be used: what was held goes out, and what is sent goes out at once."""

    session_type: str
    """Standard_Stream, InteractiveCommands, NonInteractiveCommands or Port."""
    properties: Mapping[str, object]
    """Of a port session, as the document has them (portNumber, type, …); else empty."""
    agent_version: str
    """Empty when the agent started without a handshake, as it does for most shells."""
    customer_message: str
    """A sentence for the person, often empty."""
    encrypted: bool = False
    """Whether the session's data is encrypted with a KMS key, beyond the TLS of the connection."""


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """The session is to be encrypted: the channel waits for `supply_key` or `refuse_key`.

    The agent waits too, 15 s at most.
    """

    key_id: str
    """The KMS key, as the agent names it: an ARN, an id or an alias."""
    challenge: str
    """Belongs into the encryption context as it is; empty from older agents."""


@dataclass(frozen=True, slots=True)
class Output:
    """Bytes from the target: what its terminal shows, or data of a tunnel."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Stderr:
    """Bytes that a command wrote to its standard error."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ExitCode:
    """The command's exit status."""

    code: int


@dataclass(frozen=True, slots=True)
class FlagReceived:
    """A flag from the agent, mostly `Flag.CONNECT_TO_PORT_ERROR`; unknown numbers occur."""

    flag: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The gateway ended the session; nothing follows."""

    reason: str
    """Its words, empty after an ordinary end."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The gateway says that the agent is away; what is sent meanwhile is sent again later."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The agent is there again."""


Event = Opened | KeyWanted | Output | Stderr | ExitCode | FlagReceived | Closed | Paused | Resumed


def content(kind: int, payload: bytes) -> Event:
    """The event of what the target wrote, or of its exit status; ProtocolTrouble if it is none."""
    if kind == PayloadType.OUTPUT:
        return Output(payload)
    if kind == PayloadType.STDERR:
        return Stderr(payload)
    found = _EXIT_CODE.fullmatch(payload)
    if not found:
        raise ProtocolTrouble("The agent sent an exit status that is not a number.")
    return ExitCode(int(found[1]))
