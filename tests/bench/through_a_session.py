"""What a person feels through a session: the echo of a key, and the speed of a forward."""

import asyncio
import os
import statistics
import time
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bench.embedded import served
from tests.bench.sizes import Sizes
from tui.cli.rooms import Rooms, joined
from tui.cli.targets import resolve
from tui.demo.behaviour import Behaviour
from tui.model.abilities import Ability, forward_wish, shell_wish, target_for
from tui.model.resource import Resource
from tui.sessions.forward import Forward

KEYS = 500
MEGABYTES = 32
STARTS = 7
AGENT_WAITS = round(Behaviour().start_delay * 1000)
_DISCARD = 9
"""The port where every machine of the demo swallows what it is sent."""


def run(_: Sizes) -> None:
    """Prints keystroke to echo, and the rates of a forward, with the commands of the run."""
    with served() as environment:
        os.environ.update(environment)
        asyncio.run(_run(environment["AWS_ENDPOINT_URL"]))


async def _run(endpoint: str) -> None:
    async with _entered(endpoint) as (rooms, target):
        await prompts(rooms, target)
        await echo(rooms, target)
        await rates(rooms, target)


@asynccontextmanager
async def _entered(endpoint: str) -> AsyncIterator[tuple[Rooms, Resource]]:
    options = Namespace(profile="prod", region="", endpoint_url=endpoint, engine="")
    async with joined(options) as rooms:
        await rooms.watcher.load()
        for resource in rooms.store.below():
            if resource.kind == "service" and "/api" in resource.address:
                named = await resolve(rooms, resource.address)
                yield rooms, target_for(rooms.store, named, Ability.SHELL)
                return


async def prompts(rooms: Rooms, target: Resource) -> None:
    """From the key to the first words of the shell, as the browser does it."""
    took = []
    for _ in range(STARTS):
        started = time.perf_counter()
        live = await rooms.engine.shell(
            shell_wish(target), title="start", address=target.address, size=(80, 24)
        )
        await live.opened(10)
        took.append((time.perf_counter() - started) * 1000)
        await live.close()
    print(f"session start to prompt, inside the program  (median of {STARTS})")
    print(f"  {statistics.median(took):6.0f} ms, of which the agent waits {AGENT_WAITS} ms\n")


async def echo(rooms: Rooms, target: Resource) -> None:
    """A key goes to a remote `cat` in raw mode; its echo comes from there."""
    came = asyncio.Event()
    seen = bytearray()

    def output(data: bytes) -> None:
        seen.extend(data)
        came.set()

    live = await rooms.engine.shell(
        shell_wish(target), title="echo", address=target.address, size=(80, 24), on_output=output
    )
    await live.opened(10)
    live.send(b"stty raw -echo; echo ready; exec cat\n")
    while b"ready\n" not in seen and b"ready\r\n" not in seen[-20:]:
        came.clear()
        await came.wait()
    await asyncio.sleep(0.5)
    took = []
    for _ in range(KEYS):
        seen.clear()
        came.clear()
        started = time.perf_counter()
        live.send(b"x")
        await came.wait()
        took.append((time.perf_counter() - started) * 1000)
    await live.close()
    took.sort()
    p95 = took[int(len(took) * 0.95)]
    print(f"keystroke to echo  ({KEYS} keys to `cat` in {target.address})")
    print(f"  median {statistics.median(took):6.2f} ms   p95 {p95:6.2f} ms")


async def rates(rooms: Rooms, target: Resource) -> None:
    """One connection through a forward, each way; both ends on this machine."""
    print(f"one connection through a forward  ({MEGABYTES} MiB, agent payloads of 1,024 bytes)")
    port = (await rooms.aws.ports(target))[0]
    async with _forwarded(rooms, target, _DISCARD) as forward:
        print(f"  upload   {await _upload(forward):6.1f} MB/s")
    async with _forwarded(rooms, target, port) as forward:
        print(f"  download {await _download(forward.port):6.1f} MB/s")


@asynccontextmanager
async def _forwarded(rooms: Rooms, target: Resource, port: int) -> AsyncIterator[Forward]:
    forward = await rooms.engine.forward(
        forward_wish(target, port), title="bench", address=target.address
    )
    yield forward
    await forward.close()


async def _upload(forward: Forward) -> float:
    """MB/s until the agent has acknowledged the last byte."""
    _, writer = await asyncio.open_connection("127.0.0.1", forward.port)
    block = os.urandom(1 << 16)
    before = forward.sent
    started = time.perf_counter()
    for _ in range(MEGABYTES * 16):
        writer.write(block)
        await writer.drain()
    while forward.sent - before < MEGABYTES << 20 or forward.live.buffered:
        await asyncio.sleep(0.001)
    took = time.perf_counter() - started
    writer.close()
    return (MEGABYTES << 20) / 1e6 / took


async def _download(port: int) -> float:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    size = MEGABYTES << 20
    started = time.perf_counter()
    writer.write(f"GET /bytes/{size} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    left = size
    while left > 0 and (data := await reader.read(1 << 20)):
        left -= len(data)
    took = time.perf_counter() - started
    writer.close()
    if left > 0:
        raise RuntimeError(f"{left} bytes did not arrive")
    return size / 1e6 / took
