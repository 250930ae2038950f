"""An Opener that writes every session down before it exists, until it is over."""

from tui.errors import Refused, Trouble, Unreachable
from tui.model.wish import DataKey, Ticket, Wish
from tui.sessions.opener import Opener
from tui.sessions.registry import Entry, Registry

_UNCLEAR = frozenset({"UnreadableAnswer", "IncompleteAnswer", "InternalServerError"})
"""Answers that do not say that no session was started."""


class Registered:
    """See `tui.sessions.opener.Opener`; whoever uses it tells with `over` what ended by itself."""

    def __init__(self, opener: Opener, registry: Registry) -> None:
        self._opener = opener
        self._registry = registry
        self._entries: dict[str, Entry] = {}
        self._unclear: list[Entry] = []

    async def open(self, wish: Wish) -> Ticket:
        """Start a session; one of which no answer came stays written down."""
        entry, wish = self._registry.enter(wish)
        if entry is None:
            return await self._opener.open(wish)
        self._unclear.append(entry)
        try:
            ticket = await self._opener.open(wish)
        except Trouble as trouble:
            if not _may_have_started(trouble):
                self._unclear.remove(entry)
                entry.over()
            raise
        entry.answered(ticket)
        self._unclear.remove(entry)
        self._entries[ticket.session_id] = entry
        return ticket

    async def resume(self, ticket: Ticket) -> Ticket | None:
        """A fresh token for the same session."""
        return await self._opener.resume(ticket)

    async def terminate(self, ticket: Ticket) -> None:
        """End a session."""
        await self._opener.terminate(ticket)
        self.over(ticket.session_id)

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        """A key for a session that is to be encrypted."""
        return await self._opener.data_key(ticket, key_id, challenge)

    def over(self, session_id: str) -> None:
        """A session has ended."""
        entry = self._entries.pop(session_id, None)
        if entry:
            entry.over()

    def close(self) -> None:
        """Leave to the next start what could not be ended."""
        for entry in [*self._entries.values(), *self._unclear]:
            entry.leave()


def _may_have_started(trouble: Trouble) -> bool:
    """Whether AWS may have started a session of which we have no answer."""
    if isinstance(trouble, Refused):
        return trouble.code in _UNCLEAR
    return isinstance(trouble, Unreachable)
