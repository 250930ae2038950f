"""How sessions end: the last words, the termination at AWS, and what is said about it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from tui.errors import Trouble
from tui.model.wish import Ticket
from tui.sessions.carrier import Carrier
from tui.sessions.opener import Opener
from tui.sessions.transport import CLOSE_SECONDS as SOCKET_SECONDS
from tui.sessions.transport import Transport

CLOSE_SECONDS = 5.0
"""The longest that closing a session takes."""
_LAST_WORDS_SECONDS = 0.5
_TERMINATE_SECONDS = CLOSE_SECONDS - _LAST_WORDS_SECONDS - SOCKET_SECONDS


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session ended."""

    reason: str
    """A sentence or a few words; the remote side's own when it gave some."""
    exit_code: int | None = None
    """The remote command's exit status, where the peer told it."""
    clean: bool = True
    """Whether it ended in the ordinary way: by the remote side without complaint, or by us."""
    trouble: Trouble | None = None
    """What broke it."""
    left_open: bool = False
    """Whether AWS could not be told to terminate it; it ends there by its own idle limit."""


def ending(
    trouble: Trouble | None, last_words: str | None, exit_code: int | None, *, left_open: bool
) -> Ending:
    """What is known of the end; `last_words` is None unless the remote side closed the session."""
    if trouble:
        return Ending(trouble.what, exit_code, False, trouble, left_open)
    if last_words is None:
        return Ending("closed", exit_code, left_open=left_open)
    said = last_words.strip()
    return Ending(said or "closed by the remote side", exit_code, clean=not said)


async def say_last_words(carrier: Carrier, transport: Transport) -> None:
    """Write what waits: acknowledgements, a refusal that the agent expects, a tunnel's end."""
    with suppress(Trouble, TimeoutError):
        async with asyncio.timeout(_LAST_WORDS_SECONDS):
            await carrier.flush(transport)


async def terminated(opener: Opener, ticket: Ticket) -> bool:
    """Terminate a session at AWS; False when that could not be made certain in time."""
    try:
        async with asyncio.timeout(_TERMINATE_SECONDS):
            await opener.terminate(ticket)
    except (Trouble, TimeoutError):
        return False
    return True
