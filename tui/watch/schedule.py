"""Whose turn it is: rows that wait for their time, and rows that wait for a free hand."""

import heapq
from enum import IntEnum
from itertools import count


class Rank(IntEnum):
    """How urgent a row is; the lower goes first."""

    ASKED = 0
    """A person just opened it, or asked for it again."""
    FOCUSED = 1
    """It is under the cursor."""
    SEEN = 2
    """What it lists is in the window."""
    OPEN = 3
    NEW = 4
    """Never listed yet."""
    REST = 5


class Schedule:
    """The waiting rows by address. Each row waits once: putting it again moves it."""

    def __init__(self) -> None:
        self._numbers = count()
        self._current: dict[str, int] = {}
        self._waiting: list[tuple[float, int, Rank, str]] = []
        """By time; an entry whose number is not the row's current one is stale."""
        self._ready: list[tuple[Rank, int, str]] = []

    def __contains__(self, address: str) -> bool:
        return address in self._current

    def put(self, address: str, due: float, rank: Rank) -> None:
        """The row waits until `due`, then for its turn among all that are due."""
        number = next(self._numbers)
        self._current[address] = number
        heapq.heappush(self._waiting, (due, number, rank, address))

    def drop(self, address: str) -> None:
        """The row waits no more."""
        self._current.pop(address, None)

    def take(self, now: float, worst: Rank = Rank.REST) -> str | None:
        """The most urgent row that is due, or none; rows less urgent than `worst` stay."""
        self._ripen(now)
        while self._ready and self._ready[0][0] <= worst:
            _, number, address = heapq.heappop(self._ready)
            if self._current.get(address) == number:
                del self._current[address]
                return address
        return None

    def next_due(self) -> float | None:
        """When the next row becomes due that is not due yet; None when there is no such row."""
        while self._waiting and self._is_stale(self._waiting[0][1], self._waiting[0][3]):
            heapq.heappop(self._waiting)
        return self._waiting[0][0] if self._waiting else None

    def _ripen(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, number, rank, address = heapq.heappop(self._waiting)
            if not self._is_stale(number, address):
                heapq.heappush(self._ready, (rank, number, address))

    def _is_stale(self, number: int, address: str) -> bool:
        return self._current.get(address) != number
