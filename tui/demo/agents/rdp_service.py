"""The first step of Remote Desktop: the negotiation of the security protocol, and no more.

A client opens with an X.224 Connection Request in a TPKT; the answer is an X.224 Connection
Confirm that chooses one of the protocols it offered. See [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2.
"""

import struct

from tui.demo.agents.plain_services import Service

_TPKT_VERSION = 3
_CONNECTION_REQUEST = 0xE0
_CONNECTION_CONFIRM = 0xD0
_NEGOTIATION_REQUEST = 1
_NEGOTIATION_RESPONSE = 2
_PROTOCOL_SSL = 1
_PROTOCOL_HYBRID = 2
_EXTENDED_CLIENT_DATA = 1
_LONGEST_REQUEST = 1_024
_SHORTEST_REQUEST = 11
_NEGOTIATION_SIZE = 8


class Malformed(ValueError):
    """The bytes are no Connection Request."""


class RemoteDesktop(Service):
    """Answers the negotiation, then listens to nothing more."""

    def __init__(self) -> None:
        super().__init__()
        self._request = bytearray()
        self._answered = False

    def data_received(self, data: bytes) -> None:
        """Collect the request and answer it; who does not speak the protocol is cut off."""
        if self._answered or not self._transport:
            return
        self._request += data
        try:
            answer = confirm(bytes(self._request))
        except Malformed:
            self._transport.close()
            return
        if answer:
            self._answered = True
            self._request.clear()
            self._transport.write(answer)


def confirm(request: bytes) -> bytes:
    """The Connection Confirm for a request, empty while it is not complete.

    Raises Malformed when it cannot become one.
    """
    if request[:1] not in (b"", bytes([_TPKT_VERSION])):
        raise Malformed("not a TPKT")
    if len(request) < 4:
        return b""
    (size,) = struct.unpack_from(">H", request, 2)
    if not _SHORTEST_REQUEST <= size <= _LONGEST_REQUEST:
        raise Malformed("not a Connection Request's length")
    if len(request) < size:
        return b""
    length, kind, _destination, source, _class = struct.unpack_from(">BBHHB", request, 4)
    if kind != _CONNECTION_REQUEST or length != size - 5:
        raise Malformed("not a Connection Request")
    chosen = _choose(request[_SHORTEST_REQUEST:size])
    body = struct.pack(">BHHB", _CONNECTION_CONFIRM, source, 0x1234, 0) + chosen
    return struct.pack(">BBHB", _TPKT_VERSION, 0, 5 + len(body), len(body)) + body


def _choose(rest: bytes) -> bytes:
    """The negotiation response to what follows the fixed part: a cookie line, then the offer."""
    if rest.startswith(b"Cookie:"):
        _, end, rest = rest.partition(b"\r\n")
        if not end:
            raise Malformed("an endless cookie")
    if not rest:
        # a client from before the negotiation existed
        return b""
    if len(rest) < _NEGOTIATION_SIZE or rest[0] != _NEGOTIATION_REQUEST:
        raise Malformed("not a negotiation request")
    size, offered = struct.unpack_from("<HI", rest, 2)
    if size != _NEGOTIATION_SIZE:
        raise Malformed("not a negotiation request's length")
    chosen = next((p for p in (_PROTOCOL_HYBRID, _PROTOCOL_SSL) if offered & p), 0)
    return struct.pack(
        "<BBHI", _NEGOTIATION_RESPONSE, _EXTENDED_CLIENT_DATA, _NEGOTIATION_SIZE, chosen
    )
