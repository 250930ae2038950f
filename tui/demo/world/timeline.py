"""What is going to happen, in order of time."""

import heapq
from collections.abc import Callable
from itertools import count


class Timeline:
    """Things to do at set times; they are done when the clock has come that far."""

    def __init__(self, start: float) -> None:
        self.now = start
        """Seconds since the epoch; while a thing is being done, its own time."""
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do the action that much later than now."""
        heapq.heappush(self._queue, (self.now + seconds, next(self._order), action))

    def advance(self, now: float) -> None:
        """Do everything whose time has come, each at its own time."""
        while self._queue and self._queue[0][0] <= now:
            self.now, _, action = heapq.heappop(self._queue)
            action()
        self.now = max(self.now, now)
