"""The HTTP service of a pretended machine: says who it is, and moves bytes for a test."""

import asyncio
import json

from aiohttp import web

from tui.demo.machine import Machine

MOST_BYTES = 1 << 30
_CHUNK = 65_536
_PATTERN = bytes(range(256)) * (_CHUNK // 256)


class HttpService:
    """One port of one machine.

    GET / and any other path name the machine; GET /health is JSON; POST /echo sends the body
    back, POST /count its length; GET /bytes/N sends N bytes that count from 0 to 255 again and
    again.
    """

    def __init__(self, machine: Machine, port: int) -> None:
        self._machine = machine
        self._port = port
        self._server = web.Server(self._answer, access_log=None)

    def protocol(self) -> asyncio.Protocol:
        """A new connection, for `create_server`."""
        return self._server()

    def stop(self) -> None:
        """End the connections."""
        for connection in list(self._server.connections):
            connection.force_close()

    async def close(self) -> None:
        """Wait for the end of the requests that were being answered."""
        await self._server.shutdown(1.0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/health":
            return self._health()
        if request.path == "/echo" and request.method == "POST":
            return await _echo(request)
        if request.path == "/count" and request.method == "POST":
            return await _count(request)
        if request.path.startswith("/bytes/"):
            return await _bytes(request)
        machine = self._machine
        return web.Response(
            text=f"{machine.hostname} {machine.label}\n{machine.target}\n"
            f"{request.method} {request.path} on port {self._port}\n"
        )

    def _health(self) -> web.Response:
        state = {"status": "ok", "hostname": self._machine.hostname, "label": self._machine.label}
        return web.Response(text=json.dumps(state), content_type="application/json")


async def _echo(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_length = request.content_length
    await response.prepare(request)
    async for chunk in request.content.iter_chunked(_CHUNK):
        await response.write(chunk)
    await response.write_eof()
    return response


async def _count(request: web.BaseRequest) -> web.Response:
    length = 0
    async for chunk in request.content.iter_any():
        length += len(chunk)
    return web.Response(text=f"{length}\n")


async def _bytes(request: web.BaseRequest) -> web.StreamResponse:
    wanted = request.path.removeprefix("/bytes/")
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 10:
        return web.Response(status=400, text="GET /bytes/N\n")
    left = int(wanted)
    if left > MOST_BYTES:
        return web.Response(status=400, text=f"At most {MOST_BYTES} bytes.\n")
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    response.content_length = left
    await response.prepare(request)
    while left:
        await response.write(_PATTERN[: min(left, _CHUNK)])
        left -= min(left, _CHUNK)
    await response.write_eof()
    return response
