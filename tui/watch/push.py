"""Push instead of poll: listens where AWS tells by itself what happens, for as long as it does.

A region whose queue answers is polled rarely. When the queue fails, polling takes over at once and
the queue is tried again after a growing pause.
"""

import asyncio
import random
from contextlib import aclosing

from tui.clock import Clock, sleep_until
from tui.errors import Trouble
from tui.watch.intervals import Intervals
from tui.watch.source import Wire
from tui.watch.watcher import Watcher


class Push:
    """Gives the watcher what `wire` tells; belongs to the watcher's loop."""

    def __init__(
        self,
        wire: Wire,
        watcher: Watcher,
        clock: Clock,
        intervals: Intervals | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._wire = wire
        self._watcher = watcher
        self._clock = clock
        self._intervals = intervals or Intervals()
        self._chance = chance or random.Random()

    async def run(self) -> None:
        """Listens in all regions that have a queue, until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for region in self._wire.regions:
                group.create_task(self._listen(region))

    async def _listen(self, region: str) -> None:
        failures = 0
        while True:
            trouble: Trouble | None = None
            try:
                async with aclosing(self._wire.listen(region)) as events:
                    async for event in events:
                        failures = 0
                        self._watcher.told_of(region, on=True)
                        await self._watcher.hear(event)
            except Trouble as caught:
                trouble = caught
            failures += 1
            self._watcher.told_of(region, on=False)
            wait = self._intervals.retry(failures, trouble, self._chance)
            await sleep_until(self._clock, self._clock.monotonic() + wait)
