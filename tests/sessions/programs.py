"""Local programs that use a forward, and waiting for what their sockets have to say."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from tests.sessions.conftest import World
from tui.model.forward import ForwardRecord
from tui.sessions.forward import Forward

Program = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(forward: Forward) -> Program:
    return await asyncio.open_connection("127.0.0.1", forward.port)


async def leave(*programs: Program) -> None:
    for _, writer in programs:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def until(condition: Callable[[], bool]) -> None:
    """Real sockets need a few turns of the event loop; the test's timeout ends a vain wait."""
    for _ in iter(condition, True):
        await asyncio.sleep(0)


async def spin() -> None:
    """Enough turns of the loop for what a socket has to say."""
    for _ in range(300):
        await asyncio.sleep(0)


def record(world: World) -> ForwardRecord:
    return world.store.forwards()[-1]
