"""The ways out: nothing stays open, and nobody loses a session by a slip."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from textual.pilot import Pilot

from tests.ui.fleet import APP, filled
from tests.ui.stage import browsing
from tests.ui.widgets.test_session_area import PREFIX, open_shell
from tui.errors import WrongSettings
from tui.model.store import Store
from tui.ui.app import HatchwayApp
from tui.ui.backstage import Backstage
from tui.ui.screens.confirm import Confirm
from tui.ui.widgets.fleet_tree import FleetTree


async def test_q_without_sessions_goes_at_once() -> None:
    async with browsing() as stage:
        await stage.press("q")
        await stage.until(lambda: stage.room.left)
    assert stage.app.return_code == 0


async def test_q_with_a_live_session_asks_and_enter_alone_stays() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "d", "q")
        await stage.shows("Quit and close 1 live session?")
        await stage.press("enter")
        await stage.hides("Quit and close")
        assert not stage.room.left
        await stage.press("ctrl+c")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: stage.room.left)
        assert (await stage.room.engine.shells[0].wait()).reason == "closed"


async def test_a_forward_counts_as_live() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        await stage.press("F")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        await stage.press("q")
        await stage.shows("Quit and close 1 live session?")


async def test_keys_of_the_program_belong_to_the_remote_in_a_terminal() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press("q", "ctrl+q", "ctrl+c", "colon", "question_mark", "ctrl+p")
        await stage.shows("$ q")
        assert len(stage.app.screen_stack) == 1
        assert not stage.room.left


async def test_what_is_behind_is_closed_when_the_screen_goes_by_itself() -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        stage.app.exit()
    await stage.app.closed()
    assert stage.room.left


async def test_trouble_at_the_start_is_shown_in_the_tree_and_q_still_works() -> None:
    async with starting(Store(), Refused()) as (app, pilot):
        await pilot.pause(0.1)
        lines = app.main.query_one(FleetTree)
        shown = "".join(lines.render_line(y).text for y in range(3))
        assert "⚠ There is no profile. Run aws configure." in shown
        await pilot.press("q")
        await app.closed()
    assert app.return_code == 0


async def test_q_while_everything_is_still_starting() -> None:
    endless = Endless()
    async with starting(filled(), endless) as (app, pilot):
        await endless.entered.wait()
        await pilot.press("q")
        await app.closed()
    assert endless.cancelled


class Refused(AbstractAsyncContextManager[Backstage]):
    """Rooms that cannot be had."""

    async def __aenter__(self) -> Backstage:
        raise WrongSettings("There is no profile.", "Run aws configure.")

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""


class Endless(AbstractAsyncContextManager[Backstage]):
    """Rooms that take for ever."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.cancelled = False

    async def __aenter__(self) -> Backstage:
        self.entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled = True
        raise AssertionError

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""


@asynccontextmanager
async def starting(
    store: Store, rooms: AbstractAsyncContextManager[Backstage]
) -> AsyncIterator[tuple[HatchwayApp, Pilot[None]]]:
    app = HatchwayApp(store=store, start=lambda _: rooms)
    async with app.run_test(size=(80, 24)) as pilot:
        yield app, pilot
