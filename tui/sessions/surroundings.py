"""What stands around a session: what it needs of the world, and who hears what it says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.clock import Clock, RealClock
from tui.sessions.opener import Opener
from tui.sessions.resuming import Away
from tui.sessions.transport import Dial, dial

if TYPE_CHECKING:
    from tui.sessions.live import Live


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every session needs of the world."""

    opener: Opener
    clock: Clock = field(default_factory=RealClock)
    dial: Dial = dial


def _nobody(_: object) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Listeners:
    """Who hears what a session says; all are called from the event loop and return quickly.

    A Trouble that one of them raises ends the session with it.
    """

    output: Callable[[bytes], None] = _nobody
    stderr: Callable[[bytes], None] = _nobody
    flag: Callable[[int], None] = _nobody
    change: Callable[["Live"], None] = _nobody
    """The session has its ticket, is open, has lost or found its connection, or has ended."""
    away: Callable[[Away | None], None] = _nobody
    """The connection is lost and tried again; None once it is back."""
