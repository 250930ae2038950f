"""Keeps the snapshot: what it holds goes to the store at start, what the store holds to it later.

The top of the tree is read before the first paint, for it is small; the rest follows on the
watcher's loop, before AWS is asked, so that nothing old ever replaces anything new.
"""

import asyncio
import logging
from collections.abc import Iterator

from tui.clock import Clock, sleep_until
from tui.model.store import Freshness, Store
from tui.watch.feed import Feed
from tui.watch.snapshot import Block, Snapshot
from tui.watch.watcher import Watcher

_LOG = logging.getLogger(__name__)
FIRST = 60.0
"""Seconds after the start until the fleet is first saved."""
EVERY = 300.0
"""Seconds from one save to the next."""


class Keeper:
    """One snapshot and one store. Made, and used, on the store's loop where nothing else is said.

    `snapshot` None keeps nothing: there is no folder for it.
    """

    def __init__(self, store: Store, snapshot: Snapshot | None) -> None:
        self.store = store
        self._snapshot = snapshot
        self._blocks: Iterator[Block] = snapshot.blocks() if snapshot is not None else iter(())
        self._top: Block | None = None
        self._is_reading = False
        """Whether the store has only a part of what the snapshot holds."""

    def paint(self) -> None:
        """Puts the top of the remembered tree into the store; takes milliseconds."""
        self._top = next(self._blocks, None)
        if self._top is not None:
            self._is_reading = True
            self.store.put(self._top.rows)
            for address, when in self._top.loaded_at.items():
                self.store.set_freshness(address, Freshness(loaded_at=when, remembered=True))

    async def recall(self, feed: Feed, watcher: Watcher) -> None:
        """The rest of it, on the watcher's loop and before it watches."""
        if self._top is not None:
            watcher.recall(self._top.loaded_at)
        for block in self._blocks:
            await feed.give(block.rows)
            await asyncio.sleep(0)
        await feed.settle()
        self._is_reading = False

    async def keep(self, clock: Clock) -> None:
        """Saves now and then, until it is cancelled; on the watcher's loop."""
        wait = FIRST
        while True:
            await sleep_until(clock, clock.monotonic() + wait)
            await self.save()
            wait = EVERY

    async def save(self) -> None:
        """Saves what the store has; in a thread, from any loop. That it fails harms nobody.

        Who leaves before all of the last snapshot was read keeps that one.
        """
        if self._snapshot is not None and len(self.store) and not self._is_reading:
            try:
                rows, loaded_at = self.store.everything(), self.store.loaded_at()
                await asyncio.to_thread(self._snapshot.save, rows, loaded_at)
            except OSError as error:
                _LOG.warning("The fleet could not be remembered: %s", error.strerror)
