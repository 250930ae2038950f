"""What waits to be written to a descriptor of the caller, and its writing."""

import asyncio
from collections.abc import Callable

from tui.cli.descriptors import output, write_some


class Outlet:
    """One descriptor; `put` never waits, `show` writes."""

    def __init__(self, fd: int, relieved: Callable[[], None]) -> None:
        """`relieved` is called whenever something was written."""
        self._fd = fd
        self._relieved = relieved
        self._waiting = bytearray()
        self._more = asyncio.Event()
        self._complete = False
        self._gone = False

    @property
    def waiting(self) -> int:
        """Octets that nobody has taken yet."""
        return len(self._waiting)

    def put(self, data: bytes) -> None:
        """Queue output; for a descriptor that is gone it is discarded."""
        if not self._gone:
            self._waiting += data
            self._more.set()

    def complete(self) -> None:
        """Nothing follows: `show` ends when nothing waits."""
        self._complete = True
        self._more.set()

    async def show(self) -> bool:
        """Write until all is written; False when the terminal or the reader of the pipe is gone."""
        try:
            with output(self._fd) as fd:
                while not (self._complete and not self._waiting):
                    while self._waiting:
                        await write_some(fd, self._waiting)
                        self._relieved()
                    self._more.clear()
                    if not self._complete:
                        await self._more.wait()
        except (OSError, ValueError):
            self._gone = True
            self._waiting.clear()
            self._relieved()
            return False
        return True
