"""The whole browser on a small stage: a fleet in its store, echoes behind it, keys to press."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from textual.pilot import Pilot

from tests.ui.backroom import Backroom
from tests.ui.fleet import NOW, filled
from tui.model.store import Store
from tui.ui.app import HatchwayApp
from tui.ui.browser import Browser
from tui.ui.widgets.details import Details
from tui.ui.widgets.key_bar import KeyBar
from tui.ui.widgets.session_tabs import SessionTabs

WIDE = (200, 50)
NARROW = (80, 24)


@dataclass
class Stage:
    """The app while it runs."""

    app: HatchwayApp
    pilot: Pilot[None]
    room: Backroom
    store: Store
    copied: list[str] = field(default_factory=list)

    @property
    def browser(self) -> Browser:
        return self.app.main.browser

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        await self.pilot.press(*keys)

    async def enter(self, words: str) -> None:
        """Press the keys of a text."""
        await self.pilot.press(*words)

    async def go_to(self, address: str) -> None:
        """Put the cursor somewhere, the short way, and wait until everybody knows."""
        self.browser.tree.go_to(address)
        await self.until(lambda: self.browser.tree.address == address)
        await self.until(lambda: ("focus", address) in self.room.notebook.wanted)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so; fail when it never is."""
        for _ in range(400):
            if true():
                return
            await self.pilot.pause(0.01)
        raise AssertionError("it never came to that:\n" + self.text())

    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        screen = self.app.screen
        width, height = self.app.size
        strips = screen._compositor.render_strips(self.app.size)
        return ["".join(s.text for s in strip)[:width].rstrip() for strip in strips[:height]]

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines())

    async def shows(self, *words: str) -> None:
        """Wait until the screen has all these words."""
        await self.until(lambda: all(word in self.text() for word in words))

    async def hides(self, word: str) -> None:
        """Wait until the screen has this word no more."""
        await self.until(lambda: word not in self.text())

    @property
    def toasts(self) -> list[str]:
        """What the toasts say."""
        return [note.message for note in self.app._notifications]

    def drawn(self, kind: type[KeyBar] | type[SessionTabs] | type[Details]) -> str:
        """What one part of the main screen says."""
        widget = self.app.main.query_one(kind)
        lines = self.lines()[widget.region.y : widget.region.bottom]
        return "\n".join(line[widget.region.x : widget.region.right] for line in lines)


@asynccontextmanager
async def browsing(
    size: tuple[int, int] = WIDE, store: Store | None = None
) -> AsyncIterator[Stage]:
    """The app, running and started."""
    store = filled() if store is None else store
    room = Backroom(store)
    copied: list[str] = []
    app = HatchwayApp(
        store=store,
        start=room.start,
        identity="demo",
        clock=lambda: NOW,
        local_clipboard=copied.append,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, pilot, room, store, copied)
        await stage.until(lambda: stage.browser.backstage is not None)
        await pilot.pause()
        yield stage
