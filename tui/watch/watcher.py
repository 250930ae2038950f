"""Decides when to ask AWS about which row, and keeps the store fresh.

What a person just opened goes first, then what is under the cursor, what is open, what was never
listed, and last the rest, slowly, so that counts, the filter and addresses know everything. A row
that fails keeps what was known of it, says why, and is asked again after a growing pause.
"""

import asyncio
import random
from functools import partial

from tui.clock import Clock, sleep_until
from tui.model.kind import Kind
from tui.model.resource import FLEET
from tui.model.store import Change, Store
from tui.watch.intervals import Intervals
from tui.watch.lister import Lister
from tui.watch.row import Row, Rows
from tui.watch.schedule import Rank, Schedule
from tui.watch.source import Source


class Watcher:
    """Keeps the store fresh while `run` runs; `load` does one complete round.

    All methods belong to the event loop of the store. `chance` spreads the waits; give a seeded
    one where runs must be alike.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        clock: Clock,
        intervals: Intervals | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._intervals = intervals or Intervals()
        self._chance = chance or random.Random()
        self._rows = Rows()
        self._schedule = Schedule()
        self._wake = asyncio.Event()
        self._running = 0
        self._running_unseen = 0
        self._lister = Lister(
            source, store, clock, stamp=self._intervals.stamp, follow=self._follow
        )
        self._put(self._rows.fleet, self._clock.monotonic(), Rank.OPEN)

    async def run(self) -> None:
        """Watches until it is cancelled; no listing outlives it."""
        self._follow(Change(put=tuple(self._store.below())))
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                self._start_due(group)
                due = self._schedule.next_due()
                if due is None or self._running >= self._intervals.at_once:
                    await self._wake.wait()
                else:
                    await sleep_until(self._clock, due, self._wake)

    async def load(self, address: str = FLEET) -> None:
        """Lists everything on the way to `address` and below it, once, as parallel as allowed.

        Returns when all of it is loaded or has failed; the troubles are in the store's freshness.
        What is already loaded is not asked for again.
        """
        self._follow(Change(put=tuple(self._store.below())))
        gate = asyncio.Semaphore(self._intervals.at_once)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._load(self._rows.fleet, address, gate, group))

    def open(self, address: str) -> None:
        """A person opened a row: what is below it is asked for first, and often from now on."""
        self._rows.open(address)
        for row in self._rows.from_here_down(address):
            if self._rows.is_open(row):
                self._hurry(row, Rank.ASKED)

    def close(self, address: str) -> None:
        """A person closed a row: what is below it can wait."""
        self._rows.close(address)
        for row in self._rows.from_here_down(address):
            self._relax(row)

    def focus(self, address: str) -> None:
        """The cursor came to rest on a row; only the last one counts."""
        row = self._listed_by(address)
        before = self._rows.focus(row)
        if before is row:
            return
        if before is not None:
            self._relax(before)
        if row is not None:
            self._hurry(row, Rank.FOCUSED)

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
                    self._put(row, self._clock.monotonic(), Rank.ASKED)

    def _listed_by(self, address: str) -> Row | None:
        """The row whose listing tells about `address`, or about what is below it."""
        row = self._rows.get(address)
        while row is None:
            resource = self._store.get(address)
            if resource is None:
                return None
            address = resource.parent
            row = self._rows.get(address)
        return row

    def _put(self, row: Row, due: float, rank: Rank) -> None:
        self._schedule.put(row.address, due, rank)
        self._wake.set()

    def _hurry(self, row: Row, rank: Rank) -> None:
        """Lists the row now, unless that runs already or was done a moment ago."""
        if row.done is not None:
            return
        due = self._clock.monotonic()
        if row.listed_at is not None and row.failures == 0:
            due = max(due, row.listed_at + self._wait(row, is_seen=True))
        self._put(row, due, rank)

    def _relax(self, row: Row) -> None:
        """Nobody looks at the row any more: its next listing is put off."""
        if row.done is None and row.listed_at is not None and not self._rows.is_seen(row):
            self._put(row, row.listed_at + self._wait(row, is_seen=False), Rank.REST)

    def _wait(self, row: Row, *, is_seen: bool) -> float:
        """Seconds from the end of the row's last listing to its next."""
        if row.failures:
            return self._intervals.retry(row.failures, row.trouble, self._chance)
        return self._intervals.again(row.kind, is_open=is_seen, took=row.took, chance=self._chance)

    def _follow(self, change: Change) -> None:
        """The tree changed: new rows get listed, gone ones are forgotten."""
        for address in change.gone:
            self._rows.drop(address)
            self._schedule.drop(address)
        now = self._clock.monotonic()
        for row in self._rows.add(change.put):
            self._put(row, now, Rank.ASKED if self._rows.is_open(row) else Rank.NEW)

    def _start_due(self, group: asyncio.TaskGroup) -> None:
        while self._running < self._intervals.at_once:
            full = self._running_unseen >= self._intervals.at_once_unseen
            worst = Rank.OPEN if full else Rank.REST
            address = self._schedule.take(self._clock.monotonic(), worst)
            if address is None:
                return
            row = self._rows.get(address)
            if row is not None and row.done is None:
                self._begin(row)
                task = group.create_task(self._lister.ask(row))
                task.add_done_callback(partial(self._end, row))

    def _begin(self, row: Row) -> None:
        row.done = asyncio.Event()
        row.began_at = self._clock.monotonic()
        row.is_unseen = not self._rows.is_seen(row)
        self._running += 1
        self._running_unseen += row.is_unseen

    def _end(self, row: Row, _: object = None) -> None:
        """A listing ended, well, badly or by force: decides when it is the row's turn again."""
        self._running -= 1
        self._running_unseen -= row.is_unseen
        if row.done is not None:
            row.done.set()
            row.done = None
        self._plan(row)
        self._wake.set()

    def _plan(self, row: Row) -> None:
        if not self._rows.has(row):
            return
        now = self._clock.monotonic()
        if row.again:
            row.again = False
            self._put(row, now, Rank.ASKED)
            return
        is_seen = self._rows.is_seen(row)
        rank = Rank.OPEN if is_seen else Rank.REST
        if row.listed_at is None or row.listed_at < row.began_at:
            # It was cancelled, so it knows nothing that it did not know before.
            self._put(row, now, rank)
            return
        row.took = row.listed_at - row.began_at
        self._put(row, row.listed_at + self._wait(row, is_seen=is_seen), rank)

    async def _load(
        self, row: Row, wanted: str, gate: asyncio.Semaphore, group: asyncio.TaskGroup
    ) -> None:
        async with gate:
            await self._once(row)
        for child in self._store.children(row.address):
            below = self._rows.get(child.address)
            if below is not None and _leads_to(below, wanted):
                group.create_task(self._load(below, wanted, gate, group))

    async def _once(self, row: Row) -> None:
        """Lists the row, or waits for the listing that runs already."""
        if row.done is not None:
            await row.done.wait()
        elif not row.is_loaded and self._rows.has(row):
            self._schedule.drop(row.address)
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
