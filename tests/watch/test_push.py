"""Listening where AWS tells by itself: its events are heard, its failures are no trouble."""

import asyncio
import random
from collections.abc import AsyncGenerator

from tests.watch.plain import PlainSource, VirtualClock, cluster, service
from tests.watch.test_watcher import SHOP, STEADY, open_all, running, watcher_of
from tui.errors import Trouble, Unreachable
from tui.model.resource import Service
from tui.model.store import Store
from tui.watch.push import Push
from tui.watch.source import Event

HERE = "prod/eu-west-1"


class PlainWire:
    """Tells what a test puts into its queue; a trouble there ends the listening."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Event | Trouble] = asyncio.Queue()
        self.listened = 0

    @property
    def regions(self) -> frozenset[str]:
        return frozenset({HERE})

    async def listen(self, region: str) -> AsyncGenerator[Event, None]:
        assert region == HERE
        self.listened += 1
        while True:
            told = await self.queue.get()
            if isinstance(told, Trouble):
                raise told
            yield told


async def test_events_are_shown_and_polling_slows_down_until_the_queue_fails(
    source: PlainSource, clock: VirtualClock
) -> None:
    store, wire = Store(), PlainWire()
    watcher = watcher_of(source, store, clock)
    push = Push(wire, watcher, clock, STEADY, random.Random(1))
    async with running(watcher, clock), asyncio.TaskGroup() as group:
        listening = group.create_task(push.run())
        open_all(watcher, SHOP)
        await clock.advance(10.0)
        source.asked.clear()
        await clock.advance(10.0)
        assert source.asked.count(SHOP) == 2  # it has not told anything yet

        wire.queue.put_nowait(Event())
        await clock.settle()
        source.asked.clear()
        wire.queue.put_nowait(Event(SHOP, (service(cluster(HERE, "shop"), "api", running=5),)))
        await clock.settle()
        api = store.get(f"{SHOP}/api")
        assert isinstance(api, Service)
        assert api.running == 5
        await clock.advance(100.0)
        assert source.asked.count(SHOP) == 0

        wire.queue.put_nowait(Unreachable("The queue is gone."))
        await clock.settle()
        await clock.advance(11.0)
        assert source.asked.count(SHOP) >= 2
        assert wire.listened >= 2  # and it is tried again
        for _ in range(6):
            wire.queue.put_nowait(Unreachable("The queue is gone."))
        await clock.advance(30.0)
        assert wire.listened <= 7  # more and more rarely
        listening.cancel()
