"""Frames over a websocket: dialling the message gateway, and the seam to it.

A dial goes only to hosts that `tui.sessions.hosts` allows, follows no redirect, and never puts
the token or the address's query into a message. The token travels in the first text frame only.
"""

import asyncio
import ssl
import urllib.request
from collections.abc import Mapping
from types import SimpleNamespace
from typing import NoReturn, Protocol

import aiohttp
from aiohttp import WSMsgType
from yarl import URL

from tui.errors import ConnectionLost, ProtocolTrouble, Trouble, Unreachable
from tui.model.wish import Ticket
from tui.protocol.message import MAX_FRAME
from tui.sessions.hosts import stream_allowed

CLOSE_SECONDS = 1.0
"""How long a closing handshake may take; the socket is closed without it after that."""


class Transport(Protocol):
    """One connection that carries frames, in order."""

    async def send(self, frame: bytes | str) -> None:
        """Put a frame on the wire, waiting while the socket is full; ConnectionLost."""

    async def receive(self) -> bytes | str | None:
        """The next frame; None is a sign of life without one, such as the answer to a ping.

        Raises ConnectionLost at the end, ProtocolTrouble on a bad frame.
        """

    async def ping(self) -> None:
        """Ask for a sign of life; ConnectionLost."""

    async def close(self) -> None:
        """Close it, within `CLOSE_SECONDS`; never raises a Trouble."""


class Dial(Protocol):
    """How a transport is made for a ticket; `dial` is the real one."""

    async def __call__(self, ticket: Ticket, *, timeout: float = 10.0) -> Transport:
        """Connect within `timeout` seconds; raises a Trouble."""


async def dial(
    ticket: Ticket, *, timeout: float = 10.0, headers: Mapping[str, str] | None = None
) -> Transport:
    """Connect to the ticket's gateway within `timeout` seconds.

    `headers` join the upgrade request: the place for a signature. Raises ProtocolTrouble when the
    host may not receive the token, Unreachable when nobody answers there, and ConnectionLost when
    the gateway refuses.
    """
    url = stream_allowed(ticket.stream_url, ticket.region, ticket.loopback_allowed)
    where = f"The message gateway {url.raw_host}"
    session = _client()
    try:
        async with asyncio.timeout(timeout):
            websocket = await session.ws_connect(
                url,
                headers=headers,
                proxy=_proxy(url),
                autoping=False,
                compress=0,
                max_msg_size=MAX_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            )
    except BaseException as error:
        await session.close()
        if isinstance(error, (OSError, ValueError, aiohttp.ClientError)):
            raise _unreachable(error, where, timeout) from None
        raise
    return Websocket(session, websocket)


class Websocket:
    """A Transport over aiohttp's websocket client."""

    def __init__(
        self, session: aiohttp.ClientSession, websocket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self._session = session
        self._websocket = websocket

    async def send(self, frame: bytes | str) -> None:
        """Put a frame on the wire, waiting while the socket is full."""
        try:
            if isinstance(frame, str):
                await self._websocket.send_str(frame)
            else:
                await self._websocket.send_bytes(frame)
        except (OSError, RuntimeError, aiohttp.ClientError):
            raise _lost() from None

    async def receive(self) -> bytes | str | None:
        """The next frame; None after a ping, which is answered on the way, or a pong."""
        try:
            message = await self._websocket.receive()
            if message.type is WSMsgType.PING:
                await self._websocket.pong(message.data)
        except (OSError, RuntimeError, aiohttp.ClientError):
            raise _lost() from None
        if message.type in {WSMsgType.PING, WSMsgType.PONG}:
            return None
        if message.type in {WSMsgType.BINARY, WSMsgType.TEXT}:
            frame: bytes | str = message.data
            return frame
        if isinstance(message.data, aiohttp.WebSocketError):
            raise ProtocolTrouble(
                "The gateway sent a frame that cannot be read.",
                f"The websocket was closed with code {int(message.data.code)}.",
            )
        raise _lost(self._websocket.close_code)

    async def ping(self) -> None:
        """A ping with the body that AWS's own client sends."""
        try:
            await self._websocket.ping(b"keepalive")
        except (OSError, RuntimeError, aiohttp.ClientError):
            raise _lost() from None

    async def close(self) -> None:
        """Say goodbye, briefly, and close the socket."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._websocket.close()
        except (OSError, RuntimeError, aiohttp.ClientError):
            pass  # TimeoutError is an OSError: the goodbye is a courtesy, the socket goes anyway
        finally:
            await self._session.close()


def _client() -> aiohttp.ClientSession:
    """An HTTP client for one upgrade: no cookies, no redirects, nothing read from ~/.netrc."""
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=1),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trace_configs=[trace],
    )


async def _refuse_redirect(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    _params: aiohttp.TraceRequestRedirectParams,
) -> NoReturn:
    """A redirect would lead the token past the rule for hosts."""
    raise ProtocolTrouble("The message gateway sent us elsewhere (a redirect), which is refused.")


def _proxy(url: URL) -> str | None:
    """The web proxy of the environment for this address, as AWS's own client uses it."""
    host = url.raw_host or ""
    if url.scheme != "wss" or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https") or None


def _unreachable(error: Exception, where: str, timeout: float) -> Trouble:
    """A failed dial, in a sentence that holds no secret: never the error's own text."""
    if isinstance(error, TimeoutError):
        return Unreachable(
            f"{where} did not answer within {timeout:g} s.", "Is a firewall between?"
        )
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return ConnectionLost(
            f"{where} refused the data channel (HTTP {error.status}).",
            "The session may be over already; start it again.",
        )
    if isinstance(error, (ssl.SSLError, aiohttp.ClientSSLError)):
        return Unreachable(
            f"{where} has no certificate that this computer trusts.",
            "A proxy that opens TLS needs its certificate in SSL_CERT_FILE.",
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(f"{where} has no address.", "Is the network up, and its name service?")
    return Unreachable(f"{where} cannot be reached.", "Is the network up?")


def _lost(code: int | None = None) -> ConnectionLost:
    how = f" (websocket code {code})" if code else ""
    return ConnectionLost(f"The data channel broke{how}.", "Start the session again.")
