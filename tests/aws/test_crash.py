"""AWS dies in the middle of a crawl and comes back: the tree says what is stale, and heals."""

import asyncio
import random

from tests.aws.plain import until
from tests.aws.test_storm import clusters_of, tasks_of, troubled
from tui.aws.fleet import Aws
from tui.clock import RealClock
from tui.demo.embedded import EmbeddedAws
from tui.errors import Unreachable
from tui.model.resource import FLEET
from tui.model.store import Store
from tui.watch.feed import Feed
from tui.watch.intervals import Intervals
from tui.watch.side_loop import SideLoop
from tui.watch.watcher import Watcher

EAGER = Intervals(
    account=0.2, region=0.2, cluster=0.2, nodes=0.2, closed=1.0, rest=0.0, retry_first=0.1,
    retry_most=0.3, jitter=0.0,
)  # fmt: skip


def complete(store: Store, aws: EmbeddedAws) -> bool:
    known = {one.address for one in store.everything()}
    names = {one.name for one in store.everything()}
    return clusters_of(aws) <= known and tasks_of(aws) <= names and not troubled(store)


async def test_what_was_known_stays_stale_and_all_of_it_heals(demo: EmbeddedAws) -> None:
    """The asking runs in a thread of its own, as it does in the program."""
    store = Store()
    answered = demo.conditions.hold("ecs:DescribeTasks")
    async with SideLoop("AWS") as side, Aws(side=side) as client:
        watcher = Watcher(client.source, Feed(store), RealClock(), EAGER, random.Random(1))
        watching = asyncio.ensure_future(side.run(watcher.run))
        await until(lambda: sum(client.calls.values()) > 30)
        before = {one.address for one in store.everything()}
        assert before
        await demo.crash()
        answered.set()
        await until(lambda: isinstance(store.freshness("prod").trouble, Unreachable))
        assert before <= {one.address for one in store.everything()}
        assert store.freshness("prod").trouble is not None
        assert "cannot be reached" in str(store.freshness("prod").trouble)
        await demo.restart()
        await until(lambda: complete(store, demo))
        assert store.freshness(FLEET).trouble is None
        watching.cancel()
