"""How a port session carries its connections: each end decides alone, from the other's version.

See the open source of `session-manager-plugin` (`sessionmanagerplugin/session/portsession`) and
`amazon-ssm-agent` (`session/plugins/port/port.go`).
"""

from collections.abc import Mapping
from typing import Literal

from tui.errors import Unsupported

PortMode = Literal["mux", "basic", "stdio"]
"""mux: many connections (`tui.protocol.mux`). basic: one at a time, raw. stdio: one, raw, once."""

PORT = "Port"
FORWARDING = "LocalPortForwarding"

_MULTIPLEXED_AFTER = "3.0.196.0"
_KEEPALIVE_OFF_AFTER = "3.1.1511.0"
_MULTIPLEXED_FROM_CLIENT = (1, 1, 70)
_LONGEST_NUMBER = 9


def port_mode(agent_version: str, session_type: str, properties: Mapping[str, object]) -> PortMode:
    """How the client carries connections to an agent of this version.

    Raises Unsupported when the session is not a port session at all.
    """
    if session_type != PORT:
        raise Unsupported(
            f"The session document opens a {session_type} session, not a port.",
            "Choose a document whose session type is Port.",
        )
    if properties.get("type") != FORWARDING:
        return "stdio"
    return "mux" if newer(agent_version, _MULTIPLEXED_AFTER) else "basic"


def agent_port_mode(client_version: str, properties: Mapping[str, object]) -> PortMode:
    """How the agent carries connections for a client of this version; "basic" when unreadable."""
    if properties.get("type") != FORWARDING:
        return "stdio"
    version = _numbers(client_version)
    return "mux" if version is not None and version >= _MULTIPLEXED_FROM_CLIENT else "basic"


def needs_keepalive(agent_version: str) -> bool:
    """Whether the agent closes a multiplexed session that is silent for 30 seconds."""
    return not newer(agent_version, _KEEPALIVE_OFF_AFTER)


def newer(version: str, than: str) -> bool:
    """Whether `version` is greater, by the plugin's rule.

    Numbers between dots are compared; with another count of them than in `than`, or with
    something that is no number, a version counts as not newer.
    """
    ours, theirs = _numbers(version), _numbers(than)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return False
    return ours > theirs


def _numbers(version: str) -> tuple[int, ...] | None:
    """The numbers of a version, or None when it is not made of them."""
    parts = version.split(".")
    if all(p.isascii() and p.isdigit() and len(p) <= _LONGEST_NUMBER for p in parts):
        return tuple(map(int, parts))
    return None
