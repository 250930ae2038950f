"""Sessions as AWS tells of them, whoever started them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """A session as AWS tells of it (DescribeSessions), anybody's."""

    session_id: str
    target: str
    owner: str
    """The ARN of the user or assumed role that started it."""
    status: str
    """Connecting, Connected, Disconnected, Terminating, Terminated or Failed."""
    reason: str = ""
    document: str = ""
    started_at: float = 0.0
    """Seconds since the epoch."""
