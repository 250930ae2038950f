"""The agent of port sessions without multiplexing: one TCP connection at a time, raw bytes."""

import asyncio

from tui.demo.agents.agent import Line, TaskFailed
from tui.demo.agents.destination import Destinations
from tui.demo.agents.leg import Leg
from tui.demo.documents import Port
from tui.protocol.message import Flag, PayloadType

_MOST_PENDING = 256 << 10


class BasicPortAgent:
    """Forwards one connection, made before the client asks for it; see `Agent`.

    With `reconnects` (forwarding to old agents or clients) the next input after the end of a
    connection opens another; without (AWS-StartSSHSession) the session ends with its connection.
    """

    def __init__(self, job: Port, destinations: Destinations, *, reconnects: bool) -> None:
        self._job = job
        self._destinations = destinations
        self._reconnects = reconnects
        self._line: Line | None = None
        self._leg: Leg | None = None
        self._waiting = bytearray()
        self._wanted = asyncio.Event()
        self._pending = bytearray()
        self._readable = asyncio.Event()
        self._over = False

    @property
    def backlog(self) -> int:
        """Bytes that the target has not taken."""
        return len(self._waiting) + (self._leg.backlog if self._leg else 0)

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Bytes for the target, or a flag: the client's connection or session is over."""
        if payload_type == PayloadType.OUTPUT:
            if self._leg:
                self._leg.write(payload)
            else:
                self._waiting += payload
                self._wanted.set()
        elif payload_type == PayloadType.FLAG:
            self._over = self._over or int.from_bytes(payload) == Flag.TERMINATE_SESSION
            self._wanted.set()
            self._readable.set()
            if self._leg:
                # what comes from now on is for the next connection
                self._leg.close()
                self._leg = None

    async def run(self, line: Line) -> None:
        """Forward connection after connection."""
        self._destinations.check(self._job.host)
        self._line = line
        while not self._over:
            await self._carry(line)
            if not self._reconnects:
                return
            while not self._waiting and not self._over:
                self._wanted.clear()
                await self._wanted.wait()

    async def _carry(self, line: Line) -> None:
        """One connection, from its start to its end."""
        leg = Leg(on_data=self._received, on_end=lambda: self._ended(leg), relieved=line.relieved)
        try:
            await self._destinations.connect(self._job.host, self._job.port, leg)
        except OSError as error:
            raise TaskFailed("Connection to destination port failed.") from error
        self._leg = leg
        leg.write(bytes(self._waiting))
        self._waiting.clear()
        try:
            while (self._leg or self._pending) and not self._over:
                self._readable.clear()
                data = bytes(self._pending)
                self._pending.clear()
                leg.resume()
                if data:
                    await line.write(PayloadType.OUTPUT, data)
                elif self._leg:
                    await self._readable.wait()
        except asyncio.CancelledError:
            leg.abort()
            raise
        finally:
            self._leg = None
            leg.close()

    def _received(self, data: bytes) -> None:
        self._pending += data
        self._readable.set()
        if len(self._pending) > _MOST_PENDING and self._leg:
            self._leg.pause()

    def _ended(self, leg: Leg) -> None:
        """A connection is over; an older one may end when the next has begun."""
        if leg is self._leg:
            self._leg = None
            self._readable.set()
