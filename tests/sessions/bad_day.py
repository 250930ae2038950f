"""What a person does through a gateway full of faults, and the proof that it came out right."""

import asyncio
import hashlib
import resource
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

from tests.demo.far_side import NODE, far_side
from tests.sessions.doors import Door
from tests.sessions.faults import DEFAULT, BadGateway, FastClock, Faults
from tui.model.store import Store
from tui.model.wish import StartSession
from tui.sessions.engine import Engine
from tui.sessions.forward import port_wish
from tui.sessions.live import Live

_ECHO_PORT = 7
_BLOCK = 16_384
WISH = StartSession(target=NODE.target)


@asynccontextmanager
async def bad_day(seed: int, faults: Faults = DEFAULT) -> AsyncIterator[tuple[Engine, BadGateway]]:
    """An engine whose every session goes through a bad gateway; it leaves none behind."""
    async with (
        far_side() as far,
        BadGateway(Door(far), seed, faults).served() as gateway,
    ):
        async with Engine(Store(), gateway, FastClock()) as engine:
            yield engine, gateway
        assert far.gateway.sessions(NODE.account, NODE.region, active=True) == []


async def there_and_back(seed: int, size: int, connections: int = 2) -> Counter[str]:
    """`size` octets go up a forward and come back down, over several connections at once.

    Raises AssertionError unless each octet comes back once and in order; returns the faults.
    """
    async with bad_day(seed) as (engine, gateway):
        forward = await engine.forward(port_wish(WISH, _ECHO_PORT), title="echo")
        async with asyncio.TaskGroup() as group:
            for number in range(connections):
                share = size // connections
                group.create_task(_echo(forward.port, 1000 * seed + number, share))
        await forward.close()
    return gateway.suffered


async def _echo(port: int, seed: int, size: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent, came = hashlib.sha256(), hashlib.sha256()
    die = Random(seed)

    async def write() -> None:
        for start in range(0, size, _BLOCK):
            block = die.randbytes(min(_BLOCK, size - start))
            sent.update(block)
            writer.write(block)
            await writer.drain()

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        left = size
        while left > 0:
            block = await reader.read(left)
            assert block, f"the connection ended with {left} octets missing"
            came.update(block)
            left -= len(block)
    assert came.digest() == sent.digest()
    writer.close()
    await writer.wait_closed()


async def scripted_shell(seed: int, lines: int) -> Counter[str]:
    """Types lines one by one into a shell whose `cat` says them again, and compares them all."""
    seen = bytearray()
    more = asyncio.Event()

    def hear(data: bytes) -> None:
        seen.extend(data)
        more.set()

    async def until(count: int, live: Live) -> None:
        while len(seen) < count:
            assert not live.ending, f"the shell ended: {live.ending}"
            more.clear()
            await more.wait()

    short = replace(DEFAULT, shortest_life=500, longest_life=4_000)
    async with bad_day(seed, short) as (engine, gateway):
        live = await engine.shell(WISH, title="shell", size=(80, 24), on_output=hear)
        live.send(b"stty raw -echo; echo re''ady; exec cat\r")
        while b"ready\n" not in seen:
            await until(len(seen) + 1, live)
        del seen[:]
        die = Random(seed)
        typed = [b"%d %s\n" % (n, die.randbytes(12).hex().encode()) for n in range(lines)]
        for line in typed:
            live.send(line)
            await asyncio.sleep(0)  # so that each line is a message of its own
            await live.drain()
        whole = b"".join(typed)
        await until(len(whole), live)
        assert hashlib.sha256(seen).digest() == hashlib.sha256(whole).digest()
        await live.close()
    return gateway.suffered


def largest() -> int:
    """The octets of memory that this process had at most until now."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def grown(first: int, then: int) -> int:
    """By how many octets this process grows when it carries `then` after `first` octets."""
    asyncio.run(there_and_back(98, first))
    before = largest()
    asyncio.run(there_and_back(99, then))
    return largest() - before
