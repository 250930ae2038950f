"""Copying: the local clipboard where there is one, else the terminal's own (OSC 52)."""

import asyncio
from collections.abc import Callable

import pyperclip
from textual.app import App

from tui.ui.lending import is_remote

_TOO_LATE = 2.0
"""Seconds a clipboard program may take; some hang without a display."""


def local_clipboard() -> Callable[[str], None] | None:
    """What writes to the clipboard of the machine in front of the person, if there is one.

    Over SSH the clipboard of this machine is not the person's, so the terminal is asked instead.
    """
    if is_remote():
        return None
    return pyperclip.copy if pyperclip.is_available() else None


def safe(text: str) -> str:
    """`text` without control characters: pasted into a shell, it must not press Enter."""
    return "".join(c for c in text if c.isprintable() or c == " ")


async def copy(text: str, app: App[None], local: Callable[[str], None] | None) -> None:
    """Copy `text` with `local`; through the terminal when that is missing or fails."""
    if local is not None:
        try:
            async with asyncio.timeout(_TOO_LATE):
                await asyncio.to_thread(local, text)
        except (pyperclip.PyperclipException, OSError, TimeoutError):
            pass
        else:
            return
    app.copy_to_clipboard(text)


class TerminalBoard:
    """The terminal's clipboard. It cannot be read: what the program copied last is taken for it."""

    def __init__(self, app: App[None]) -> None:
        self._app = app

    async def copy(self, text: str) -> bool:
        """Ask the terminal; it does not say whether it obeys."""
        self._app.copy_to_clipboard(text)
        return True

    async def read(self) -> str:
        """What the program copied last."""
        return self._app.clipboard
