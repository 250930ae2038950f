"""A thread with an event loop of its own, for work that must not hold up the screen.

Reading an answer of AWS keeps the interpreter busy for milliseconds; on the screen's own loop a key
would wait for all of it, beside it only for the interpreter's next switch of threads.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from tui.clock import RealClock, sleep_until

T = TypeVar("T")

_QUIET = 0.03
"""Seconds that a key takes to the screen, all told."""
_MOST_QUIET = 0.12
"""Seconds after which work goes on though keys come without a pause."""

_PATIENCE = 5.0
"""Seconds that the work there may take to end once it is cancelled; then it is left to itself."""


class SideLoop:
    """An async context manager; on leaving, all that runs there is cancelled and waited for."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._quiet_until = 0.0
        self._end: asyncio.Event
        self._thread: threading.Thread

    async def __aenter__(self) -> Self:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        home = asyncio.get_running_loop()

        def begun() -> None:
            if not ready.done():
                ready.set_result(None)

        async def until_left() -> None:
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            home.call_soon_threadsafe(begun)
            await self._end.wait()

        def live() -> None:
            with asyncio.Runner() as runner:
                runner.run(until_left())

        # a daemon, so that a call that hangs in the system cannot hold up the program's end
        self._thread = threading.Thread(target=live, name=self._name, daemon=True)
        self._thread.start()
        await ready
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(self._end.set)
        await asyncio.to_thread(self._thread.join, _PATIENCE)

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Runs there what `work` makes, and waits here for its result or its error.

        Cancelled here, it is cancelled there. RuntimeError when the loop has ended.
        """
        if self._loop is None:
            raise RuntimeError(f"{self._name} has ended")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), self._loop))

    def call(self, action: Callable[[], object]) -> None:
        """Lets `action` be called there soon; once the loop has ended, nothing happens."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(action)

    def give_way(self) -> None:
        """A key was pressed: for a moment, those who are courteous there leave the interpreter to
        the screen. May be called from any thread."""
        self._quiet_until = time.monotonic() + _QUIET

    async def courtesy(self) -> None:
        """Waits while a key is on its way to the screen, though never for long; for those there
        who are about to do much."""
        now = time.monotonic()
        patience = now + _MOST_QUIET
        while (until := min(self._quiet_until, patience)) > now:
            await sleep_until(RealClock(), until)
            now = time.monotonic()
