"""The TCP services of the pretended machines: real ones, on loopback ports, started when wanted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tui.demo.agents.http_service import HttpService
from tui.demo.agents.plain_services import Discard, Echo, Service, Source
from tui.demo.agents.rdp_service import RemoteDesktop
from tui.demo.behaviour import NO_PORTS
from tui.demo.machine import Machine

MOST_LISTENING = 1_024
"""Services that listen at once; further ones refuse connections."""

ECHO_PORT = 7
DISCARD_PORT = 9
SOURCE_PORT = 19
RDP_PORT = 3389

_PLAIN: dict[int, Callable[[], Service]] = {
    ECHO_PORT: Echo,
    DISCARD_PORT: Discard,
    SOURCE_PORT: Source,
}


class _Listening:
    """A service that listens, and its way to stop."""

    def __init__(
        self,
        server: asyncio.Server,
        stop: Callable[[], None],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self.port: int = server.sockets[0].getsockname()[1]
        self.close = close
        """Waits for the end of what the service was doing."""
        self._server = server
        self._stop = stop

    def stop(self) -> None:
        """Stop listening and end the connections."""
        self._server.close()
        self._stop()


class Services:
    """All services of all machines, by target and pretended port.

    `rdp_port` is that of a real Remote Desktop server on loopback, 0 for the pretended ones;
    `real_ports` has the loopback ports of other real services.
    """

    def __init__(
        self, rdp_port: int = 0, real_ports: Mapping[tuple[str, int], int] = NO_PORTS
    ) -> None:
        self._rdp_port = rdp_port
        self._real_ports = real_ports
        self._listening: dict[tuple[str, int], _Listening] = {}
        self._starting = asyncio.Lock()

    async def listening(self, machine: Machine, port: int) -> int:
        """The loopback port of a machine's service; ConnectionRefusedError where there is none."""
        if self._rdp_port and machine.rdp and port == RDP_PORT:
            return self._rdp_port
        at = (machine.target, port)
        if at in self._real_ports:
            return self._real_ports[at]
        async with self._starting:
            if at not in self._listening:
                if len(self._listening) >= MOST_LISTENING:
                    raise ConnectionRefusedError("too many services")
                self._listening[at] = await _start(machine, port)
        return self._listening[at].port

    def stop(self, target: str) -> None:
        """Stop all services of a machine."""
        for at in [at for at in self._listening if at[0] == target]:
            self._listening.pop(at).stop()

    async def close(self) -> None:
        """Stop all services and wait for what they were doing."""
        for service in self._listening.values():
            service.stop()
            await service.close()
        self._listening.clear()


async def _nothing_to_wait_for() -> None:
    """An aborted connection has no more to do."""


async def _start(machine: Machine, port: int) -> _Listening:
    loop = asyncio.get_running_loop()
    if port in machine.http_ports:
        web = HttpService(machine, port)
        return _Listening(
            await loop.create_server(web.protocol, "127.0.0.1", 0), web.stop, web.close
        )
    make = RemoteDesktop if port == RDP_PORT and machine.rdp else _PLAIN.get(port)
    if make is None:
        raise ConnectionRefusedError("connection refused")
    open_now: set[Service] = set()

    def protocol() -> Service:
        service = make()
        service.belong_to(open_now)
        return service

    def stop() -> None:
        for service in list(open_now):
            service.abort()

    return _Listening(
        await loop.create_server(protocol, "127.0.0.1", 0), stop, _nothing_to_wait_for
    )
