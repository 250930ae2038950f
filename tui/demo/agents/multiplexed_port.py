"""The agent of multiplexed port sessions: many TCP connections over one data channel."""

import asyncio

from tui.demo.agents.agent import Line, TaskFailed
from tui.demo.agents.destination import Destinations
from tui.demo.agents.leg import Leg
from tui.demo.behaviour import Behaviour
from tui.demo.documents import Port
from tui.errors import ProtocolTrouble, SessionTrouble
from tui.protocol.message import Flag, PayloadType
from tui.protocol.mux import Accepted, Data, Finished, Mux, MuxEvent

_MOST_PENDING = 256 << 10
"""Bytes that wait for the data channel before the targets are read no more."""
_CONNECT_ERROR = int(Flag.CONNECT_TO_PORT_ERROR).to_bytes(4)


class MultiplexedPortAgent:
    """Accepts the client's streams and connects each to the destination; see `Agent`."""

    def __init__(self, job: Port, destinations: Destinations, behaviour: Behaviour) -> None:
        self._job = job
        self._destinations = destinations
        self._behaviour = behaviour
        self._mux = Mux(client=False)
        self._legs: dict[int, Leg] = {}
        self._paused: set[Leg] = set()
        self._early = bytearray()
        self._group: asyncio.TaskGroup | None = None
        self._line: Line | None = None
        self._pending = asyncio.Event()
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def backlog(self) -> int:
        """Bytes that slow targets have not taken."""
        return len(self._early) + sum(leg.backlog for leg in self._legs.values() if leg.choked)

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Frames of the streams, or the end of the session."""
        if payload_type == PayloadType.OUTPUT:
            if self._group:
                self._feed(payload)
            else:
                self._early += payload
        elif payload_type == PayloadType.FLAG and int.from_bytes(payload) == Flag.TERMINATE_SESSION:
            self._end("")

    async def run(self, line: Line) -> None:
        """Forward until the client ends the session."""
        self._destinations.check(self._job.host)
        self._line = line
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                writer = group.create_task(self._write(line))
                self._feed(bytes(self._early))
                self._early.clear()
                trouble = await self._over
                writer.cancel()
                self._abort()
        finally:
            self._group = None
            self._abort()
        if trouble:
            raise TaskFailed(trouble)

    def _abort(self) -> None:
        for leg in list(self._legs.values()):
            leg.abort()

    def _end(self, trouble: str) -> None:
        """The session is over, for better or worse."""
        if not self._over.done():
            self._over.set_result(trouble)

    def _feed(self, data: bytes) -> None:
        """Bytes of the client's end of the multiplexer."""
        try:
            events = self._mux.feed(data)
        except ProtocolTrouble as trouble:
            self._end(trouble.what)
            return
        for event in events:
            self._handle(event)
        if self._mux.pending:
            self._pending.set()

    def _handle(self, event: MuxEvent) -> None:
        match event:
            case Accepted(stream):
                self._accept(stream)
            case Data(stream, chunk):
                if leg := self._legs.get(stream):
                    leg.write(chunk)
            case Finished(stream):
                self._finish(stream)

    def _accept(self, stream: int) -> None:
        """A new connection of the client: connect it onwards."""
        if not self._group or not self._line:
            return
        leg = Leg(
            on_data=lambda data: self._send(stream, data),
            on_end=lambda: self._ended(stream),
            relieved=self._line.relieved,
        )
        self._legs[stream] = leg
        self._group.create_task(self._connect(stream, leg, self._line))

    async def _connect(self, stream: int, leg: Leg, line: Line) -> None:
        try:
            await self._destinations.connect(self._job.host, self._job.port, leg)
        except OSError:
            self._ended(stream)
            try:
                line.send(PayloadType.FLAG, _CONNECT_ERROR)
            except SessionTrouble as trouble:
                self._end(trouble.what)
            line.relieved()

    def _send(self, stream: int, data: bytes) -> None:
        """The target said something on a stream."""
        self._mux.send(stream, data)
        self._pending.set()
        if self._mux.pending > _MOST_PENDING and (leg := self._legs.get(stream)):
            leg.pause()
            self._paused.add(leg)

    def _finish(self, stream: int) -> None:
        """The client closed a stream: the target gets what is on its way, then the end."""
        self._mux.close(stream)
        if leg := self._legs.get(stream):
            leg.close()

    def _ended(self, stream: int) -> None:
        """The target closed a stream, or could not be reached."""
        self._legs.pop(stream, None)
        self._mux.close(stream)
        self._pending.set()

    async def _write(self, line: Line) -> None:
        """Put on the data channel what the multiplexer has, as the channel has room."""
        while True:
            await self._pending.wait()
            self._pending.clear()
            data = self._mux.take()
            while self._paused:
                self._paused.pop().resume()
            await line.write(PayloadType.OUTPUT, data)
