"""A session whose connection broke: it is resumed at AWS and goes on over another connection.

ResumeSession gives a fresh token for the same session, and the same address is dialled again.
Tries follow each other at growing intervals, with jitter, for as long as AWS says that the session
lives and for `PATIENCE` seconds at most: a laptop may come back from a walk between two networks,
and whoever logged in again goes on with the same shell.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tui.clock import Clock
from tui.errors import NotAllowed, ProtocolTrouble, SessionTrouble, Trouble, Unsupported
from tui.model.session import SessionRecord, SessionState
from tui.model.wish import Ticket
from tui.sessions.opener import Opener
from tui.sessions.transport import Dial, Transport

PATIENCE = 20 * 60.0
"""Seconds of trying after which a session is given up; AWS ends an idle one about then."""
SHORTEST_DELAY = 0.1
"""Seconds before the first try, to which as much again is added at random."""
LONGEST_DELAY = 5.0
"""Seconds between two tries at most, before the random part."""


class SessionOver(SessionTrouble):
    """AWS says that there is nothing to resume."""

    def __init__(self) -> None:
        super().__init__(
            "The session was closed by AWS (idle or terminated) while the connection was down.",
            "Start it again.",
        )


@dataclass(frozen=True, slots=True)
class Away:
    """A session without a connection, which is being resumed."""

    attempts: int
    """Tries that failed; 0 before the first."""
    why: str
    """What broke the connection, or the last try."""
    next_try: float
    """Seconds since 1970."""


def told(record: SessionRecord, away: Away | None) -> SessionRecord:
    """The record of a session, with what is known of its missing connection."""
    if away is None:
        return replace(record, attempts=0, next_try=0.0, trouble="")
    return replace(
        record,
        state=SessionState.RECONNECTING,
        attempts=away.attempts,
        next_try=away.next_try,
        trouble=away.why,
    )


class Resumption:
    """Brings one session back, as often as that is needed."""

    def __init__(
        self, opener: Opener, clock: Clock, dial: Dial, changed: Callable[[Away], None]
    ) -> None:
        """`changed` hears of each try before it is waited for."""
        self._opener = opener
        self._clock = clock
        self._dial = dial
        self._changed = changed
        self._die = Random()
        self._attempts = 0
        self._since = 0.0

    async def bring_back(
        self, ticket: Ticket, lost: Trouble, lasted: float
    ) -> tuple[Ticket, Transport]:
        """A ticket with a new token, and the connection to use it on.

        Raises SessionOver when AWS says so, and the trouble that no patience helps against:
        NotAllowed, and a gateway that may not be dialled. `lasted` is how many seconds the lost
        connection lived: after a short one the intervals go on growing where they were, for a
        gateway that takes connections only to drop them.
        """
        if lasted > LONGEST_DELAY:
            self._attempts = 0
        if not self._attempts:
            self._since = self._clock.monotonic()
        trouble = lost
        while True:
            await self._wait(trouble)
            try:
                fresh = await self._opener.resume(ticket)
                if fresh:
                    return fresh, await self._dial(fresh)
            except (NotAllowed, ProtocolTrouble, Unsupported):
                raise
            except Trouble as failed:
                trouble = failed
            else:
                raise SessionOver

    async def _wait(self, trouble: Trouble) -> None:
        """Wait for the next try; raises `trouble` when patience has run out."""
        now = self._clock.monotonic()
        if now - self._since > PATIENCE:
            raise SessionTrouble(
                f"The connection could not be restored within {PATIENCE / 60:.0f} minutes.",
                str(trouble),
            )
        delay = min(SHORTEST_DELAY * 2 ** min(self._attempts, 16), LONGEST_DELAY)
        delay *= 1 + self._die.random()
        self._changed(Away(self._attempts, trouble.what, self._clock.wall_ms() / 1000 + delay))
        self._attempts += 1
        done = asyncio.Event()
        timer = self._clock.call_at(now + delay, done.set)
        try:
            await done.wait()
        finally:
            timer.cancel()
