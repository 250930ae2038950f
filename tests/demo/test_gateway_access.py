"""Who gets a data channel, for which document, and who is refused."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from tests.demo.far_side import AT_ONCE, FORWARD, NODE, OWNER, Client, FarSide, far_side
from tests.demo.knocking import opening, refused
from tui.demo.faults import Fault
from tui.demo.gateway import Issued

HERE = (NODE.account, NODE.region)


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def test_a_token_opens_the_channel_once(far: FarSide) -> None:
    issued = far.start()
    client = Client(far.http, issued)
    await client.dial()
    await client.says(b"$ ")
    assert await refused(far, issued.stream_url, opening(issued.token))
    client.send(b"echo still-''here\r")
    await client.says(b"still-here")


@pytest.mark.parametrize("token", ["", "x", "é" * 99, None, 7, ["x"], {"a": "b"}, "\ud800"])
async def test_a_wrong_token_does_not(far: FarSide, token: object) -> None:
    issued = far.start()
    assert await refused(far, issued.stream_url, opening(token))
    assert far.status(issued.session_id) == "Connecting"


@pytest.mark.parametrize("first", ["", "{", "[]", "x" * 100_000, b"\0" * 120])
async def test_nor_does_an_opening_that_is_none(far: FarSide, first: str | bytes) -> None:
    assert await refused(far, far.start().stream_url, first)


async def test_a_session_that_does_not_exist_is_refused_alike(far: FarSide) -> None:
    issued = far.start()
    url = issued.stream_url.replace(issued.session_id, "nobody-0123456789abcdef0")
    assert await refused(far, url, opening(issued.token))


async def test_the_token_of_one_session_does_not_open_another(far: FarSide) -> None:
    one, other = far.start(), far.start()
    assert await refused(far, one.stream_url, opening(other.token))
    assert await refused(far, other.stream_url, opening(one.token))


async def test_who_says_nothing_is_disconnected() -> None:
    async with (
        far_side(replace(AT_ONCE, open_timeout=0.05)) as far,
        far.http.ws_connect(far.start().stream_url) as socket,
    ):
        assert (await socket.receive()).data == 1008


async def test_web_pages_and_other_roles_are_refused(far: FarSide) -> None:
    url = far.start().stream_url
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await far.http.ws_connect(url, headers={"Origin": "http://127.0.0.1"})
    with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
        await far.http.ws_connect(url.replace("publish_subscribe", "subscribe"))


def test_a_token_is_not_in_the_representation() -> None:
    assert "secret" not in repr(Issued("s", "u", "secret"))


async def test_pings_are_answered(far: FarSide) -> None:
    client = await far.client()
    await client.says(b"$ ")
    await client.socket.ping(b"keepalive")
    client.send(b"echo po''ng\r")
    await client.says(b"pong")


@pytest.mark.parametrize(
    ("document", "parameters", "code"),
    [
        ("Nonsense", {}, "InvalidDocument"),
        ("AWS-StartInteractiveCommand", {}, "InvalidParameters"),
        ("AWS-StartInteractiveCommand", {"command": ["a", "b"]}, "InvalidParameters"),
        ("AWS-StartInteractiveCommand", {"command": ["a"], "x": ["y"]}, "InvalidParameters"),
        (FORWARD, {"portNumber": ["0"]}, "InvalidParameters"),
        (FORWARD, {"portNumber": ["65536"]}, "InvalidParameters"),
        (FORWARD, {"portNumber": ["٣"]}, "InvalidParameters"),
        (FORWARD, {"portNumber": []}, "InvalidParameters"),
        ("AWS-StartPortForwardingSessionToRemoteHost", {"portNumber": ["1"]}, "InvalidParameters"),
        ("AWS-StartNonInteractiveCommand", {"command": [""]}, "InvalidParameters"),
    ],
)
async def test_what_no_document_allows_is_refused(
    far: FarSide, document: str, parameters: dict[str, list[str]], code: str
) -> None:
    with pytest.raises(Fault) as caught:
        far.gateway.start(machine=NODE, document=document, parameters=parameters, owner=OWNER)
    assert caught.value.code == code
    assert far.gateway.sessions(*HERE, active=True) == []


async def test_an_unknown_document_is_named(far: FarSide) -> None:
    with pytest.raises(Fault, match="Document with name Nonsense does not exist"):
        far.start("Nonsense")
