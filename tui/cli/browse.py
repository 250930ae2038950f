"""`hatchway`: the browser."""

import asyncio
import contextlib
import importlib
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from tui import settings as choices
from tui.model.store import Store
from tui.ui.app import HatchwayApp
from tui.ui.backstage import Backstage
from tui.ui.clipboard import local_clipboard
from tui.ui.keyboard import key_name
from tui.ui.widgets.session_pane import TerminalChoices


async def browse(options: Namespace, world: AbstractAsyncContextManager[None] | None = None) -> int:
    """Shows the browser until it is left; `world` is entered first and left last."""
    settings = choices.load()
    store = Store()

    @asynccontextmanager
    async def backstage() -> AsyncIterator[Backstage]:
        # the AWS libraries are loaded after the first paint, and in a thread: they take a while
        rooms = await asyncio.to_thread(importlib.import_module, "tui.cli.rooms")
        async with (
            world or nullcontext(),
            rooms.joined(options, settings, store) as joined,
            asyncio.TaskGroup() as group,
        ):
            watching = group.create_task(joined.watcher.run())
            try:
                yield Backstage(
                    watcher=joined.watcher, engine=joined.engine, ports=joined.aws.ports
                )
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching

    app = HatchwayApp(
        store=store,
        start=backstage,
        identity="demo" if world else options.profile,
        theme=settings.theme,
        terminals=TerminalChoices(
            key_name(settings.prefix), key_name(settings.second_prefix), settings.scrollback
        ),
        local_clipboard=local_clipboard(),
    )
    try:
        await app.run_async()
    finally:
        await app.closed()
    return app.return_code or 0
