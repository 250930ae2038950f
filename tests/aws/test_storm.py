"""A storm: for a minute AWS allows a quarter of its published rates, on every API.

Virtual time passes on both sides at once while real calls go over real HTTP. Everything is open,
so that far more is wanted than is allowed.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.aws.plain import until
from tests.watch.plain import VirtualClock
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.demo.embedded import EmbeddedAws
from tui.demo.rates import Heard
from tui.model.resource import FLEET
from tui.model.store import Change, Store
from tui.watch.feed import Feed
from tui.watch.intervals import Intervals
from tui.watch.source import LISTS
from tui.watch.watcher import Watcher

SHARE = 0.25
STORM = 60.0
STEP = 0.25
"""Virtual seconds that pass at once; calls take none of them."""
LEARNING = 6.0
"""Seconds from a bucket's first refusal until it must have learned its rate."""


class Clock(VirtualClock):
    """The client's clock, that takes the embedded AWS's along."""

    def __init__(self, aws: EmbeddedAws) -> None:
        super().__init__()
        self._aws = aws

    async def passes(self, seconds: float, client: Aws) -> None:
        """Lets virtual time pass; calls on their way are answered before it goes on."""
        for _ in range(round(seconds / STEP)):
            await until(lambda: not any(line.in_flight for line in client.report().lines))
            await self._aws.advance(STEP)
            await self.advance(STEP)


@asynccontextmanager
async def watched(client: Aws, clock: Clock) -> AsyncIterator[Store]:
    """A watcher for whom everything is open and cannot be fresh enough."""
    eager = Intervals(region=2.0, cluster=1.0, nodes=1.0, rest=0.0, jitter=0.0)
    store = Store()
    watcher = Watcher(client.source, Feed(store), clock, eager, random.Random(1))

    def open_all(change: Change) -> None:
        for resource in change.put:
            if resource.kind in LISTS:
                watcher.open(resource.address)

    store.listen(open_all)
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watcher.run())
        yield store
        watching.cancel()


def troubled(store: Store) -> list[str]:
    """What could not be listed, or has not been yet."""
    known = [FLEET, *(one.address for one in store.everything() if one.kind in LISTS)]
    states = {address: store.freshness(address) for address in known}
    return [address for address, one in states.items() if one.trouble or not one.loaded_at]


def late_refusals(heard: list[Heard]) -> dict[tuple[str, str, str], int]:
    """Of each bucket: how many calls were one too many after it had time to learn its rate.

    AWS refuses exactly what is faster than it allows.
    """
    first: dict[tuple[str, str, str], float] = {}
    late: Counter[tuple[str, str, str]] = Counter()
    for one in heard:
        if one.refused:
            key = (one.account, one.region, one.bucket)
            late[key] += one.at > first.setdefault(key, one.at) + LEARNING
    return {key: number for key, number in late.items() if number}


def clusters_of(aws: EmbeddedAws) -> set[str]:
    """The addresses of all clusters that there are."""
    sites = aws.world.sites.values()
    return {f"{site.account.name}/{site.region}/{name}" for site in sites for name in site.names}


def tasks_of(aws: EmbeddedAws) -> set[str]:
    """The ids of all tasks that have run for a while."""
    sites = aws.world.sites.values()
    clusters = [cluster for site in sites for cluster in site.living.values()]
    old = aws.clock.now() - 10.0
    tasks = [task for cluster in clusters for task in cluster.tasks.values()]
    return {task.id for task in tasks if task.wanted == "RUNNING" and task.created < old}


@pytest.mark.timeout(120)
async def test_a_storm_ends_with_a_complete_tree_and_nobody_called_too_fast(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with EmbeddedAws(fleet=600) as aws:
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        clears = aws.conditions.limit(SHARE)
        clock = Clock(aws)
        async with Aws(Options(), clock) as client, watched(client, clock) as store:
            await clock.passes(STORM, client)
            clears()
            heard = list(aws.conditions.heard)
            refused = [one for one in heard if one.refused]
            assert refused, "there was no storm"
            assert len(refused) < len(heard) / 10
            assert late_refusals(heard) == {}
            await clock.passes(5.0, client)
            assert troubled(store) == []
            known = {one.address for one in store.everything()}
            assert clusters_of(aws) <= known
            assert tasks_of(aws) <= {one.name for one in store.everything()}
