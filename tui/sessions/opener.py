"""Who turns a wish into a ticket: the only way in which sessions reach AWS."""

from typing import Protocol

from tui.model.wish import DataKey, Ticket, Wish


class Opener(Protocol):
    """Starts, resumes, encrypts and terminates sessions at AWS; aws/ has the real one.

    Every call has its own timeout and raises `Trouble`s that name the cause (AgentOffline,
    ExecDisabled, NotAllowed, …); they pass through this room unchanged.
    """

    async def open(self, wish: Wish) -> Ticket:
        """Start a session (StartSession or ExecuteCommand)."""

    async def resume(self, ticket: Ticket) -> Ticket | None:
        """A fresh token for the same session (ResumeSession); None when the session is over."""

    async def terminate(self, ticket: Ticket) -> None:
        """End a session (TerminateSession); no error when it has ended already."""

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        """A key for a session that is to be encrypted (kms:GenerateDataKey), within the 15 s that
        the agent waits; `challenge` is part of what binds the key to it, if it is not empty."""
