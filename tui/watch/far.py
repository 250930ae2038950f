"""The watcher as the screen's loop sees it, when it runs on another one."""

import asyncio
from functools import partial

from tui.clock import Clock
from tui.model.resource import FLEET
from tui.watch.feed import Feed
from tui.watch.keeper import Keeper
from tui.watch.push import Push
from tui.watch.side_loop import SideLoop
from tui.watch.watcher import Watcher


class FarWatcher:
    """Passes on what a person does; no key waits for any of it."""

    def __init__(self, watcher: Watcher, push: Push, feed: Feed, side: SideLoop) -> None:
        self._watcher = watcher
        self._push = push
        self._feed = feed
        self._side = side

    async def recall(self, keeper: Keeper) -> None:
        """See `Keeper.recall`."""
        await self._side.run(partial(keeper.recall, self._feed, self._watcher))

    async def keep(self, keeper: Keeper, clock: Clock) -> None:
        """See `Keeper.keep`."""
        await self._side.run(partial(keeper.keep, clock))

    async def run(self) -> None:
        """Watches and listens; see `Watcher.run` and `Push.run`."""
        await self._side.run(self._run)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._push.run())
            group.create_task(self._watcher.run())

    async def load(self, address: str = FLEET) -> None:
        """See `Watcher.load`; the store has it all afterwards."""
        await self._side.run(partial(self._watcher.load, address))

    def open(self, address: str) -> None:
        """See `Watcher.open`."""
        self._side.call(partial(self._watcher.open, address))

    def close(self, address: str) -> None:
        """See `Watcher.close`."""
        self._side.call(partial(self._watcher.close, address))

    def focus(self, address: str) -> None:
        """See `Watcher.focus`."""
        self._side.call(partial(self._watcher.focus, address))

    def look(self, addresses: frozenset[str]) -> None:
        """See `Watcher.look`."""
        self._side.call(partial(self._watcher.look, addresses))

    def refresh(self, address: str) -> None:
        """See `Watcher.refresh`."""
        self._side.call(partial(self._watcher.refresh, address))
