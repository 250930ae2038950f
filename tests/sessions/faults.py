"""A gateway that injects faults, by seeded dice: a websocket relay between a client and the real
one of the embedded AWS, on real sockets.

It loses, doubles, delays, swaps and damages frames, puts in frames that mean nothing, and ends
each connection after a while: by a cut, or by silence, with both sockets left open (half-open).
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from random import Random

import aiohttp
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from yarl import URL

from tests.sessions.doors import Door
from tui.clock import Timer
from tui.model.wish import DataKey, Ticket, Wish
from tui.protocol.message import MAX_FRAME, Message, MessageType, PayloadType, encode
from tui.protocol.payload import write_object

_MOST_WAITING = 512
"""Frames in one direction of the relay; beyond it the sender is not read."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How often what happens to a frame, from 0 to 1, and how long connections last."""

    drop: float = 0.02
    double: float = 0.02
    delay: float = 0.02
    longest_delay: float = 0.05
    """Seconds; what is delayed is overtaken."""
    swap: float = 0.02
    corrupt: float = 0.01
    noise: float = 0.01
    shortest_life: int = 2_000
    """Frames, of both directions, until a connection ends."""
    longest_life: int = 6_000
    half_open: float = 0.3
    """How many of the connections end in silence; the others are cut."""


DEFAULT = Faults()


class FastClock:
    """The real time, sped up: what a session waits for passes `factor` times as fast."""

    def __init__(self, factor: float = 20.0) -> None:
        self._factor = factor
        self._began = time.monotonic()

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self._factor

    def wall_ms(self) -> int:
        return 1_700_000_000_000 + int(self.monotonic() * 1000)

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        delay = max(0.0, when - self.monotonic()) / self._factor
        return asyncio.get_running_loop().call_later(delay, callback)


class BadGateway:
    """The relay; an Opener that leads every session through it. `suffered` counts the faults."""

    def __init__(self, door: Door, seed: int, faults: Faults = DEFAULT) -> None:
        self._door = door
        self._die = Random(seed)
        self._faults = faults
        self._upstream = 0
        self._port = 0
        self._lines = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.suffered: Counter[str] = Counter()

    @asynccontextmanager
    async def served(self) -> AsyncIterator["BadGateway"]:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._handle)
        server = TestServer(app)
        await server.start_server()
        self._port = server.port or 0
        try:
            yield self
        finally:
            await self._idle.wait()
            await server.close()

    # Opener

    async def open(self, wish: Wish) -> Ticket:
        ticket = await self._door.open(wish)
        url = URL(ticket.stream_url)
        self._upstream = url.port or 0
        return replace(ticket, stream_url=str(url.with_port(self._port)))

    async def resume(self, ticket: Ticket) -> Ticket | None:
        self.suffered["resumed"] += 1
        return await self._door.resume(ticket)

    async def terminate(self, ticket: Ticket) -> None:
        await self._door.terminate(ticket)

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        return await self._door.data_key(ticket, key_id, challenge)

    # the relay

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        near = web.WebSocketResponse(
            max_msg_size=MAX_FRAME, compress=False, timeout=0.1, autoping=False, autoclose=False
        )
        await near.prepare(request)
        url = request.url.with_scheme("ws").with_port(self._upstream)
        line = Line(self._die, self._faults, self.suffered)
        with self._busy(), suppress(OSError, aiohttp.ClientError):
            async with aiohttp.ClientSession() as http:
                soon = aiohttp.ClientWSTimeout(ws_close=0.1)
                far = await http.ws_connect(url, max_msg_size=MAX_FRAME, timeout=soon)
                try:
                    await line.join(near, far)
                finally:
                    await far.close()
        if request.transport:
            request.transport.abort()
        return near

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """There is a line that has to end before the gateway does."""
        self._lines += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._lines -= 1
            if not self._lines:
                self._idle.set()


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse
Frames = asyncio.Queue[bytes | str]


class Cut(Exception):
    """The connection is cut now."""


class Line:
    """One connection through the relay, for as long as fate lets it live."""

    def __init__(self, die: Random, faults: Faults, suffered: Counter[str]) -> None:
        self._die = die
        self._faults = faults
        self._suffered = suffered
        self._left = die.randint(faults.shortest_life, faults.longest_life)
        self._silent = False

    async def join(self, near: Socket, far: Socket) -> None:
        """Carry both ways until either side, or fate, ends it."""
        up, down = Frames(_MOST_WAITING), Frames(_MOST_WAITING)
        with suppress(Cut, OSError):
            try:
                async with asyncio.TaskGroup() as group:
                    ends = [
                        group.create_task(self._read(near, up)),
                        group.create_task(self._read(far, down)),
                    ]
                    writers = [
                        group.create_task(self._write(up, far)),
                        group.create_task(self._write(down, near)),
                    ]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    for task in ends + writers:
                        task.cancel()
            except* (Cut, OSError):
                pass

    async def _read(self, socket: Socket, frames: Frames) -> None:
        """Take what a side sends, and let fate have its way with it."""
        held: list[bytes] = []
        async for message in socket:
            if self._silent:
                continue
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                await frames.put(message.data)
            elif message.type is WSMsgType.BINARY:
                self._age()
                for frame in self._fate(message.data, held, frames):
                    await frames.put(frame)

    async def _write(self, frames: Frames, socket: Socket) -> None:
        while True:
            frame = await frames.get()
            if self._silent:
                continue
            if isinstance(frame, str):
                await socket.send_str(frame)
            else:
                await socket.send_bytes(frame)

    def _age(self) -> None:
        """One frame more: at the end of its life a connection is cut, or goes silent."""
        self._left -= 1
        if self._left > 0 or self._silent:
            return
        self._silent = self._die.random() < self._faults.half_open
        self._suffered["half-open" if self._silent else "cut"] += 1
        if not self._silent:
            raise Cut

    def _fate(self, frame: bytes, held: list[bytes], frames: Frames) -> list[bytes | str]:
        """What becomes of a frame, with what was held back of earlier ones."""
        faults, after = self._faults, list(held)
        held.clear()
        fates = {
            "drop": faults.drop,
            "double": faults.double,
            "delay": faults.delay,
            "swap": faults.swap,
            "corrupt": faults.corrupt,
            "noise": faults.noise,
        }
        rolled = self._die.random()
        for fate, odds in fates.items():
            if rolled < odds:
                self._suffered[fate] += 1
                return [*self._befall(fate, frame, held, frames), *after]
            rolled -= odds
        return [frame, *after]

    def _befall(
        self, fate: str, frame: bytes, held: list[bytes], frames: Frames
    ) -> list[bytes | str]:
        match fate:
            case "double":
                return [frame, frame]
            case "delay":
                late = self._die.uniform(0, self._faults.longest_delay)
                asyncio.get_running_loop().call_later(late, _put, frames, frame)
            case "swap":
                held.append(frame)
            case "corrupt":
                return [frame[:-1] + bytes([frame[-1] ^ 1])]
            case "noise":
                return [self._die.choice(NOISE), frame]
        return []


def _put(frames: Frames, frame: bytes) -> None:
    """A delayed frame is lost when there is no room for it."""
    if not frames.full():
        frames.put_nowait(frame)


def _odd(kind: str, payload: bytes, sequence: int = 0, payload_type: int = 0) -> bytes:
    return encode(Message(kind, sequence, 3, bytes(16), payload_type, payload, 1))


NOISE: tuple[bytes | str, ...] = (
    _odd("agent_job_reply", b"{}"),
    _odd("nobody_knows_this_type", b"?"),
    _odd(MessageType.ACK, write_object({"AcknowledgedMessageSequenceNumber": 10**9})),
    _odd(MessageType.INPUT, b"early by far", 10**12, PayloadType.OUTPUT),
    _odd(MessageType.OUTPUT, b"early by far", 10**12, PayloadType.OUTPUT),
    _odd(MessageType.PAUSE, b"{}"),
    _odd(MessageType.START, b"{}"),
)
"""Frames that are none of anybody's business."""
