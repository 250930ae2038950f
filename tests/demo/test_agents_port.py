"""Port sessions: real TCP services behind pretended ports, multiplexed and basic."""

import random
import struct
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.demo.far_side import (
    AT_ONCE,
    FORWARD,
    NODE,
    OTHER,
    WINDOWS,
    Client,
    FarSide,
    Tunnels,
    far_side,
)
from tui.demo.agents.rdp_service import Malformed, confirm
from tui.demo.machine import Machine
from tui.protocol.message import Flag

TO_HOST = "AWS-StartPortForwardingSessionToRemoteHost"
REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def forward(
    far: FarSide, port: int, machine: Machine = NODE, document: str = FORWARD, **more: str
) -> Tunnels:
    client = await far.client(document, machine, portNumber=str(port), **more)
    await client.until(lambda: client.channel.ready)
    return Tunnels(client)


async def get(tunnels: Tunnels, path: str) -> bytes:
    """The answer to one HTTP request on a connection of its own."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    stream = tunnels.open(request.encode())
    await tunnels.until(lambda: stream in tunnels.finished)
    return bytes(tunnels.received[stream])


async def test_the_handshake_carries_the_documents_properties(far: FarSide) -> None:
    tunnels = await forward(far, 8080, localPortNumber="9123")
    assert tunnels.client.channel.session_type == "Port"
    assert tunnels.client.channel.properties == {
        "localPortNumber": "9123",
        "portNumber": "8080",
        "type": "LocalPortForwarding",
    }


async def test_the_http_service_says_which_machine_answers(far: FarSide) -> None:
    tunnels = await forward(far, 8080)
    said = await get(tunnels, "/orders")
    assert said.startswith(b"HTTP/1.1 200")
    assert b"ip-10-0-12-34 Amazon Linux 2023" in said
    assert b"GET /orders on port 8080" in said
    assert b'"hostname": "ip-10-0-12-34"' in await get(tunnels, "/health")
    body = (await get(tunnels, "/bytes/100000")).partition(b"\r\n\r\n")[2]
    assert body == (bytes(range(256)) * 400)[:100_000]
    assert (await get(tunnels, "/bytes/x")).startswith(b"HTTP/1.1 400")
    assert (await get(tunnels, "/bytes/9999999999")).startswith(b"HTTP/1.1 400")


async def test_two_connections_echo_a_megabyte_each_at_once(far: FarSide) -> None:
    tunnels = await forward(far, 7)
    data = {tunnels.open(): random.Random(n).randbytes(1_000_000) for n in range(2)}
    for stream, sent in data.items():
        tunnels.send(stream, sent)
    await tunnels.until(
        lambda: all(len(tunnels.received[stream]) >= len(sent) for stream, sent in data.items())
    )
    assert {stream: bytes(got) for stream, got in tunnels.received.items()} == data


async def test_a_posted_body_comes_back(far: FarSide) -> None:
    tunnels = await forward(far, 8080)
    body = random.Random(2).randbytes(300_000)
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    stream = tunnels.open(head.encode() + body)
    await tunnels.until(lambda: bytes(tunnels.received[stream]).endswith(body))


async def test_a_port_where_nobody_listens_is_an_error_and_the_end(far: FarSide) -> None:
    tunnels = await forward(far, 4444)
    stream = tunnels.open(b"hello?")
    await tunnels.until(lambda: stream in tunnels.finished and tunnels.client.flags)
    assert tunnels.client.flags == [Flag.CONNECT_TO_PORT_ERROR]
    assert tunnels.client.closed is None


async def test_ports_of_this_computer_are_out_of_reach(far: FarSide) -> None:
    server_port = int(far.start(FORWARD).stream_url.split(":")[2].split("/")[0])
    tunnels = await forward(far, server_port)
    stream = tunnels.open(b"GET / HTTP/1.0\r\n\r\n")
    await tunnels.until(lambda: stream in tunnels.finished)
    assert not tunnels.received[stream]


async def test_another_machine_is_reached_by_its_name(far: FarSide) -> None:
    tunnels = await forward(far, 80, document=TO_HOST, host=OTHER.hostname)
    assert b"ip-10-0-99-1" in await get(tunnels, "/")
    tunnels = await forward(far, 8080, document=TO_HOST, host="localhost")
    assert b"ip-10-0-12-34" in await get(tunnels, "/")
    tunnels = await forward(far, 80, document=TO_HOST, host="example.com")
    assert await get(tunnels, "/") == b""
    assert tunnels.client.flags == [Flag.CONNECT_TO_PORT_ERROR]


async def test_the_metadata_service_is_forbidden(far: FarSide) -> None:
    tunnels = await forward(far, 80, document=TO_HOST, host="169.254.169.254")
    assert await tunnels.client.ends() == "Forwarding to IP address 169.254.169.254 is forbidden."


async def test_remote_desktop_answers_its_negotiation(far: FarSide) -> None:
    tunnels = await forward(far, 3389, machine=WINDOWS)
    stream = tunnels.open(REQUEST)
    await tunnels.until(lambda: len(tunnels.received[stream]) == 19)
    answer = bytes(tunnels.received[stream])
    assert answer[:4] == b"\x03\x00\x00\x13"
    assert answer[5] == 0xD0
    assert struct.unpack("<BBHI", answer[11:]) == (2, 1, 8, 2)
    stream = tunnels.open(b"GET / HTTP/1.0\r\n\r\n")
    await tunnels.until(lambda: stream in tunnels.finished)
    assert not tunnels.received[stream]


def test_a_linux_machine_has_no_remote_desktop() -> None:
    assert not NODE.rdp


@pytest.mark.parametrize(
    ("request_", "chosen"),
    [
        (REQUEST[:-4] + b"\x01\0\0\0", b"\x02\x01\x08\0\x01\0\0\0"),
        (REQUEST[:-4] + b"\x00\0\0\0", b"\x02\x01\x08\0\x00\0\0\0"),
        (b"\x03\0\0\x0b\x06\xe0\0\0\0\0\0", b""),
        (
            b"\x03\0\0\x2a\x25\xe0\0\0\0\0\0Cookie: mstshash=ada..\r\n" + REQUEST[11:],
            b"\x02\x01\x08\0\x02\0\0\0",
        ),
    ],
    ids=["ssl", "rdp", "old", "cookie"],
)
def test_the_negotiation_chooses_what_was_offered(request_: bytes, chosen: bytes) -> None:
    request_ = request_[:3] + bytes([len(request_), len(request_) - 5]) + request_[5:]
    for cut in range(len(request_)):
        assert confirm(request_[:cut]) == b""
    assert confirm(request_)[11:] == chosen


@pytest.mark.parametrize(
    "request_",
    [
        b"GET ",
        b"\x03\0\0\x04",
        b"\x03\0\xff\xff",
        b"\x03\0\0\x13\x0e\xd0" + REQUEST[6:],
        b"\x03\0\0\x13\x0f" + REQUEST[5:],
        b"\x03\0\0\x0f\x0a\xe0\0\0\0\0\0\x01\0\x08\0",
        b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0Cookie:x",
    ],
)
def test_what_is_no_negotiation_is_refused(request_: bytes) -> None:
    with pytest.raises(Malformed):
        confirm(request_)


async def test_the_terminate_flag_ends_the_session(far: FarSide) -> None:
    tunnels = await forward(far, 7)
    stream = tunnels.open(b"x")
    await tunnels.until(lambda: tunnels.received[stream])
    tunnels.client.flag(Flag.TERMINATE_SESSION)
    assert await tunnels.client.ends() == ""


async def test_a_broken_multiplexer_fails_the_session(far: FarSide) -> None:
    tunnels = await forward(far, 7)
    tunnels.client.send(b"\x07\x07\x07\x07\x07\x07\x07\x07")
    assert "multiplexing" in await tunnels.client.ends()
    assert far.status(tunnels.client.session_id) == "Failed"


async def test_a_source_that_nobody_drains_does_not_fill_memory(far: FarSide) -> None:
    tunnels = await forward(far, 19)
    stream = tunnels.open()
    await tunnels.until(lambda: len(tunnels.received[stream]) > 3_000_000)
    start = bytes(tunnels.received[stream][:74])
    assert start == bytes(range(32, 104)) + b"\r\n"


async def test_what_is_thrown_away_is_taken(far: FarSide) -> None:
    tunnels = await forward(far, 9)
    stream = tunnels.open(bytes(3_000_000))
    tunnels.mux.close(stream)
    client = tunnels.client
    await tunnels.until(lambda: not tunnels.mux.pending and not client.channel.unacked_bytes)
    assert not tunnels.received[stream]


async def stdio(far: FarSide, port: int) -> Client:
    client = await far.client("AWS-StartSSHSession", portNumber=str(port))
    await client.until(lambda: client.channel.ready)
    return client


async def test_the_ssh_document_is_a_plain_tunnel(far: FarSide) -> None:
    client = await stdio(far, 8080)
    assert client.channel.properties == {"portNumber": "8080"}
    client.send(b"GET /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert await client.ends() == ""
    assert b"GET /here on port 8080" in client.output


async def test_a_plain_tunnel_to_a_closed_port_fails(far: FarSide) -> None:
    client = await stdio(far, 22)
    assert await client.ends() == "Connection to destination port failed."


async def test_an_old_agent_forwards_one_connection_after_the_other() -> None:
    async with far_side(replace(AT_ONCE, agent_version="2.3.1319.0")) as far:
        client = await far.client(FORWARD, portNumber="7")
        await client.until(lambda: client.channel.ready)
        data = random.Random(3).randbytes(500_000)
        client.send(data)
        await client.until(lambda: len(client.output) == len(data))
        assert bytes(client.output) == data
        client.flag(Flag.DISCONNECT_TO_PORT)
        client.output.clear()
        client.send(b"again")
        await client.says(b"again")
        client.flag(Flag.TERMINATE_SESSION)
        assert await client.ends() == ""


async def test_narrow_bounds_slow_a_tunnel_down_and_lose_nothing() -> None:
    behaviour = replace(AT_ONCE, window_bytes=20_000, backlog_bytes=50_000)
    async with far_side(behaviour) as far:
        tunnels = await forward(far, 7)
        data = random.Random(4).randbytes(3_000_000)
        stream = tunnels.open(data)
        await tunnels.until(lambda: len(tunnels.received[stream]) == len(data))
        assert bytes(tunnels.received[stream]) == data
