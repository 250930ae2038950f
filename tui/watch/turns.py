"""When it is which row's turn to be listed, and how urgent that is."""

import asyncio
import random

from tui.clock import Clock
from tui.errors import LoginExpired
from tui.watch.intervals import Intervals, Turn
from tui.watch.row import Row, Rows
from tui.watch.schedule import Rank, Schedule


class Turns:
    """The schedule of `rows`. `wake` is set whenever a turn comes sooner than it did."""

    def __init__(
        self, rows: Rows, clock: Clock, intervals: Intervals, chance: random.Random
    ) -> None:
        self._rows = rows
        self._clock = clock
        self._intervals = intervals
        self._chance = chance
        self._schedule = Schedule()
        self.wake = asyncio.Event()

    def now(self, row: Row, rank: Rank) -> None:
        """As soon as there is a free hand."""
        self._put(row, self._clock.monotonic(), rank)

    def hurry(self, row: Row, rank: Rank) -> None:
        """Now, unless it is being listed or was a moment ago."""
        if row.done is not None:
            return
        due = self._clock.monotonic()
        if row.listed_at is not None and row.failures == 0:
            due = max(due, row.listed_at + self._wait(row))
        self._put(row, due, rank)

    def relax(self, row: Row) -> None:
        """Nobody looks at the row any more: its turn is put off."""
        if not self._rows.is_seen(row):
            self.again(row)

    def again(self, row: Row) -> None:
        """Another wait is right for it than the one that it is in."""
        if row.done is None and row.listed_at is not None:
            self._put(row, row.listed_at + self._wait(row), self._rank(row))

    def plan(self, row: Row) -> None:
        """Its listing has ended."""
        if not self._rows.has(row):
            return
        if row.again:
            row.again = False
            self.now(row, Rank.ASKED)
        elif row.listed_at is None or row.listed_at < row.began_at:
            # It was cancelled, so it knows nothing that it did not know before.
            self.now(row, self._rank(row))
        else:
            row.took = row.listed_at - row.began_at
            self._put(row, row.listed_at + self._wait(row), self._rank(row))

    def let_in(self, account: Row) -> None:
        """Its login works again: what waited for it need not wait longer."""
        for row in self._rows.from_here_down(account.address):
            if row is not account and row.done is None:
                self.now(row, self._rank(row))

    def drop(self, row: Row) -> None:
        """It has no turn any more."""
        self._schedule.drop(row.address)

    def take(self, *, seen: bool) -> Row | None:
        """The row whose turn it is, if any; with `seen`, only one that a person looks at."""
        worst = Rank.SEEN if seen else Rank.REST
        while (address := self._schedule.take(self._clock.monotonic(), worst)) is not None:
            row = self._rows.get(address)
            if row is not None and row.done is None and not self._is_put_off(row):
                return row
        return None

    def next_due(self) -> float | None:
        """When the next row becomes due that is not due yet; None when there is no such row."""
        return self._schedule.next_due()

    def _put(self, row: Row, due: float, rank: Rank) -> None:
        self._schedule.put(row.address, due, rank)
        self.wake.set()

    def _rank(self, row: Row) -> Rank:
        """How urgent a row is that was listed before."""
        if self._rows.is_seen(row):
            return Rank.SEEN
        return Rank.OPEN if self._rows.is_open(row) else Rank.REST

    def _wait(self, row: Row) -> float:
        """Seconds from the end of the row's last listing to its next."""
        if row.failures:
            return self._intervals.retry(row.failures, row.trouble, self._chance)
        turn = Turn(took=row.took, told=row.is_told, rows=len(self._rows))
        return self._intervals.again(row.kind, self._rank(row), turn, self._chance)

    def _is_put_off(self, row: Row) -> bool:
        """Puts a row off whose account has no login any more: every call would fail alike."""
        account = self._rows.account_of(row)
        if row.asked or account is None or account is row:
            return False
        if not isinstance(account.trouble, LoginExpired):
            return False
        wait = self._intervals.retry(1, account.trouble, self._chance)
        self._put(row, self._clock.monotonic() + wait, self._rank(row))
        return True
