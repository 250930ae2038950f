"""What the official client said in the recorded sessions, said again to the gateway."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from tests.demo.far_side import AT_ONCE, FORWARD, NODE, FarSide, far_side, now
from tests.demo.knocking import opening
from tests.protocol.traces import Entry, entries, from_client, of_type, to_client
from tui.protocol.gateway import parse_closed
from tui.protocol.handshake import parse_complete, parse_request
from tui.protocol.message import Message, MessageType, PayloadType, decode
from tui.protocol.mux import Mux, MuxEvent
from tui.protocol.stream import Stream

SHELL = "AWS-StartInteractiveCommand"


class Replay:
    """A client that sends recorded frames, and acknowledges what really comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._stream = Stream(sends=MessageType.INPUT, receives=MessageType.OUTPUT)
        self.messages: list[Message] = []
        self.acked: list[int] = []
        self.closed: str | None = None

    @property
    def output(self) -> bytes:
        return b"".join(m.payload for m in self.messages if m.payload_type == PayloadType.OUTPUT)

    def of(self, kind: PayloadType) -> bytes:
        return next((m.payload for m in self.messages if m.payload_type == kind), b"")

    async def send(self, entry: Entry) -> None:
        await self._socket.send_bytes(entry.frame)

    async def step(self) -> None:
        message = decode(await self._socket.receive_bytes(timeout=10))
        if message.type == MessageType.OUTPUT:
            received = self._stream.receive(message, now(), 1)
            for ack in received.reply:
                await self._socket.send_bytes(ack)
            self.messages += received.deliver
        elif message.type == MessageType.CLOSED:
            self.closed = parse_closed(message)
        elif message.type == MessageType.ACK:
            self.acked.append(message.sequence)


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def replay(far: FarSide, document: str, name: str, value: str) -> Replay:
    issued = far.start(document, NODE, None, **{name: value})
    socket = await far.http.ws_connect(issued.stream_url)
    await socket.send_str(opening(issued.token))
    return Replay(socket)


def input_of(name: str) -> list[Entry]:
    """The client's numbered messages, in their recorded order, each once."""
    wanted = {m.identity for m in of_type(from_client(name), MessageType.INPUT)}
    chosen = []
    for entry in from_client(name):
        if entry.message.identity in wanted:
            wanted.discard(entry.message.identity)
            chosen.append(entry)
    return chosen


@pytest.mark.parametrize(
    ("name", "said"), [("shell_no_handshake", b"hello-42\r\n"), ("shell_resize", b"40 120\r\n")]
)
async def test_the_recorded_shells(far: FarSide, name: str, said: bytes) -> None:
    client = await replay(far, SHELL, "command", "PS1='$ ' exec sh -i")
    while not client.output.endswith(b"$ "):
        await client.step()
    for entry in input_of(name):
        await client.send(entry)
    while client.closed is None:
        await client.step()
    assert client.closed == ""
    assert said in client.output


async def test_the_recorded_command(far: FarSide) -> None:
    name = "noninteractive_handshake"
    client = await replay(far, "AWS-StartNonInteractiveCommand", "command", "echo out")
    while not client.of(PayloadType.HANDSHAKE_REQUEST):
        await client.step()
    for entry in input_of(name):
        await client.send(entry)
    while client.closed is None:
        await client.step()
    assert client.output == b"out\n"
    theirs = of_type(to_client(name), MessageType.OUTPUT)
    assert [m.payload_type for m in client.messages] == [m.payload_type for m in theirs]
    assert [m.flags for m in client.messages] == [m.flags for m in theirs]
    ours = parse_request(client.of(PayloadType.HANDSHAKE_REQUEST))
    assert ours.actions == parse_request(theirs[0].payload).actions
    assert parse_complete(client.of(PayloadType.HANDSHAKE_COMPLETE)).nanoseconds > 0


def streams(output: bytes) -> dict[int, list[MuxEvent]] | bytes:
    """What each stream of a multiplexed session got; the order between streams is open."""
    if not output.startswith(b"\x01\x02"):
        return output
    mux = Mux(client=True)
    found: dict[int, list[MuxEvent]] = {mux.open(): [], mux.open(): []}
    for event in mux.feed(output):
        found[event.stream].append(event)
    return found


@pytest.mark.parametrize(
    ("name", "version"), [("port_mux_2_connections", "3.3.0.0"), ("port_basic", "2.3.800.0")]
)
async def test_the_recorded_forwards(name: str, version: str) -> None:
    async with far_side(replace(AT_ONCE, agent_version=version)) as far:
        client = await replay(far, FORWARD, "portNumber", "7")
        recorded = b""
        recorded_at = {e.frame: e for e in input_of(name)}
        for entry in entries(name):
            if entry.direction == "agent>mgs" and entry.binary:
                message = entry.message
                known = message.type == MessageType.OUTPUT and message.payload_type
                if known == PayloadType.OUTPUT:
                    recorded += message.payload
                while len(client.output) < len(recorded) or (
                    known and not client.of(PayloadType(known))
                ):
                    await client.step()
            elif recorded_at.pop(entry.frame, None):
                await client.send(entry)
        while client.closed is None:
            await client.step()
        assert client.closed == ""
        assert streams(client.output) == streams(recorded)
