"""Dialling, against real sockets on loopback: each failure is one clear sentence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import WSCloseCode, WSMsgType, web

from tui.errors import ConnectionLost, ProtocolTrouble, Trouble, Unreachable
from tui.model.wish import Ticket
from tui.protocol.message import MAX_FRAME
from tui.sessions.local import local_socket
from tui.sessions.transport import dial

SECRET = "X-Amz-Signature=secret-in-the-query"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[Ticket]]


def ticket_for(port: int, *, scheme: str = "ws") -> Ticket:
    return Ticket(
        session_id="s-1",
        stream_url=f"{scheme}://127.0.0.1:{port}/v1/data-channel/s-1?{SECRET}",
        token="secret-token",
        account="",
        region="eu-west-1",
        target="i-1",
        loopback_allowed=True,
    )


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server with one handler, and gives a ticket that leads to it."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> Ticket:
        application = web.Application()
        application.router.add_get("/{path:.*}", handler)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        listening = local_socket("127.0.0.1", 0)
        port = listening.getsockname()[1]
        await web.SockSite(runner, listening).start()
        return ticket_for(port)

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_frames_of_both_kinds_go_both_ways(serve: Serve) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
            else:
                await socket.send_bytes(message.data)
        return socket

    transport = await dial(await serve(echo))
    await transport.send("text")
    await transport.ping()
    await transport.send(b"\x00binary\xff")
    assert await transport.receive() == "text"
    assert await transport.receive() is None  # the answer to the ping
    assert await transport.receive() == b"\x00binary\xff"
    await transport.close()
    await transport.close()
    with pytest.raises(ConnectionLost):
        await transport.send(b"late")


async def test_the_upgrade_is_plain_but_for_the_headers_that_were_asked_for(serve: Serve) -> None:
    seen: list[web.Request] = []

    async def look(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        return socket

    ticket = await serve(look)
    transport = await dial(ticket, headers={"Authorization": "AWS4-HMAC-SHA256 x"})
    await transport.close()
    (request,) = seen
    assert request.headers["Authorization"] == "AWS4-HMAC-SHA256 x"
    assert "Sec-WebSocket-Extensions" not in request.headers
    assert "Cookie" not in request.headers
    assert request.query_string == SECRET
    assert "secret-token" not in str(request.headers)


async def test_the_gateway_closes_and_that_is_the_end(serve: Serve) -> None:
    async def goodbye(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close(code=WSCloseCode.GOING_AWAY)
        return socket

    transport = await dial(await serve(goodbye))
    with pytest.raises(ConnectionLost, match="1001"):
        await transport.receive()
    with pytest.raises(ConnectionLost):
        await transport.receive()
    await transport.close()


async def test_the_gateway_dies_and_that_is_the_end(serve: Serve) -> None:
    async def die(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return socket

    transport = await dial(await serve(die))
    with pytest.raises(ConnectionLost):
        await transport.receive()
    await transport.close()


async def test_a_frame_that_is_too_large_is_not_taken(serve: Serve) -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_bytes(bytes(MAX_FRAME + 1))
        await socket.receive()
        return socket

    transport = await dial(await serve(flood))
    with pytest.raises(ProtocolTrouble):
        await transport.receive()
    await transport.close()


async def test_a_gateway_that_does_not_say_goodbye_is_left_all_the_same(serve: Serve) -> None:
    done = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoclose=False)
        await socket.prepare(request)
        await done.wait()
        return socket

    transport = await dial(await serve(silent))
    await transport.close()
    done.set()


async def test_a_redirect_is_not_followed(serve: Serve) -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        raise web.HTTPFound("/elsewhere")

    with pytest.raises(ProtocolTrouble, match="redirect"):
        await dial(await serve(elsewhere))
    assert asked == ["/v1/data-channel/s-1"]


async def refuse(request: web.Request) -> web.StreamResponse:
    return web.Response(status=403, text=f"{request.query_string}")


async def no_upgrade(request: web.Request) -> web.StreamResponse:
    return web.Response(text="hello")


@pytest.mark.parametrize(("handler", "word"), [(refuse, "HTTP 403"), (no_upgrade, "HTTP 200")])
async def test_a_gateway_that_refuses_is_quoted_by_its_number_only(
    serve: Serve, handler: Handler, word: str
) -> None:
    with pytest.raises(ConnectionLost, match=word) as caught:
        await dial(await serve(handler))
    assert_no_secret(caught.value)


async def test_a_listener_that_never_answers_runs_into_the_timeout() -> None:
    with local_socket("127.0.0.1", 0) as listening:
        ticket = ticket_for(listening.getsockname()[1])
        with pytest.raises(Unreachable, match=r"did not answer within 0\.05 s") as caught:
            await dial(ticket, timeout=0.05)
    assert_no_secret(caught.value)


async def test_nobody_listens() -> None:
    with local_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1") as caught:
        await dial(ticket_for(port))
    assert_no_secret(caught.value)


async def test_a_listener_that_speaks_no_tls() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable) as caught:
            await dial(ticket_for(port, scheme="wss"))
    assert_no_secret(caught.value)


async def test_a_stranger_is_not_even_asked() -> None:
    ticket = Ticket(
        session_id="s-1",
        stream_url=f"wss://evil.example/x?{SECRET}",
        token="secret-token",
        account="",
        region="eu-west-1",
        target="i-1",
    )
    with pytest.raises(ProtocolTrouble, match=r"evil\.example") as caught:
        await dial(ticket)
    assert_no_secret(caught.value)


async def test_a_dial_that_is_cancelled_leaves_no_socket_open() -> None:
    with local_socket("127.0.0.1", 0) as listening:
        ticket = ticket_for(listening.getsockname()[1])
        async with asyncio.TaskGroup() as group:
            dialling = group.create_task(dial(ticket))
            for _ in range(20):
                await asyncio.sleep(0)
            dialling.cancel()


def assert_no_secret(trouble: Trouble) -> None:
    """Neither the sentence nor what led to it may hold the token or the query."""
    told = f"{trouble} {trouble.__cause__!r}"
    assert "secret" not in told
    assert trouble.__suppress_context__ or trouble.__context__ is None
