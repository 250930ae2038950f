"""The way from those who ask AWS to the store: what differs goes over, in bounded portions.

The asking side may run on a loop of its own (`tui.watch.side_loop`). It compares each answer with
what the store has and hands over only what differs, so an unchanged answer costs the screen
nothing. The store's side takes a few milliseconds' worth at a time and lets keys in between. When
more waits than `most` rows, whoever has more to give waits as well: nothing is dropped.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.store import Freshness, Store
from tui.watch.hurry import Hurry

MOST = 4_096
"""Rows that may wait."""
_PORTION = 200
"""Rows that are taken in one go, and heard of in one change."""
_AT_A_TIME = 0.003
"""Seconds of taking after which the loop gets to whatever else is ready: keys, paints, sessions."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What belongs together: rows that come and go, or how fresh a row is."""

    put: Sequence[Resource] = ()
    gone: Sequence[str] = ()
    freshness: tuple[str, Freshness] | None = None

    @property
    def rows(self) -> int:
        """How much it counts."""
        return len(self.put) + len(self.gone) + 1


@dataclass(frozen=True, slots=True)
class _Waiter:
    """Somebody on the asking side who waits until a parcel has been taken."""

    number: int
    loop: asyncio.AbstractEventLoop
    taken: asyncio.Future[None]

    def tell(self) -> None:
        """It has."""
        with suppress(RuntimeError):  # that loop has ended, and whoever waited there with it
            self.loop.call_soon_threadsafe(_set, self.taken)


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Feed:
    """Made on the store's loop; its methods may be called from another one, where they say so."""

    def __init__(self, store: Store, hurry: Hurry | None = None, *, most: int = MOST) -> None:
        self._store = store
        self._hurry = hurry or Hurry()
        self._most = most
        self._home = asyncio.get_running_loop()
        self._parcels: deque[_Parcel] = deque()
        self._lock = threading.Lock()
        self._rows = 0
        self._given = 0
        self._taken = 0
        self._waiters: list[_Waiter] = []
        self._is_called = False

    # the asking side, on any loop

    def get(self, address: str) -> Resource | None:
        """What the store knows now; what is on its way there is not in it."""
        return self._store.get(address)

    def of_kinds(self, kinds: Iterable[Kind]) -> list[Resource]:
        """All resources of those kinds that the store knows now."""
        wanted = frozenset(kinds)
        return [one for one in self._store.everything() if one.kind in wanted]

    def different(self, resources: Iterable[Resource]) -> list[Resource]:
        """Those that the store does not know, or knows otherwise."""
        return [one for one in resources if self._store.get(one.address) != one]

    def missing(self, root: str, kinds: frozenset[Kind], given: Iterable[str]) -> list[str]:
        """What the store has of `kinds` below `root` and is not among the addresses `given`."""
        keep = given if isinstance(given, (set, frozenset, dict)) else set(given)
        return [address for address in self._store.owned(root, kinds) if address not in keep]

    async def give(self, put: Sequence[Resource] = (), gone: Sequence[str] = ()) -> None:
        """Hands rows over, first what comes and then what goes; waits while too much waits.

        That order lets a row move away from a parent that goes.
        """
        for start in range(0, len(put), _PORTION):
            self._add(_Parcel(put=put[start : start + _PORTION]))
        for start in range(0, len(gone), _PORTION):
            self._add(_Parcel(gone=gone[start : start + _PORTION]))
        if self._rows > self._most:
            await self.settle()

    def tell(self, address: str, freshness: Freshness) -> None:
        """Says how fresh the children of `address` are, after all that was given before."""
        self._add(_Parcel(freshness=(address, freshness)))

    async def settle(self) -> None:
        """Waits until the store has all that was given before."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._taken >= self._given:
                return
            waiter = _Waiter(self._given, loop, loop.create_future())
            self._waiters.append(waiter)
        await waiter.taken

    def _add(self, parcel: _Parcel) -> None:
        with self._lock:
            self._parcels.append(parcel)
            self._rows += parcel.rows
            self._given += 1
            call, self._is_called = not self._is_called, True
        if call:
            self._home.call_soon_threadsafe(self._take)

    # the store's side

    def _take(self) -> None:
        """Takes what waits, for a few milliseconds; the rest when others had their turn."""
        if self._hurry.is_on:
            self._home.call_later(_AT_A_TIME, self._take)
            return
        started = time.perf_counter()
        while time.perf_counter() - started < _AT_A_TIME:
            if not self._take_some():
                return
        self._home.call_soon(self._take)

    def _take_some(self) -> bool:
        """Takes some parcels as one change; False when none is left."""
        put: list[Resource] = []
        gone: list[str] = []
        number = 0
        with self._lock:
            while self._parcels and _fits(self._parcels[0], put, gone):
                parcel = self._parcels.popleft()
                put += parcel.put
                gone += parcel.gone
                self._rows -= parcel.rows
                number += 1
                if parcel.freshness is not None:
                    break
            if not number:
                self._is_called = False
                return False
        try:
            if put or gone:
                self._store.apply(put, gone)
            if parcel.freshness is not None:
                self._store.set_freshness(*parcel.freshness)
        finally:
            self._count(number)
        return True

    def _count(self, number: int) -> None:
        with self._lock:
            self._taken += number
            done = [one for one in self._waiters if one.number <= self._taken]
            self._waiters = [one for one in self._waiters if one.number > self._taken]
        for waiter in done:
            waiter.tell()


def _fits(parcel: _Parcel, put: list[Resource], gone: list[str]) -> bool:
    """Whether it may become one change with what was taken: the store lets things go first."""
    if not put and not gone:
        return True
    return not (put and parcel.gone) and len(put) + len(parcel.put) <= _PORTION
