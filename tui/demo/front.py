"""The embedded AWS's HTTP server: one port on loopback for all APIs and all data channels.

Real shells stand behind it. So it listens on 127.0.0.1 only, refuses requests under any other
host's name (a web page that rebinds its name to this address) and any request that a web page
sends (they carry an Origin); the APIs want signatures, the data channels tokens.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from tui.demo.api.desk import Desk
from tui.demo.faults import Fault
from tui.demo.keys import Keyring
from tui.demo.signature import Incoming, verify
from tui.errors import PortTaken

MOST_BODY = 1_048_576
"""Bytes of a request's body that are read; more is answered 413."""

_Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Front:
    """The server; `handle` takes the websocket upgrades of data channels.

    A signed upgrade must be signed well. One without a signature is let through to show its token,
    as clients before 1.2.764.0 do.
    """

    def __init__(self, desk: Desk, keyring: Keyring, handle: _Handle) -> None:
        self._desk = desk
        self._keyring = keyring
        self._handle = handle
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._working: set[asyncio.Task[object]] = set()
        """Those that answer requests to the APIs."""

    @property
    def url(self) -> str:
        """The endpoint, once it has been opened."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """The port it listens on; 0 before it has been opened."""
        return self._port

    async def open(self, port: int) -> None:
        """Listen on that port of 127.0.0.1, 0 for any; PortTaken if it may not be had."""
        app = web.Application(client_max_size=MOST_BODY, middlewares=[self._guard])
        app.router.add_get("/v1/data-channel/{session_id}", self._stream)
        app.router.add_route("*", "/{path:.*}", self._api)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            raise PortTaken(
                f"Port {port} on 127.0.0.1 cannot be opened: {error}.",
                "Choose another with --port, or leave it out for any free one.",
            ) from error
        self._runner = runner
        self._desk.open()
        self._port = runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening and drop what is still connected."""
        self._desk.close()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def crash(self) -> None:
        """Stop listening and reset every connection at once, also those that wait for an answer."""
        runner = self._runner
        if runner is None:
            return
        for site in runner.sites:
            await site.stop()
        for connection in runner.server.connections if runner.server is not None else ():
            if connection.transport is not None:
                connection.transport.abort()
        for task in tuple(self._working):
            task.cancel()
        await self.close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handle) -> web.StreamResponse:
        hosts = (f"127.0.0.1:{self._port}", f"localhost:{self._port}")
        if request.headers.getall("Host", []) not in ([hosts[0]], [hosts[1]]):
            return web.Response(status=403, text="This is a loopback service.\n")
        if "Origin" in request.headers:
            return web.Response(status=403, text="Web pages may not ask.\n")
        return await handler(request)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            try:
                scope = verify(_incoming(request, b""), self._keyring, time.time())
            except Fault as fault:
                return web.Response(status=403, text=f"{fault.code}\n")
            if scope.service != "ssmmessages":
                return web.Response(status=403, text="SignatureDoesNotMatch\n")
        return await self._handle(request)

    async def _api(self, request: web.Request) -> web.Response:
        incoming = _incoming(request, await request.read())
        task = asyncio.current_task()
        assert task is not None
        self._working.add(task)
        try:
            reply = await self._desk.answer(
                incoming, time.time(), lambda: request.transport is None
            )
        finally:
            self._working.discard(task)
        headers = {"Content-Type": reply.content_type, "x-amzn-RequestId": reply.request_id}
        if reply.query_error:
            headers["x-amzn-query-error"] = reply.query_error
        return web.Response(status=reply.status, body=reply.body, headers=headers)


def _incoming(request: web.Request, body: bytes) -> Incoming:
    return Incoming(
        method=request.method,
        url=f"http://{request.host}{request.raw_path}",
        headers=tuple((name.lower(), value) for name, value in request.headers.items()),
        body=body,
    )
