"""The first step of Remote Desktop, as a client says it: enough to know that a desktop answers.

A client opens with an X.224 Connection Request in a TPKT and offers security protocols; the server
confirms one of them or names the one that it insists on. Either is an answer of Remote Desktop.
See [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2.
"""

import struct
from dataclasses import dataclass

from tui.errors import ProtocolTrouble

LONGEST_CONFIRM = 1024
"""Octets of an answer that are read; a Connection Confirm has 19."""

_TPKT = struct.Struct(">BBH")
_X224 = struct.Struct(">BBHHB")
_NEGOTIATION = struct.Struct("<BBHI")
_TPKT_VERSION = 3
_CONNECTION_REQUEST = 0xE0
_CONNECTION_CONFIRM = 0xD0
_REQUEST, _RESPONSE, _FAILURE = 1, 2, 3
_PROTOCOL_SSL = 1
_WANTS_HYBRID = 5
"""Failure code HYBRID_REQUIRED_BY_SERVER."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """A server's answer."""

    login_first: bool
    """It wants the password before it shows anything (network level authentication)."""


def connection_request() -> bytes:
    """A request that offers TLS: a server that wants the password first says so."""
    offer = _NEGOTIATION.pack(_REQUEST, 0, _NEGOTIATION.size, _PROTOCOL_SSL)
    body = _X224.pack(_X224.size - 1 + len(offer), _CONNECTION_REQUEST, 0, 0, 0) + offer
    return _TPKT.pack(_TPKT_VERSION, 0, _TPKT.size + len(body)) + body


def read_confirm(answer: bytes) -> Confirm | None:
    """The answer that begins with these octets; None while it is not complete.

    Raises ProtocolTrouble when it cannot become one.
    """
    if answer[:1] not in (b"", bytes([_TPKT_VERSION])):
        raise _not_rdp()
    if len(answer) < _TPKT.size:
        return None
    _, _, size = _TPKT.unpack_from(answer)
    if not _TPKT.size + _X224.size <= size <= LONGEST_CONFIRM:
        raise _not_rdp()
    if len(answer) < size:
        return None
    length, kind, *_ = _X224.unpack_from(answer, _TPKT.size)
    if kind != _CONNECTION_CONFIRM or length != size - _TPKT.size - 1:
        raise _not_rdp()
    return Confirm(login_first=_wants_hybrid(answer[_TPKT.size + _X224.size : size]))


def _wants_hybrid(chosen: bytes) -> bool:
    """Whether the negotiation failed because of what we did not offer; old servers have none."""
    if not chosen:
        return False
    if len(chosen) < _NEGOTIATION.size or chosen[0] not in (_RESPONSE, _FAILURE):
        raise _not_rdp()
    kind, _, _, value = _NEGOTIATION.unpack_from(chosen)
    return bool(kind == _FAILURE and value == _WANTS_HYBRID)


def _not_rdp() -> ProtocolTrouble:
    return ProtocolTrouble("What answers there is not Remote Desktop.")
