"""A stranger's gateway on a real socket: whatever it sends, the end is clear, memory bounded."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.sessions.faults import FastClock
from tests.sessions.peer import PORT, SHELL
from tui.errors import ProtocolTrouble, SessionTrouble, Trouble, Unsupported
from tui.model.store import Store
from tui.model.wish import DataKey, Ticket, Wish
from tui.protocol import handshake
from tui.protocol.gateway import publication_message
from tui.protocol.message import Message, MessageType, PayloadType, encode
from tui.sessions.engine import Engine

MEMORY = 24 << 20
"""Octets that a stranger may make us hold: 16 MiB of messages before their turn are the most."""
Says = Callable[[web.WebSocketResponse, asyncio.Transport], Awaitable[None]]


class Stranger:
    """An Opener that leads to a gateway which says whatever it likes, once it is greeted."""

    def __init__(self) -> None:
        self.says: Says = _nothing
        self.port = 0
        self.resumed = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False, timeout=0.1)
        await socket.prepare(request)
        await socket.receive()
        assert isinstance(request.transport, asyncio.Transport)
        try:
            await self.says(socket, request.transport)
            async for _ in socket:
                pass
        except ConnectionError:
            pass
        return socket

    async def open(self, wish: Wish) -> Ticket:
        return Ticket(
            session_id="s-1",
            stream_url=f"ws://127.0.0.1:{self.port}/v1/data-channel/s-1",
            token="secret-token",
            account="",
            region="eu-west-1",
            target="i-1",
            loopback_allowed=True,
        )

    async def resume(self, ticket: Ticket) -> Ticket | None:
        self.resumed += 1
        return ticket if self.resumed < 4 else None

    async def terminate(self, ticket: Ticket) -> None:
        return

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        raise Unsupported("A stranger gets no key.")


async def _nothing(_socket: web.WebSocketResponse, _wire: asyncio.Transport) -> None:
    return


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    made = Stranger()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.handle)
    server = TestServer(app)
    await server.start_server()
    made.port = server.port or 0
    yield made
    await server.close()


@pytest.fixture
def bounded() -> Iterator[None]:
    """The test needs at most `MEMORY` at any moment, the stranger's own share included."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before < MEMORY


async def meet(stranger: Stranger, says: Says, wish: Wish = SHELL) -> Trouble:
    """How a session with such a stranger ends."""
    stranger.says = says
    async with Engine(Store(), stranger, FastClock(50)) as engine:
        live = await engine.session(wish, title="stranger")
        ending = await live.wait()
    assert ending.trouble is not None
    assert ending.trouble.what
    assert "secret" not in str(ending.trouble)
    return ending.trouble


def frame(
    payload: bytes, kind: str = MessageType.OUTPUT, sequence: int = 0, what: int = 1
) -> bytes:
    return encode(Message(kind, sequence, 0, bytes(16), what, payload, 1))


async def test_a_websocket_frame_of_4_gb_is_refused_by_its_length(
    stranger: Stranger, bounded: None
) -> None:
    async def say(_socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        wire.write(b"\x82\x7f" + (4 << 30).to_bytes(8))

    assert isinstance(await meet(stranger, say), ProtocolTrouble)


async def test_a_message_in_pieces_without_end_is_refused(
    stranger: Stranger, bounded: None
) -> None:
    async def say(_socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        wire.write(b"\x02\x7e\xff\xff" + bytes(65_535))
        while not wire.is_closing():
            wire.write(b"\x00\x7e\xff\xff" + bytes(65_535))
            await asyncio.sleep(0)

    assert isinstance(await meet(stranger, say), ProtocolTrouble)


@pytest.mark.parametrize("offset", [0, 116])
async def test_a_length_field_of_4_gb_costs_nothing(
    stranger: Stranger, bounded: None, offset: int
) -> None:
    """The header's length ends the session; the payload's is not needed and not believed."""
    bad = bytearray(frame(b"hello"))
    bad[offset : offset + 4] = b"\xff\xff\xff\xff"

    async def say(socket: web.WebSocketResponse, _wire: asyncio.Transport) -> None:
        await socket.send_bytes(bytes(bad))
        await socket.send_bytes(b"\x00")

    assert isinstance(await meet(stranger, say), ProtocolTrouble)


@pytest.mark.parametrize("tiny", [b"\x82\x00", b"\x82\x01x"])
async def test_a_million_tiny_frames_end_at_the_first(
    stranger: Stranger, bounded: None, tiny: bytes
) -> None:
    async def say(_socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        for _ in range(1_000):
            wire.write(tiny * 1_000)
            await asyncio.sleep(0)
            if wire.is_closing():
                return

    assert isinstance(await meet(stranger, say), ProtocolTrouble)


async def test_a_million_frames_that_mean_nothing_end_after_some(
    stranger: Stranger, bounded: None
) -> None:
    junk = publication_message(MessageType.PAUSE, date_ms=1)
    both = b"\x82\x7e" + len(junk).to_bytes(2) + junk + b"\x81\x01x"

    async def say(_socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        for _ in range(5_000):
            wire.write(both * 100)
            await asyncio.sleep(0)
            if wire.is_closing():
                return

    assert isinstance(await meet(stranger, say), ProtocolTrouble)


async def test_messages_far_ahead_of_their_turn_are_not_hoarded(
    stranger: Stranger, bounded: None
) -> None:
    async def say(socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        for number in range(1, 800):
            await socket.send_bytes(frame(bytes(60_000), sequence=number))
        await socket.send_bytes(b"\x00")

    assert isinstance(await meet(stranger, say), ProtocolTrouble)


async def test_a_handshake_without_end_ends(stranger: Stranger, bounded: None) -> None:
    asked = handshake.session_type_action("Port", {"portNumber": "80"})
    request = handshake.HandshakeRequest("3.3.0.0", (asked,)).encode()

    async def say(socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        await socket.send_bytes(frame(request, what=PayloadType.HANDSHAKE_REQUEST))
        number = 0
        while not wire.is_closing():  # it goes on with what has no meaning in a handshake
            number += 1
            await socket.send_bytes(frame(b"{}", sequence=number, what=PayloadType.PARAMETER))
            await asyncio.sleep(0.005)

    trouble = await meet(stranger, say, PORT)
    assert isinstance(trouble, ProtocolTrouble)
    assert "handshake" in trouble.what


async def test_who_hangs_up_again_and_again_is_left_in_the_end(
    stranger: Stranger, bounded: None
) -> None:
    async def say(_socket: web.WebSocketResponse, wire: asyncio.Transport) -> None:
        wire.abort()

    assert isinstance(await meet(stranger, say), SessionTrouble)
    assert stranger.resumed == 4
