"""What a data channel tells its owner."""

from collections.abc import Mapping
from dataclasses import dataclass


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


Event = Opened | Output | Stderr | ExitCode | FlagReceived | Closed | Paused | Resumed
