"""Descriptors that the program was given: read and written without changing their mode.

They keep their blocking mode, which they share with other programs. For POSIX.
"""

import asyncio
import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_READ = 64 * 1024


@contextmanager
def output(fd: int) -> Iterator[int]:
    """A descriptor that writes where `fd` does and does not block.

    A terminal is opened a second time, for its own mode. A pipe takes PIPE_BUF octets at once
    whenever it says that it is writable, so it need not be changed.
    """
    try:
        again = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        yield fd
        return
    try:
        yield again
    finally:
        os.close(again)


async def write_some(fd: int, waiting: bytearray) -> None:
    """Write the first of what waits, as much as can be without blocking, and take it away."""
    if not select.select([], [fd], [], 0)[1]:
        await ready(asyncio.get_running_loop().add_writer, fd)
    with suppress(BlockingIOError):
        written = os.write(fd, waiting[: select.PIPE_BUF])
        del waiting[:written]


async def read(fd: int) -> bytes:
    """The next input; empty at its end, or when the terminal is gone."""
    while True:
        await ready(asyncio.get_running_loop().add_reader, fd)
        try:
            return os.read(fd, _READ)
        except BlockingIOError:
            continue
        except OSError:
            return b""


async def ready(add: Callable[..., None], fd: int) -> None:
    """Wait until the descriptor can be used; files always can, and are not to be waited for."""
    loop = asyncio.get_running_loop()
    remove = loop.remove_reader if add == loop.add_reader else loop.remove_writer
    done = loop.create_future()
    try:
        add(fd, _tell, done)
    except PermissionError:  # what epoll says of a file
        await asyncio.sleep(0)
        return
    try:
        await done
    finally:
        remove(fd)


def _tell(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
