"""Frames that are lost, doubled, out of order, or no frames at all."""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from tests.demo.far_side import AT_ONCE, NODE, FarSide, far_side, now
from tests.demo.knocking import opening
from tests.demo.witnesses import resume
from tui.demo.gateway import Issued
from tui.protocol.message import Message, MessageType, PayloadType, decode, encode
from tui.protocol.stream import Stream

HERE = (NODE.account, NODE.region)


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def raw(far: FarSide, command: str) -> tuple[aiohttp.ClientWebSocketResponse, Issued]:
    issued = far.start("AWS-StartInteractiveCommand", command=command)
    socket = await far.http.ws_connect(issued.stream_url)
    await socket.send_str(opening(issued.token))
    return socket, issued


async def frames(
    socket: aiohttp.ClientWebSocketResponse, kind: MessageType, count: int
) -> list[Message]:
    found: list[Message] = []
    while len(found) < count:
        message = decode(await socket.receive_bytes(timeout=5))
        if message.type == kind:
            found.append(message)
    return found


async def test_the_first_thing_said_is_that_the_agent_is_there(far: FarSide) -> None:
    socket, _ = await raw(far, "cat")
    first = decode(await socket.receive_bytes())
    assert (first.type, first.payload, first.flags) == (MessageType.START, b"{}", 3)


async def test_a_duplicate_is_acknowledged_and_not_delivered_twice(far: FarSide) -> None:
    socket, _ = await raw(far, "stty raw -echo; printf go; cat")
    await frames(socket, MessageType.OUTPUT, 1)
    stream = Stream(sends=MessageType.INPUT, receives=MessageType.OUTPUT)
    first, second = (stream.send(PayloadType.OUTPUT, text, now(), 1) for text in (b"a", b"b"))
    for frame in (second, first, first, second, first):
        await socket.send_bytes(frame)
    acks = await frames(socket, MessageType.ACK, 5)
    numbers = [json.loads(ack.payload)["AcknowledgedMessageSequenceNumber"] for ack in acks]
    assert numbers == [1, 0, 0, 1, 0]
    await socket.send_bytes(stream.send(PayloadType.OUTPUT, b".", now(), 1))
    said: dict[int, bytes] = {}
    while b"." not in b"".join(said.values()):
        (message,) = await frames(socket, MessageType.OUTPUT, 1)
        said[message.sequence] = message.payload
    assert b"".join(said.values()).removeprefix(b"go") == b"ab."


async def test_output_that_is_not_acknowledged_is_sent_again_unchanged(far: FarSide) -> None:
    socket, _ = await raw(far, "printf once; exec sleep 60")
    output = [
        frame for frame in [await socket.receive_bytes() for _ in range(4)] if b"once" in frame
    ]
    assert len(output) == 3
    assert len(set(output)) == 1


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0" * 119,
        b"\xff" * 300,
        encode(Message("input_stream_data", -1, 0, bytes(16), 1, b"x", 1)),
        encode(Message("input_stream_data", 1 << 62, 0, bytes(16), 1, b"x", 1)),
        encode(Message("acknowledge", 0, 3, bytes(16), 0, b"{", 1)),
        encode(Message("acknowledge", 0, 3, bytes(16), 0, b"[" * 5000, 1)),
        encode(Message("nonsense", 0, 3, bytes(16), 0, b"x", 1)),
        encode(Message("channel_closed", 0, 3, bytes(16), 0, b"{}", 1)),
    ],
)
async def test_frames_without_sense_do_no_harm(far: FarSide, frame: bytes) -> None:
    client = await far.client()
    await client.says(b"$ ")
    await client.socket.send_bytes(frame)
    client.send(b"echo fi''ne\r")
    await client.says(b"fine")


async def test_a_frame_that_is_too_large_ends_the_connection_only(far: FarSide) -> None:
    client = await far.client()
    await client.says(b"$ ")
    await client.socket.send_bytes(bytes(2 << 20))
    message = await client.socket.receive()
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)
    await resume(far, client)
    client.send(b"echo he''re\r")
    await client.says(b"here")


async def test_input_is_not_acknowledged_while_the_program_takes_none() -> None:
    behaviour = replace(AT_ONCE, backlog_bytes=100_000)
    async with far_side(behaviour) as far:
        command = "stty raw -echo; mkfifo f; printf go; read x < f; head -c 500000 | sha256sum"
        client = await far.client("AWS-StartInteractiveCommand", command=command)
        await client.says(b"go")
        data = os.urandom(500_000)
        client.send(data)
        for _ in range(30):
            await client.step()
        assert client.channel.unacked_bytes > 150_000
        opener = await far.client("AWS-StartInteractiveCommand", command="echo > f")
        await opener.ends()
        await client.says(hashlib.sha256(data).hexdigest().encode())
