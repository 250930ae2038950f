"""What is known of a session while it is open, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum


class SessionState(StrEnum):
    """Where a session is in its life."""

    OPENING = "opening"
    OPEN = "open"
    RECONNECTING = "reconnecting"
    """Its connection broke; AWS still has the session, and it goes on when there is another."""
    CLOSED = "closed"


class SessionKind(StrEnum):
    """What a session is for."""

    SHELL = "shell"
    COMMAND = "command"
    FORWARD = "forward"
    DESKTOP = "desktop"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One session of this program. It never holds a token."""

    number: int
    """Its number in this run, from 1: what a person calls it by."""
    session_id: str = ""
    """AWS's id; empty until AWS has answered."""
    kind: SessionKind
    title: str
    address: str
    """The address of the resource it was started from; empty for a raw target."""
    target: str = ""
    """The Systems Manager target."""
    account: str = ""
    region: str = ""
    state: SessionState = SessionState.OPENING
    opened_at: float = 0.0
    """Seconds since the epoch."""
    attempts: int = 0
    """Tries to reconnect that failed, while it is reconnecting."""
    next_try: float = 0.0
    """When the next try comes, in seconds since the epoch."""
    trouble: str = ""
    """What broke the connection, or the last try."""
    ended: str = ""
    """Why it is closed, as a sentence or a few words."""
    exit_code: int | None = None
    """The remote command's exit status, where the peer told it."""
