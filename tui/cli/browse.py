"""`hatchway`: the browser."""

import asyncio
import contextlib
import gc
import importlib
import os
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from tui import paths
from tui import settings as choices
from tui.cli.endpoint import endpoint
from tui.clock import RealClock
from tui.model.store import Store
from tui.ui import clipboard, lending
from tui.ui.app import HatchwayApp
from tui.ui.backstage import Backstage, Start
from tui.ui.keyboard import key_name
from tui.ui.widgets.session_pane import TerminalChoices
from tui.watch.far import FarWatcher
from tui.watch.hurry import Hurry
from tui.watch.keeper import Keeper
from tui.watch.snapshot import Snapshot

_SWITCH = 0.0005
"""Seconds after which a thread that waits may run."""


async def browse(options: Namespace, world: AbstractAsyncContextManager[None] | None = None) -> int:
    """Shows the browser until it is left; `world` is entered first and left last."""
    app = browser(
        options, world, local_clipboard=clipboard.local_clipboard(), board=lending.local_board()
    )
    try:
        await app.run_async()
    finally:
        await app.closed()
    return app.return_code or 0


def browser(
    options: Namespace,
    world: AbstractAsyncContextManager[None] | None = None,
    *,
    clock: Callable[[], float] = time.time,
    local_clipboard: Callable[[str], None] | None = None,
    board: lending.Board | None = None,
    remember: bool = True,
) -> HatchwayApp:
    """The browser and the rooms behind it, joined and ready to run.

    `clock` tells the time that ages are counted to, in seconds since the epoch. With `remember`,
    the fleet of the last run is shown at once, unless the settings say no.
    """
    settings = choices.load()
    store = Store()
    keeper = Keeper(store, snapshot_of(options, settings) if remember else None)
    keeper.paint()

    def tell(text: str) -> None:
        app.tell(text)

    app = HatchwayApp(
        store=store,
        start=_backstage(options, settings, keeper, world or nullcontext(), tell, board),
        identity=_identity(options, settings, world is not None),
        theme=settings.theme,
        terminals=TerminalChoices(
            key_name(settings.prefix),
            key_name(settings.second_prefix),
            settings.scrollback,
            settings.record,
        ),
        clock=clock,
        local_clipboard=local_clipboard,
    )
    return app


def _identity(options: Namespace, settings: choices.Settings, is_demo: bool) -> str:
    """Who looks at the fleet, and by what it is reached if not by us."""
    who = "demo" if is_demo else options.profile
    by_plugin = (options.engine or settings.engine) == "plugin"
    return " · ".join(filter(None, (who, "plugin" if by_plugin else "")))


def snapshot_of(options: Namespace, settings: choices.Settings) -> Snapshot | None:
    """Where this fleet is remembered: each choice of accounts, regions and endpoint has its own."""
    if not settings.remember:
        return None
    if options.verb == "demo":
        which = f"demo {options.fleet} {options.seed}"
    else:
        profiles, regions = options.profile or settings.profiles, options.region or settings.regions
        config = os.environ.get("AWS_CONFIG_FILE", "")
        which = repr((profiles, regions, endpoint(options), config))
    try:
        return Snapshot(paths.cache(), which)
    except OSError:
        return None  # a home that cannot be written to is no reason not to work


def _backstage(
    options: Namespace,
    settings: choices.Settings,
    keeper: Keeper,
    world: AbstractAsyncContextManager[None],
    tell: Callable[[str], None],
    board: lending.Board | None,
) -> Start:
    """What opens the rooms behind the screen, inside of `world`, and the watching of the fleet."""

    @asynccontextmanager
    async def backstage(hurry: Hurry) -> AsyncIterator[Backstage]:
        # what takes a while to import is loaded after the first paint, and in a thread
        rooms = await asyncio.to_thread(importlib.import_module, "tui.cli.rooms")
        desktop = await asyncio.to_thread(importlib.import_module, "tui.sessions.desktop")
        await asyncio.to_thread(importlib.import_module, "tui.ui.widgets.terminal")
        async with (
            world,
            rooms.joined(options, settings, keeper.store, tell, hurry) as joined,
            asyncio.TaskGroup() as group,
        ):
            watching = group.create_task(_watched(joined.watcher, keeper))
            spare_the_screen()
            try:
                yield Backstage(
                    watcher=joined.watcher,
                    engine=joined.engine,
                    ports=joined.aws.ports,
                    calls=joined.aws.report,
                    # read again: the demo has only just said where its key is
                    desktops=desktop.Desktops(choices.load(), joined.aws.password_data),
                    board=board,
                )
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
                await keeper.save()

    return backstage


async def _watched(watcher: FarWatcher, keeper: Keeper) -> None:
    """The fleet is remembered, watched and kept, until this is cancelled."""
    await watcher.recall(keeper)
    async with asyncio.TaskGroup() as group:
        group.create_task(watcher.keep(keeper, RealClock()))
        group.create_task(watcher.run())


def spare_the_screen() -> None:
    """Keeps the interpreter's own habits from holding up keys.

    What was imported stays for good, so the garbage collector need not look at it again: a full
    collection stops the screen, without this for 100 ms while a terminal scrolls. And a thread that
    reads answers of AWS gives way after half a millisecond, not after five: a key changes threads
    some times on its way to the screen.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 100, 40)
    sys.setswitchinterval(_SWITCH)
