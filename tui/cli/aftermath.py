"""What a crashed Hatchway left open is terminated while the next one works, and said once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tui.sessions.engine import Engine
from tui.sessions.reaper import Book, reap, told
from tui.sessions.registry import Registry

if sys.platform != "win32":
    import termios

GRACE_SECONDS = 3.0
"""How long a verb that is done waits for it. What is not done by then is left to the next start."""

Tell = Callable[[str], None]
"""Says a sentence to the person; from the event loop."""


@asynccontextmanager
async def cleaning_up(
    engine: Engine, registry: Registry, book: Book, tell: Tell | None = None
) -> AsyncIterator[None]:
    """Cleans up in the background. Without `tell` it is said on stderr: at once, or at the end if
    the terminal belongs to a session until then."""
    unsaid: list[str] = []
    say = tell or (lambda text: unsaid.append(text) if _is_raw() else on_stderr(text))

    async def work() -> None:
        await asyncio.to_thread(registry.sockets.clear)
        if ended := await reap(registry, book):
            say(told(ended))

    working = engine.aside(work())
    try:
        yield
    finally:
        await asyncio.wait({working}, timeout=GRACE_SECONDS)
        for text in unsaid:
            on_stderr(text)


def on_stderr(text: str) -> None:
    """One line of diagnostics."""
    sys.stderr.write(f"hatchway: {text}\n")
    sys.stderr.flush()


def _is_raw() -> bool:
    """Whether standard error is a terminal that shows a session's own screen."""
    if sys.platform == "win32":
        return False
    try:
        return not termios.tcgetattr(sys.stderr.fileno())[3] & termios.ICANON
    except (termios.error, OSError, ValueError):
        return False
