"""The application: its looks, its one main screen, and the rooms behind it while it runs."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import Worker

from tui import paths
from tui.errors import Trouble
from tui.model.resource import FLEET
from tui.model.store import Freshness, Store
from tui.ui import toasts
from tui.ui.backstage import Start
from tui.ui.keyboard import mend_alt_keys
from tui.ui.palette import CommandProvider
from tui.ui.screens.closing import Closing
from tui.ui.screens.main import MainScreen
from tui.ui.theme import HATCHWAY
from tui.ui.widgets.session_pane import DEFAULT_TERMINALS, TerminalChoices
from tui.watch.hurry import Hurry

_LOG = logging.getLogger(__name__)
_CLOSING_LIMIT = 8.0
"""Seconds that closing everything may take before the screen goes anyway."""


class HatchwayApp(App[None], inherit_bindings=False):
    """The browser. `start` is entered after the first paint and left when the screen goes."""

    TITLE = "Hatchway"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("colon", "command_palette", show=False)]
    CSS_PATH = sorted(paths.styles().rglob("*.tcss"))

    def __init__(
        self,
        *,
        store: Store,
        start: Start,
        identity: str = "",
        terminals: TerminalChoices = DEFAULT_TERMINALS,
        theme: str = HATCHWAY.name,
        clock: Callable[[], float] = time.time,
        local_clipboard: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.hurry = Hurry()
        """Begins with every key; what can wait makes room for it."""
        mend_alt_keys()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]
        self._store = store
        self._start = start
        self._identity = identity
        self._terminals = terminals
        self._clock = clock
        self._local_clipboard = local_clipboard
        self._worker: Worker[None] | None = None
        self._leaving = asyncio.Event()
        self._left = asyncio.Event()
        self._left.set()
        self.register_theme(HATCHWAY)
        self.theme = theme if theme in self.available_themes else HATCHWAY.name

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, for Unix with an Esc that does not tarry."""
        chosen = super().get_driver_class()
        if chosen.__module__ != "textual.drivers.linux_driver":
            return chosen
        from tui.ui.driver import UnixDriver  # cannot be imported on Windows

        return UnixDriver

    def get_default_screen(self) -> Screen[None]:
        """The main screen."""
        return MainScreen(
            self._store,
            identity=self._identity,
            terminals=self._terminals,
            clock=self._clock,
            hurry=self.hurry,
        )

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever dialog is over it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def on_mount(self) -> None:
        """Paint first; what takes time to import comes after."""
        self.main.browser.local_clipboard = self._local_clipboard
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._left.clear()
        self._worker = self.run_worker(self._behind(), name="backstage")

    async def _behind(self) -> None:
        """Keep the rooms behind the screen open until the person leaves."""
        try:
            async with self._start(self.hurry) as backstage:
                self.main.begin(backstage)
                await self._leaving.wait()
        except Trouble as trouble:
            self._store.set_freshness(FLEET, Freshness(trouble=trouble))
            await self._leaving.wait()
        finally:
            self._left.set()

    async def on_event(self, event: events.Event) -> None:
        """Whatever a person does goes before what is asked of AWS."""
        if isinstance(event, events.InputEvent):
            self.hurry.begins()
        await super().on_event(event)

    def tell(self, what: str) -> None:
        """A toast with news from behind the screen."""
        toasts.say(self, what)

    def _fatal_error(self) -> None:
        """Leave after a bug of ours, with a traceback on the terminal and in the log.

        Textual's own also shows the variables of each frame, and with them keys and tokens.
        """
        from rich.traceback import Traceback  # the first paint need not wait for it

        _LOG.error("Hatchway has failed", exc_info=True)
        self.bell()
        self.panic(Traceback(width=None))

    async def action_quit(self) -> None:
        """Close all that is open, within a bounded time, and go."""
        if self._leaving.is_set():
            return
        self._leaving.set()
        self.push_screen(Closing(self.main.browser.live_sessions()))
        if self._worker is not None and self.main.browser.backstage is None:
            self._worker.cancel()
        self.run_worker(self._go(), name="leaving")

    async def _go(self) -> None:
        await self.closed()
        self.exit()

    async def closed(self) -> None:
        """Wait until all that was open is closed, within a bounded time.

        For whoever runs the app: after a signal or a crash the screen goes first.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_LIMIT):
                await self._left.wait()
