"""One listing: from the source's batches to the store, with what went wrong kept on the row."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing

from tui.clock import Clock
from tui.errors import Trouble
from tui.model.resource import Resource
from tui.model.store import Freshness
from tui.watch.feed import Feed
from tui.watch.row import Row
from tui.watch.source import Batch, Source

Follow = Callable[[Iterable[Resource], Iterable[str]], None]
"""Hears of what comes and of what goes."""


class Lister:
    """Lists rows into the store. `stamp` is how many seconds an unchanged answer may pass before
    it renews a row's `loaded_at`; `follow` hears of every change of resources."""

    def __init__(
        self, source: Source, feed: Feed, clock: Clock, *, stamp: float, follow: Follow
    ) -> None:
        self._source = source
        self._feed = feed
        self._clock = clock
        self._stamp = stamp
        self._follow = follow

    async def ask(self, row: Row) -> None:
        """Asks for what is below the row and notes on it how that went.

        A failure is no exception: it stays on the row as its trouble, and in the store what was
        known before stays beside it, stale.
        """
        row.pushed.clear()
        if row.asked or row.listed_at is None:
            self._tell(row, loading=True, trouble=row.shown.trouble)
        row.asked = False
        try:
            changed = await self._take(row)
        except Trouble as trouble:
            self._failed(row, trouble)
        else:
            self._succeeded(row, changed=changed)
        # the next listing of this row is compared with what this one has told
        await self._feed.settle()

    def recall(self, row: Row, loaded_at: float) -> None:
        """What is known of the row comes from an earlier run, that loaded it at `loaded_at`."""
        row.loaded_at, row.remembered = loaded_at, True
        self._tell(row)

    async def _take(self, row: Row) -> bool:
        """Hands all batches over; answers whether anything was different."""
        changed = False
        given: set[str] = set()
        async with aclosing(self._source.list(row.resource)) as batches:
            async for batch in batches:
                if row.is_gone:
                    return changed
                given.update(one.address for one in batch.resources)
                changed |= await self._give(row, batch, given)
        return changed

    async def _give(self, row: Row, batch: Batch, given: set[str]) -> bool:
        told: Sequence[Resource] = batch.resources
        if row.pushed:
            told = [one for one in told if one.address not in row.pushed]
        put = self._feed.different(told)
        gone: list[str] = []
        if batch.kinds:
            gone = self._feed.missing(row.address, batch.kinds, given | row.pushed)
        if put or gone:
            self._follow(put, gone)
            await self._feed.give(put, gone)
        return bool(put or gone)

    def _succeeded(self, row: Row, *, changed: bool) -> None:
        row.listed_at = self._clock.monotonic()
        row.failures, row.trouble, row.remembered = 0, None, False
        row.loaded_at = self._clock.wall_ms() / 1000
        shown = row.shown
        old = row.loaded_at - shown.loaded_at >= self._stamp
        if changed or old or shown.loading or shown.remembered or shown.trouble is not None:
            self._tell(row)

    def _failed(self, row: Row, trouble: Trouble) -> None:
        row.listed_at = self._clock.monotonic()
        row.failures += 1
        if not _same(row.trouble, trouble):
            row.trouble = trouble
        self._tell(row, trouble=row.trouble)

    def _tell(self, row: Row, *, loading: bool = False, trouble: Trouble | None = None) -> None:
        freshness = Freshness(loading, row.loaded_at, trouble, row.remembered)
        if freshness != row.shown and not row.is_gone:
            row.shown = freshness
            self._feed.tell(row.address, freshness)


def _same(one: Trouble | None, other: Trouble) -> bool:
    """Whether a person would read the same; an exception equals nothing but itself."""
    return type(one) is type(other) and str(one) == str(other)
