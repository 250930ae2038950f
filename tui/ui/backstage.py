"""What the screen asks of the rooms behind it, once they are there.

The rooms that talk to AWS take a while to import, so the browser paints first and receives a
`Backstage` a moment later. Each part is a small protocol, so that screens can be tried with
anything that keeps to it.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui.model.calls import CallReport
from tui.model.forward import ForwardRecord
from tui.model.resource import Resource
from tui.model.session import SessionKind
from tui.model.wish import StartSession, Wish
from tui.sessions.idle import IdleClock
from tui.ui.lending import Board
from tui.watch.hurry import Hurry

if TYPE_CHECKING:  # they bring what talks to AWS, which is imported after the first paint
    from tui.sessions.desktop import Desktop, Tunnelled
    from tui.sessions.parting import Ending
    from tui.sessions.resuming import Away


class Watching(Protocol):
    """The watcher, as far as a person's hands reach it."""

    def open(self, address: str) -> None:
        """A row was opened: ask for what is below it, first and often."""

    def close(self, address: str) -> None:
        """A row was closed."""

    def focus(self, address: str) -> None:
        """The cursor came to rest on a row."""

    def look(self, addresses: frozenset[str]) -> None:
        """These rows are in the window now, and no others."""

    def refresh(self, address: str) -> None:
        """Ask again now."""


class Ended(Protocol):
    """How a session ended."""

    @property
    def reason(self) -> str:
        """One sentence."""

    @property
    def exit_code(self) -> int | None:
        """The remote program's status, where it is known."""


class LiveSession(Protocol):
    """A running shell."""

    @property
    def idle(self) -> IdleClock:
        """How long nothing was said."""

    def send(self, data: bytes) -> None:
        """Give bytes to the remote program."""

    def resize(self, cols: int, rows: int) -> None:
        """Tell the remote side the size of the terminal."""

    def pause(self) -> None:
        """Stop reading: the terminal is behind."""

    def resume(self) -> None:
        """Go on reading."""

    async def close(self) -> object:
        """End it on both sides."""

    async def wait(self) -> Ended:
        """How it ended, when it has."""


class LiveForward(Protocol):
    """An open port forward."""

    @property
    def record(self) -> ForwardRecord:
        """What the store knows of it."""

    async def close(self) -> object:
        """Stop listening and end the session."""

    async def wait(self) -> "Ending":
        """How it ended, when it has."""


class Sessions(Protocol):
    """The engine that opens shells and forwards. All of these raise `Trouble`."""

    async def shell(
        self,
        wish: Wish,
        *,
        title: str,
        address: str,
        size: tuple[int, int],
        on_output: Callable[[bytes], None],
        on_away: Callable[["Away | None"], None],
    ) -> LiveSession:
        """Open a shell; `size` is columns, rows.

        `on_away` hears that the connection was lost, and with None that it is back.
        """

    async def forward(
        self,
        wish: StartSession,
        *,
        title: str,
        address: str,
        local_port: int,
        kind: SessionKind,
    ) -> LiveForward:
        """Open a forward from a port on loopback; `local_port` 0 takes any that is free.

        Raises PortTaken before AWS is asked.
        """


class Desktops(Protocol):
    """What shows the desktop at the end of a forward."""

    async def open(self, forward: "Tunnelled", node: Resource) -> "Desktop":
        """Wait for it, and start the person's client; raises `Trouble` when it does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstage:
    """The rooms behind the screen."""

    watcher: Watching
    engine: Sessions
    ports: Callable[[Resource], Awaitable[tuple[int, ...]]]
    """The ports that a resource listens on, as far as AWS knows; raises `Trouble`."""
    desktops: Desktops
    calls: Callable[[], CallReport] = CallReport
    """What was asked of AWS so far, and how it went."""
    board: Board | None = None
    """Where a password is lent to; the terminal's clipboard if there is no other."""


Start = Callable[[Hurry], AbstractAsyncContextManager[Backstage]]
"""Makes the rooms behind the screen, which make room for keys, and closes all that is open when the
screen goes."""
