"""Which hosts may be given a session's token: AWS's own gateways, and nobody else.

The address of a data channel comes from an API answer, and whoever is dialled there receives the
session's token. The names are those of AWS's documented `ssmmessages` endpoints: public, FIPS,
China, dual-stack, and VPC endpoints.
"""

import ipaddress
import re

from yarl import URL

from tui.errors import ProtocolTrouble

_REGION = re.compile(r"[a-z]{2,8}(?:-[a-z]+){1,3}-\d{1,2}")
_VPC_ENDPOINT = re.compile(r"vpce-[0-9a-z-]{1,60}")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,8192}")


def stream_allowed(url: str, region: str, loopback_allowed: bool) -> URL:
    """The address to dial, taken literally, if it may receive the token of a session in `region`.

    `loopback_allowed` admits IP addresses of the loopback network, over `ws` or `wss` and on any
    port: the embedded AWS lives there. Raises `ProtocolTrouble`, which names the host.
    """
    if not _VISIBLE_ASCII.fullmatch(url) or "\\" in url:
        raise _refused("an address that is not a web address")
    try:
        parsed = URL(url, encoded=True)
        host, port = parsed.raw_host or "", parsed.port
    except ValueError:
        raise _refused("an address that is not a web address") from None
    # A user name before the host is only ever there to deceive the reader.
    if "@" in parsed.raw_authority:
        raise _refused(f"{_shown(host)}, with a user name in front")
    if loopback_allowed and parsed.scheme in {"ws", "wss"} and _is_loopback(host):
        return parsed
    if parsed.scheme == "wss" and port == 443 and _is_gateway(host, region):
        return parsed
    raise _refused(_shown(host) + ("" if port in {443, None} else f", port {port}"))


def _is_loopback(host: str) -> bool:
    """Whether the host is written as an IP address of the loopback network."""
    try:
        return "%" not in host and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_gateway(host: str, region: str) -> bool:
    """Whether the host is a message gateway of AWS in that region."""
    if not _REGION.fullmatch(region):
        return False
    names = {
        f"ssmmessages{fips}.{region}.{domain}"
        for fips in ("", "-fips")
        for domain in (
            "amazonaws.com",
            "amazonaws.com.cn",
            "api.aws",
            "api.amazonwebservices.com.cn",
        )
    }
    if host in names:
        return True
    endpoint, _, rest = host.partition(".")
    inside = {
        f"ssmmessages{fips}.{region}.vpce.amazonaws.com{cn}"
        for fips in ("", "-fips")
        for cn in ("", ".cn")
    }
    return rest in inside and _VPC_ENDPOINT.fullmatch(endpoint) is not None


def _shown(host: str) -> str:
    """The host for a message, bounded."""
    return (host[:100] + "…" if len(host) > 100 else host) or "no host"


def _refused(where: str) -> ProtocolTrouble:
    return ProtocolTrouble(
        f"The session's data channel is at {where}, which is not one of AWS's message gateways.",
        "Nothing was sent there. A gateway on this computer needs an endpoint override.",
    )
