"""The far side of a session in memory: a gateway with an agent behind it, built on tui.protocol.

It speaks the real protocol in both directions, acknowledges, sends again and puts in order. A bad
wire loses, doubles and delays frames by a seeded die. Time is virtual: `Clock.pass_until` lets it
pass while somebody waits.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

from tui.errors import ConnectionLost, Trouble
from tui.model.wish import DataKey, ExecuteCommand, StartSession, Ticket, Wish
from tui.protocol import handshake
from tui.protocol.gateway import closed_message, parse_open
from tui.protocol.message import Flag, Message, MessageType, PayloadType, decode
from tui.protocol.mux import Data, Finished, Mux
from tui.protocol.payload import read_object
from tui.protocol.stream import Stream

SHELL = ExecuteCommand(cluster="payments", task="3f2a", container="app", command="/bin/sh")
PORT = StartSession(target="i-0123456789abcdef0", parameters={"portNumber": ["80"]})

T = TypeVar("T")


class VirtualTimer:
    def __init__(self, when: float, order: int, callback: Callable[[], object]) -> None:
        self.key = (when, order)
        self.callback: Callable[[], object] | None = callback

    def __lt__(self, other: "VirtualTimer") -> bool:
        return self.key < other.key

    def cancel(self) -> None:
        self.callback = None


class VirtualClock:
    """Time that passes only when nothing else is left to do."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0
        """Seconds that have passed in the world while the computer slept."""
        self._timers: list[VirtualTimer] = []
        self._count = 0

    def monotonic(self) -> float:
        return self.now

    def wall_ms(self) -> int:
        return 1_700_000_000_000 + int((self.now + self.slept) * 1000)

    def call_at(self, when: float, callback: Callable[[], object]) -> VirtualTimer:
        self._count += 1
        timer = VirtualTimer(when, self._count, callback)
        heapq.heappush(self._timers, timer)
        return timer

    async def advance(self, seconds: float) -> None:
        """Let this much time pass, timer by timer."""
        end = self.now + seconds
        await settle()
        while self._timers and self._timers[0].key[0] <= end:
            self._ring()
            await settle()
        self.now = end

    async def pass_until(self, waited_for: Awaitable[T], limit: float = 600.0) -> T:
        """What `waited_for` gives; time passes until it does."""
        end = self.now + limit
        waiting = asyncio.ensure_future(waited_for)
        try:
            await settle()
            while not waiting.done():
                assert self._timers, "nothing is left that could happen"
                assert self.now < end, f"nothing came of it within {limit:g} virtual seconds"
                self._ring()
                await settle()
            return await waiting
        finally:
            waiting.cancel()

    def _ring(self) -> None:
        timer = heapq.heappop(self._timers)
        if timer.callback:
            self.now = max(self.now, timer.key[0])
            timer.callback()


async def settle() -> None:
    """Let everything happen that can happen without time."""
    for _ in range(40):
        await asyncio.sleep(0)


class Wire:
    """What becomes of a frame: lost, doubled, delayed, or none of it."""

    def __init__(self, clock: VirtualClock, seed: int | None = None) -> None:
        self._clock = clock
        self._die = Random(seed) if seed is not None else None

    def carry(self, frame: bytes | str, arrive: Callable[[bytes | str], None]) -> None:
        if self._die is None or isinstance(frame, str):
            arrive(frame)
            return
        fate = self._die.random()
        if fate < 0.1:
            return
        for _ in range(2 if fate > 0.9 else 1):
            if fate > 0.7:
                late = self._die.uniform(0.001, 0.3)
                self._clock.call_at(self._clock.now + late, lambda: arrive(frame))
            else:
                arrive(frame)


class Peer:
    """One session's far side; as the client's Transport it is also the near end of the wire."""

    def __init__(self, clock: VirtualClock, seed: int | None = None) -> None:
        self.clock = clock
        self.token = ""
        self.heard = bytearray()
        self.sizes: list[tuple[int, int]] = []
        self.flags: list[int] = []
        self.payloads: list[bytes] = []
        self.responses: list[handshake.HandshakeResponse] = []
        self.closed = False
        self.broken = False
        self.deaf = False
        """Whether nothing is acknowledged any more."""
        self.pings = 0
        self.silent = False
        """Whether the connection is half open: nothing goes through it, and nothing says so."""
        self.on_open: Callable[[], None] = lambda: None
        self.on_return: Callable[[], None] = lambda: None
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_handshake: Callable[[], None] = lambda: None
        self._wire = Wire(clock, seed)
        self._stream = Stream(sends=MessageType.OUTPUT, receives=MessageType.INPUT)
        self._ticking = False
        self._arrived: asyncio.Queue[bytes | str | ConnectionLost | None] = asyncio.Queue()

    # the client's Transport

    async def send(self, frame: bytes | str) -> None:
        if self.broken or self.closed:
            raise ConnectionLost("The wire is cut.")
        if not self.silent:
            self._wire.carry(frame, self._hear)

    async def receive(self) -> bytes | str | None:
        frame = await self._arrived.get()
        if isinstance(frame, ConnectionLost):
            raise frame
        return frame

    async def ping(self) -> None:
        self.pings += 1
        self._arrive(None)

    def _arrive(self, frame: bytes | str | None) -> None:
        if not self.silent:
            self._arrived.put_nowait(frame)

    def come_back(self) -> None:
        """The client is there again, over another connection."""
        self._arrived = asyncio.Queue()
        self.broken = self.closed = self.silent = False
        for frame in self._stream.repeat(self.clock.monotonic()):
            self._wire.carry(frame, self._arrive)
        if not self._ticking:
            self._tick()

    async def close(self) -> None:
        self.closed = True

    # what the far side does

    def say(self, data: bytes, kind: PayloadType = PayloadType.OUTPUT) -> None:
        frame = self._stream.send(kind, data, self.clock.monotonic(), self.clock.wall_ms())
        self._wire.carry(frame, self._arrive)
        if not self._ticking:
            self._tick()

    def close_channel(self, output: str = "") -> None:
        self._arrive(closed_message("s-1", output, date_ms=self.clock.wall_ms()))

    def raw(self, frame: bytes | str) -> None:
        self._arrive(frame)

    def cut(self) -> None:
        """The connection breaks."""
        self.broken = True
        self._arrived.put_nowait(ConnectionLost("The wire is cut."))

    def request(self, *actions: handshake.Action, version: str = "3.3.0.0") -> None:
        asked = handshake.HandshakeRequest(version, actions)
        self.say(asked.encode(), PayloadType.HANDSHAKE_REQUEST)

    def _tick(self) -> None:
        """Send again what is due, for as long as anything is."""
        self._ticking = False
        if self.closed or self.broken:
            return
        for frame in self._stream.due(self.clock.monotonic()):
            self._wire.carry(frame, self._arrive)
        due = self._stream.next_due
        if due is not None:
            self._ticking = True
            self.clock.call_at(max(due, self.clock.now + 0.01), self._tick)

    def _hear(self, frame: bytes | str) -> None:
        if isinstance(frame, str):
            first = not self.token
            self.token = parse_open(frame).token
            if first:
                self.on_open()
            else:
                self.on_return()
            return
        message = decode(frame)
        if message.type == MessageType.ACK:
            self._stream.acked(message, self.clock.monotonic())
        elif not self.deaf:
            received = self._stream.receive(message, self.clock.monotonic(), self.clock.wall_ms())
            for reply in received.reply:
                self._wire.carry(reply, self._arrive)
            for each in received.deliver:
                self._take(each)

    def _take(self, message: Message) -> None:
        self.payloads.append(message.payload)
        match message.payload_type:
            case PayloadType.OUTPUT:
                self.heard += message.payload
                self.on_data(message.payload)
            case PayloadType.SIZE:
                size = read_object(message.payload, "a size")
                self.sizes.append((int(str(size["cols"])), int(str(size["rows"]))))
            case PayloadType.FLAG:
                self.flags.append(int.from_bytes(message.payload))
            case PayloadType.HANDSHAKE_RESPONSE:
                self.responses.append(handshake.parse_response(message.payload))
                self.on_handshake()


def shell(peer: Peer) -> Peer:
    """A shell that repeats what it hears, and ends at `exit`."""

    def answer(data: bytes) -> None:
        if data == b"exit\r":
            peer.close_channel()
        else:
            peer.say(data)

    peer.on_open = lambda: peer.say(b"$ ")
    peer.on_data = answer
    return peer


class PortPeer:
    """An agent with a destination behind it, which answers each chunk in its own way."""

    def __init__(self, peer: Peer, version: str = "3.3.0.0", **properties: str) -> None:
        self.peer = peer
        self.mux = Mux(client=False)
        self.streams: dict[int, bytearray] = {}
        self.finished: list[int] = []
        self.refuses = False
        self.on_chunk: Callable[[int, bytes], None] = lambda stream, data: None
        properties = {"portNumber": "80", "type": "LocalPortForwarding"} | properties
        asked = handshake.session_type_action("Port", properties)
        peer.on_open = lambda: peer.request(asked, version=version)
        peer.on_handshake = lambda: peer.say(
            handshake.HandshakeComplete().encode(), PayloadType.HANDSHAKE_COMPLETE
        )
        peer.on_data = self._arrived

    def answer(self, stream: int, data: bytes) -> None:
        self.mux.send(stream, data)
        self.push()

    def finish(self, stream: int) -> None:
        self.mux.close(stream)
        self.push()

    def push(self) -> None:
        data = self.mux.take()
        for start in range(0, len(data), 1024):
            self.peer.say(data[start : start + 1024])

    def _arrived(self, data: bytes) -> None:
        for event in self.mux.feed(data):
            match event:
                case Data(stream, content):
                    self.streams[stream] += content
                    self.on_chunk(stream, content)
                case Finished(stream):
                    self.finished.append(stream)
                    self.mux.close(stream)
                case _:
                    self.streams[event.stream] = bytearray()
                    if self.refuses:
                        flag = int(Flag.CONNECT_TO_PORT_ERROR)
                        self.peer.say(flag.to_bytes(4), PayloadType.FLAG)
                        self.mux.close(event.stream)
        self.push()


class FakeAws:
    """An Opener that knows which sessions are open, and may be slow or refuse."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.terminated: list[str] = []
        self.wishes: list[Wish] = []
        self.refusal: Trouble | None = None
        self.termination_refusal: Trouble | None = None
        self.resume_refusal: Trouble | None = None
        self.resumptions = 0
        self.keys: list[tuple[str, str, str]] = []
        self.key: DataKey | Trouble = DataKey(bytes(range(64)), b"sealed by KMS")
        self.slow = asyncio.Event()
        self.slow.set()
        self.deaf = asyncio.Event()
        self.deaf.set()

    async def open(self, wish: Wish) -> Ticket:
        if self.refusal:
            raise self.refusal
        self.wishes.append(wish)
        session = f"s-{len(self.wishes)}"
        self.active.add(session)  # AWS has started it before we hear of it
        await self.slow.wait()
        return Ticket(
            session_id=session,
            stream_url="wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/s?role=x",
            token="secret-token",
            account="prod",
            region="eu-west-1",
            target="i-0123456789abcdef0",
        )

    async def resume(self, ticket: Ticket) -> Ticket | None:
        self.resumptions += 1
        if self.resume_refusal:
            raise self.resume_refusal
        if ticket.session_id not in self.active:
            return None
        return replace(ticket, token=f"token-{self.resumptions}")

    async def terminate(self, ticket: Ticket) -> None:
        if self.termination_refusal:
            raise self.termination_refusal
        await self.deaf.wait()
        self.active.discard(ticket.session_id)
        self.terminated.append(ticket.session_id)

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        self.keys.append((ticket.session_id, key_id, challenge))
        if isinstance(self.key, Trouble):
            raise self.key
        return self.key
