"""Changes of a fleet from a thread, a hundred times a second, as the asking of AWS brings them."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_TURNS = 100
"""A second."""


@dataclass
class Feeder(Generic[T]):
    """Makes changes and additions in its thread and hands them on, at the rates that were set."""

    change: Callable[[int], Sequence[T]]
    add: Callable[[int], Sequence[T]]
    hand_over: Callable[[Sequence[T]], Awaitable[None]]
    """Called on a loop in the thread; brings them to the screen's loop."""
    changes: int = 0
    """A second."""
    additions: int = 0
    """A second."""
    _owed: dict[str, float] = field(default_factory=lambda: {"changes": 0.0, "additions": 0.0})

    def start(self) -> None:
        """Begin; the thread ends with the program."""
        threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True).start()

    async def _run(self) -> None:
        before = time.monotonic()
        while True:
            await asyncio.sleep(1 / _TURNS)
            now = time.monotonic()
            # what a slow moment held up is not made up for all at once
            passed = min(now - before, 0.1)
            before = now
            made = [
                *self.change(self._due("changes", self.changes, passed)),
                *self.add(self._due("additions", self.additions, passed)),
            ]
            if made:
                await self.hand_over(made)

    def _due(self, what: str, rate: int, passed: float) -> int:
        self._owed[what] += rate * passed
        due = int(self._owed[what])
        self._owed[what] -= due
        return due
