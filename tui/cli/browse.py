"""`hatchway`: the browser."""

import asyncio
import contextlib
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from tui import settings as choices
from tui.model.store import Store
from tui.ui.app import HatchwayApp
from tui.ui.backstage import Backstage


async def browse(
    options: Namespace, world: AbstractAsyncContextManager[None] | None = None
) -> int:
    """Shows the browser until it is left; `world` is entered first and left last."""
    settings = choices.load()
    store = Store()

    @asynccontextmanager
    async def backstage() -> AsyncIterator[Backstage]:
        # only now, after the first paint, are the AWS libraries loaded: off the loop, as it is slow
        rooms = await asyncio.to_thread(_rooms)
        async with world or nullcontext(), rooms.joined(options, settings, store) as room:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(room.watcher.run())
                try:
                    yield Backstage(watcher=room.watcher, engine=room.engine, ports=room.aws.ports)
                finally:
                    watching.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await watching

    app = HatchwayApp(store=store, settings=settings, start=backstage)
    await app.run_async()
    return app.return_code or 0
