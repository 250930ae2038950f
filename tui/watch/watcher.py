"""Decides when to ask AWS about which row, and keeps the store fresh.

What a person just opened goes first, then what is under the cursor, what is in the window, what is
open, what was never listed, and last the rest, slowly, so that counts, the filter and addresses
know everything. A row that fails keeps what was known of it, says why, and is asked again after a
growing pause; what is below an account whose login has expired waits for that account.
"""

import asyncio
import random
from collections.abc import Iterable
from functools import partial

from tui.clock import Clock, sleep_until
from tui.errors import LoginExpired
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.watch.feed import Feed
from tui.watch.intervals import Intervals
from tui.watch.lister import Lister
from tui.watch.row import Row, Rows
from tui.watch.schedule import Rank
from tui.watch.source import LISTS, Event, Source
from tui.watch.turns import Turns


class Watcher:
    """Keeps the store behind `feed` fresh while `run` runs; `load` does one complete round.

    All methods belong to one event loop, which need not be the store's. `chance` spreads the waits;
    give a seeded one where runs must be alike.
    """

    def __init__(
        self,
        source: Source,
        feed: Feed,
        clock: Clock,
        intervals: Intervals | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._intervals = intervals or Intervals()
        self._rows = Rows()
        self._turns = Turns(self._rows, clock, self._intervals, chance or random.Random())
        self._running = 0
        self._running_unseen = 0
        self._lister = Lister(source, feed, clock, stamp=self._intervals.stamp, follow=self._follow)
        self._turns.now(self._rows.fleet, Rank.OPEN)

    async def run(self) -> None:
        """Watches until it is cancelled; no listing outlives it."""
        self._meet()
        wake = self._turns.wake
        async with asyncio.TaskGroup() as group:
            while True:
                wake.clear()
                self._start_due(group)
                due = self._turns.next_due()
                if due is None or self._running >= self._intervals.at_once:
                    await wake.wait()
                else:
                    await sleep_until(self._clock, due, wake)

    async def load(self, address: str = FLEET) -> None:
        """Lists everything on the way to `address` and below it, once, as parallel as allowed.

        Returns when the store has all of it or its troubles. What is already loaded is not asked
        for again.
        """
        self._meet()
        gate = asyncio.Semaphore(self._intervals.at_once)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._load(self._rows.fleet, address, gate, group))
        await self._feed.settle()

    def recall(self, loaded_at: dict[str, float]) -> None:
        """What the store has of these rows was loaded by an earlier run, at that wall time."""
        self._meet()
        for address, when in loaded_at.items():
            row = self._rows.get(address)
            if row is not None and not row.loaded_at:
                self._lister.recall(row, when)

    # a person's hands and eyes

    def open(self, address: str) -> None:
        """A person opened a row: what is below it is asked for first, and often from now on."""
        self._rows.open(address)
        for row in self._rows.from_here_down(address):
            if self._rows.is_open(row):
                self._turns.hurry(row, Rank.ASKED)

    def close(self, address: str) -> None:
        """A person closed a row: what is below it can wait."""
        self._rows.close(address)
        for row in self._rows.from_here_down(address):
            self._turns.relax(row)

    def focus(self, address: str) -> None:
        """The cursor came to rest on a row; only the last one counts."""
        row = self._listed_by(address)
        before = self._rows.focus(row)
        if before is row:
            return
        if before is not None:
            self._turns.relax(before)
        if row is not None:
            self._turns.hurry(row, Rank.FOCUSED)

    def look(self, addresses: frozenset[str]) -> None:
        """These rows are in the window: who lists them goes before what is merely open."""
        listing = (self._listed_by(address) for address in addresses)
        wanted = frozenset(row.address for row in listing if row is not None)
        for row in self._rows.look(wanted):
            if row.address in wanted:
                self._turns.hurry(row, Rank.SEEN)
            else:
                self._turns.relax(row)

    def refresh(self, address: str) -> None:
        """A person wants it, and what is open below it, asked for now, whatever it waits for."""
        wanted = self._listed_by(address)
        if wanted is None:
            return
        for row in self._rows.from_here_down(wanted.address):
            if row is wanted or self._rows.is_open(row):
                row.asked = True
                row.again = row.done is not None
                if row.done is None:
                    self._turns.now(row, Rank.ASKED)

    # what AWS tells by itself

    async def hear(self, event: Event) -> None:
        """Something happened in a cluster."""
        row = self._rows.get(event.cluster)
        if row is None:
            return
        put = self._feed.different(event.put)
        if row.done is not None:
            row.pushed.update(one.address for one in event.put)
        if put:
            await self._feed.give(put)
        if event.relist and row.done is None:
            self._turns.now(row, Rank.OPEN)

    def told_of(self, region: str, *, on: bool) -> None:
        """Whether AWS tells by itself what happens in a region: then it is polled less often."""
        for row in self._rows.from_here_down(region):
            if row.kind is Kind.CLUSTER and row.is_told != on:
                row.is_told = on
                self._turns.again(row)

    def _meet(self) -> None:
        """Rows for what the store knows already."""
        self._follow(self._feed.of_kinds(LISTS), ())

    def _listed_by(self, address: str) -> Row | None:
        """The row whose listing tells about `address`, or about what is below it."""
        row = self._rows.get(address)
        while row is None:
            resource = self._feed.get(address)
            if resource is None:
                return None
            address = resource.parent
            row = self._rows.get(address)
        return row

    def _follow(self, put: Iterable[Resource], gone: Iterable[str]) -> None:
        """The tree changed: new rows get listed, gone ones are forgotten."""
        for address in gone:
            for row in self._rows.drop(address):
                self._turns.drop(row)
        for row in self._rows.add(put):
            self._turns.now(row, Rank.ASKED if self._rows.is_open(row) else Rank.NEW)

    # listing

    def _start_due(self, group: asyncio.TaskGroup) -> None:
        while self._running < self._intervals.at_once:
            full = self._running_unseen >= self._intervals.at_once_unseen
            row = self._turns.take(seen=full)
            if row is None:
                return
            self._begin(row)
            task = group.create_task(self._lister.ask(row))
            task.add_done_callback(partial(self._end, row))

    def _begin(self, row: Row) -> None:
        row.done = asyncio.Event()
        row.began_at = self._clock.monotonic()
        row.is_unseen = not self._rows.is_seen(row)
        row.was_locked_out = isinstance(row.trouble, LoginExpired)
        self._running += 1
        self._running_unseen += row.is_unseen

    def _end(self, row: Row, _: object = None) -> None:
        """A listing ended, well, badly or by force: decides when it is the row's turn again."""
        self._running -= 1
        self._running_unseen -= row.is_unseen
        if row.done is not None:
            row.done.set()
            row.done = None
        self._turns.plan(row)
        if row.kind is Kind.ACCOUNT and row.was_locked_out and row.trouble is None:
            self._turns.let_in(row)
        self._turns.wake.set()

    async def _load(
        self, row: Row, wanted: str, gate: asyncio.Semaphore, group: asyncio.TaskGroup
    ) -> None:
        async with gate:
            await self._once(row)
        for below in self._rows.children(row.address):
            if _leads_to(below, wanted):
                group.create_task(self._load(below, wanted, gate, group))

    async def _once(self, row: Row) -> None:
        """Lists the row, or waits for the listing that runs already."""
        if row.done is not None:
            await row.done.wait()
        elif not row.is_loaded and self._rows.has(row):
            self._turns.drop(row)
            self._begin(row)
            try:
                await self._lister.ask(row)
            finally:
                self._end(row)


def _leads_to(row: Row, wanted: str) -> bool:
    """Whether the row is `wanted`, above it or below it.

    The address of a node does not go through the group of nodes, so that group always leads there
    from its region on.
    """
    here = row.parent or "" if row.kind is Kind.NODES else row.address
    return not wanted or f"{wanted}/".startswith(f"{here}/") or f"{here}/".startswith(f"{wanted}/")
