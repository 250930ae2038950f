"""One listing: from the source's batches to the store, with what went wrong kept on the row."""

from collections.abc import Callable
from contextlib import aclosing

from tui.clock import Clock
from tui.errors import Trouble
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.store import Change, Freshness, Store
from tui.watch.row import Row
from tui.watch.source import Batch, Source


class Lister:
    """Lists rows into the store. `stamp` is how many seconds an unchanged answer may pass before
    it renews a row's `loaded_at`; `follow` hears of every change of resources."""

    def __init__(
        self,
        source: Source,
        store: Store,
        clock: Clock,
        *,
        stamp: float,
        follow: Callable[[Change], None],
    ) -> None:
        self._source = source
        self._store = store
        self._clock = clock
        self._stamp = stamp
        self._follow = follow

    async def ask(self, row: Row) -> None:
        """Asks for what is below the row and notes on it how that went.

        A failure is no exception: it stays on the row as its trouble, and in the store what was
        known before stays beside it, stale.
        """
        resource = self._store.get(row.address)
        if resource is None and row.kind is not Kind.FLEET:
            return
        if row.asked or row.listed_at is None:
            before = self._store.freshness(row.address)
            self._store.set_freshness(
                row.address,
                Freshness(loading=True, loaded_at=row.loaded_at, trouble=before.trouble),
            )
        row.asked = False
        try:
            changed = await self._take(row, resource)
        except Trouble as trouble:
            self._failed(row, trouble)
        else:
            self._succeeded(row, changed=changed)

    async def _take(self, row: Row, resource: Resource | None) -> bool:
        """Puts all batches into the store; answers whether anything was different."""
        changed = False
        given: dict[str, Resource] = {}
        async with aclosing(self._source.list(resource)) as batches:
            async for batch in batches:
                if row.kind is not Kind.FLEET and self._store.get(row.address) is None:
                    return changed
                given.update((one.address, one) for one in batch.resources)
                for change in self._apply(row.address, batch, given):
                    changed = changed or bool(change)
                    self._follow(change)
        return changed

    def _apply(self, root: str, batch: Batch, given: dict[str, Resource]) -> list[Change]:
        loose = [one for one in batch.resources if one.kind not in batch.kinds]
        changes = [self._store.put(loose)]
        if batch.kinds:
            complete = [one for one in given.values() if one.kind in batch.kinds]
            changes.append(self._store.replace(root, batch.kinds, complete))
        return changes

    def _succeeded(self, row: Row, *, changed: bool) -> None:
        row.listed_at = self._clock.monotonic()
        row.failures, row.trouble = 0, None
        row.loaded_at = self._clock.wall_ms() / 1000
        shown = self._store.freshness(row.address)
        old = row.loaded_at - shown.loaded_at >= self._stamp
        if changed or old or shown.loading or shown.trouble is not None:
            self._say(row)

    def _failed(self, row: Row, trouble: Trouble) -> None:
        row.listed_at = self._clock.monotonic()
        row.failures += 1
        if not _same(row.trouble, trouble):
            row.trouble = trouble
        self._say(row)

    def _say(self, row: Row) -> None:
        if row.address == FLEET or self._store.get(row.address) is not None:
            freshness = Freshness(loaded_at=row.loaded_at, trouble=row.trouble)
            self._store.set_freshness(row.address, freshness)


def _same(one: Trouble | None, other: Trouble) -> bool:
    """Whether a person would read the same; an exception equals nothing but itself."""
    return type(one) is type(other) and str(one) == str(other)
