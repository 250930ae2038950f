"""Where a port session may go: pretended machines only, never a real host or port."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address

from tui.demo.agents.agent import TaskFailed
from tui.demo.agents.leg import Leg
from tui.demo.agents.services import Services
from tui.demo.machine import Machine

_ITSELF = frozenset({"", "localhost", "127.0.0.1", "::1"})
_DENIED = frozenset(
    {
        "169.254.169.254",
        "169.254.169.253",
        "169.254.169.123",
        "169.254.169.250",
        "169.254.169.251",
        "fd00:ec2::254",
        "fd00:ec2::253",
        "fd00:ec2::123",
        "fd00:ec2::250",
    }
)
"""Metadata, name, time and licence servers: agents never forward there."""
_CONNECT_TIMEOUT = 5.0


class Destinations:
    """What one machine can reach: itself, and the other machines of its account and region."""

    def __init__(
        self,
        machine: Machine,
        services: Services,
        find_host: Callable[[str, str, str], Machine | None],
    ) -> None:
        self._machine = machine
        self._services = services
        self._find_host = find_host

    def check(self, host: str) -> None:
        """Raise TaskFailed for an address that no agent forwards to."""
        try:
            denied = str(ip_address(host)) in _DENIED
        except ValueError:
            return
        if denied:
            raise TaskFailed(f"Forwarding to IP address {host} is forbidden.")

    async def connect(self, host: str, port: int, leg: Leg) -> None:
        """Connect `leg` to a port of a host; OSError when there is none, or nobody listens."""
        machine = self._resolve(host)
        if machine is None:
            raise ConnectionRefusedError(f"lookup {host}: no such host")
        local = await self._services.listening(machine, port)
        async with asyncio.timeout(_CONNECT_TIMEOUT):
            await asyncio.get_running_loop().create_connection(lambda: leg, "127.0.0.1", local)

    def _resolve(self, host: str) -> Machine | None:
        name = host.lower().rstrip(".")
        if name in _ITSELF or name == self._machine.hostname.lower():
            return self._machine
        return self._find_host(self._machine.account, self._machine.region, host)
