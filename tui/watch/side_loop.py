"""A thread with an event loop of its own, for work that must not hold up the screen.

Reading an answer of AWS keeps the interpreter busy for milliseconds; on the screen's own loop a key
would wait for all of it, beside it only for the interpreter's next switch of threads. While a key
is on its way to the screen, the loop stands still.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from tui.watch.hurry import Hurry

T = TypeVar("T")

_PATIENCE = 5.0
"""Seconds that the work there may take to end once it is cancelled; then it is left to itself."""


class SideLoop:
    """An async context manager; on leaving, all that runs there is cancelled and waited for."""

    def __init__(self, name: str, hurry: Hurry | None = None) -> None:
        self.hurry = hurry or Hurry()
        """Whom the work there leaves the interpreter to."""
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unlisten: Callable[[], None] = lambda: None
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
        self._unlisten = self.hurry.listen(lambda: self.call(self.hurry.wait))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._unlisten()
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
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has ended just now: another thread may be calling
                loop.call_soon_threadsafe(action)
