"""A secret in the clipboard for a short while: it goes again, unless something else came after it.

No Textual here: the command line lends too.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol

import pyperclip

LENT_SECONDS = 30.0
"""How long a password stays in the clipboard."""
_TOO_LATE = 2.0
"""Seconds a clipboard program may take; some hang without a display."""


class Board(Protocol):
    """A clipboard."""

    async def copy(self, text: str) -> bool:
        """Put a text there; False when that failed."""

    async def read(self) -> str:
        """What is there; empty when that cannot be known."""


class LocalBoard:
    """The clipboard of the machine in front of the person."""

    def __init__(self) -> None:
        # one thread: what is taken back was put there before, also when the putting was cancelled
        self._thread = ThreadPoolExecutor(1, "clipboard")

    async def copy(self, text: str) -> bool:
        """Put a text there, with the program or call that the system has for it."""
        try:
            async with asyncio.timeout(_TOO_LATE):
                await self._run(pyperclip.copy, text)
        except (pyperclip.PyperclipException, OSError, TimeoutError):
            return False
        return True

    async def read(self) -> str:
        """What is there."""
        try:
            async with asyncio.timeout(_TOO_LATE):
                return str(await self._run(pyperclip.paste))
        except (pyperclip.PyperclipException, OSError, TimeoutError):
            return ""

    def _run(self, work: Callable[..., object], *arguments: str) -> asyncio.Future[object]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


def is_remote() -> bool:
    """Whether the person sits at another machine, whose clipboard is not this one's."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))


def local_board() -> LocalBoard | None:
    """The local clipboard, if there is one and it is the person's."""
    return None if is_remote() or not pyperclip.is_available() else LocalBoard()


@asynccontextmanager
async def lent(text: str, board: Board) -> AsyncIterator[bool]:
    """`text` is in the clipboard inside of the block (False if that failed).

    Afterwards, also when the block is cancelled, the clipboard is emptied if it still holds it.
    """
    try:
        yield await board.copy(text)
    finally:
        if await board.read() == text:
            await board.copy("")
