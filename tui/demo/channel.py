"""The agent's end of a data channel, whole: it outlives the connections that carry it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tui.demo.behaviour import Behaviour
from tui.demo.connection import Connection
from tui.errors import ProtocolTrouble
from tui.protocol.gateway import closed_message, publication_message
from tui.protocol.message import Flag, Message, MessageType, PayloadType, decode
from tui.protocol.stream import Limits, Stream

_BURST = 512
"""Messages sent again at once: a client that resumes is owed a whole window of small ones."""
_TERMINATE = int(Flag.TERMINATE_SESSION).to_bytes(4)


class Receiver(Protocol):
    """Who takes what the client sends: the handshake, then the agent."""

    @property
    def backlog(self) -> int:
        """Bytes taken and not yet passed on."""
        ...

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Take a payload, in order and once."""
        ...


class Nobody:
    """Receives what a client sends before anybody wants it; it is acknowledged and lost."""

    backlog = 0

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Let it go."""


class Channel:
    """Numbers, acknowledges and repeats; the `Line` of an agent and the `Frames` of a connection.

    While the agent's backlog is over its bound, input is held without acknowledging it, up to the
    same bound again; what comes then is ignored, so the client slows down and sends it later.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        date_ms: Callable[[], int],
        given_up: Callable[[str], None],
    ) -> None:
        """`given_up` is told why when a connected client answers nothing for minutes."""
        self.receiver: Receiver = Nobody()
        self.connected = asyncio.Event()
        """Set while a client is there."""
        self._behaviour = behaviour
        self._date_ms = date_ms
        self._given_up = given_up
        self._now = asyncio.get_running_loop().time
        self._left = asyncio.Event()
        self._stream = Stream(
            sends=MessageType.OUTPUT,
            receives=MessageType.INPUT,
            limits=Limits(unacked_bytes=4 * behaviour.window_bytes, burst=_BURST),
        )
        self._connection: Connection | None = None
        self._acked = asyncio.Event()
        self._last_ack = 0.0
        self._held: deque[Message] = deque()
        self._held_bytes = 0
        self._closed = False
        self.spoke_at_ms = date_ms()
        """When data last went one way or the other, in milliseconds since 1970."""

    # the client comes and goes

    async def carry(self, connection: Connection) -> None:
        """Use a connection until it ends; a newer one takes the place of an older."""
        older, self._connection = self._connection, connection
        connection.put(publication_message(MessageType.START, date_ms=self._date_ms()))
        self._last_ack = self._now()
        self._left.clear()
        self.connected.set()
        if older:
            await older.close()
        try:
            await connection.run(self)
        finally:
            if self._connection is connection:
                self._connection = None
                self.connected.clear()
                self._left.set()

    def close(self, session_id: str, destination: str, word: str) -> None:
        """Say channel_closed; nothing is sent after it."""
        frame = closed_message(
            session_id, word, date_ms=self._date_ms(), destination_id=destination
        )
        self._put(frame)
        self._closed = True

    async def leave(self, patience: float) -> None:
        """Wait for the client to go, if there is one; after `patience` seconds close its line."""
        if not self._connection:
            return
        try:
            async with asyncio.timeout(patience):
                await self._left.wait()
        except TimeoutError:
            if self._connection:  # it may have gone at the last moment
                await self._connection.close()

    # Line

    async def write(self, payload_type: int, data: bytes) -> None:
        """Send `data`, cut into payloads; waits while too much is unacknowledged."""
        size = self._behaviour.payload_bytes
        for start in range(0, len(data), size):
            await self.put(payload_type, data[start : start + size])

    async def put(self, payload_type: int, payload: bytes) -> None:
        """Send one payload as it is; waits while too much is unacknowledged."""
        window = self._behaviour.window_bytes
        while self._stream.unacked_bytes > window or self._stream.full:
            self._acked.clear()
            await self._acked.wait()
        self.spoke_at_ms = self._date_ms()
        self.send(payload_type, payload)
        if self._behaviour.agent_pause:
            await asyncio.sleep(self._behaviour.agent_pause)

    def send(self, payload_type: int, payload: bytes) -> None:
        """Send one small payload at once."""
        if not self._closed:
            self._put(self._stream.send(payload_type, payload, self._now(), self._date_ms()))

    def relieved(self) -> None:
        """The agent's backlog has shrunk: let held input follow."""
        while self._held and self.receiver.backlog <= self._behaviour.backlog_bytes:
            message = self._held.popleft()
            self._held_bytes -= len(message.payload)
            self._accept(message)

    async def flushed(self) -> None:
        """Wait until the client has acknowledged everything.

        Ends without it when a connected client acknowledges nothing for `flush_timeout`. While
        nobody is connected this waits for somebody to resume.
        """
        self._last_ack = self._now()
        while self._stream.unacked_bytes:
            await self.connected.wait()
            self._acked.clear()
            try:
                async with asyncio.timeout_at(self._last_ack + self._behaviour.flush_timeout):
                    await self._acked.wait()
            except TimeoutError:
                if self.connected.is_set():
                    return
                self._last_ack = self._now()

    # Frames

    @property
    def next_due(self) -> float | None:
        """When the oldest unacknowledged message is sent again."""
        return None if self._closed else self._stream.next_due

    def due(self) -> list[bytes]:
        """What must be sent again now; after minutes without an answer the client is given up."""
        if self._closed:
            return []
        try:
            return self._stream.due(self._now())
        except ProtocolTrouble as trouble:
            self._given_up(trouble.what)
            return []

    def arrived(self, frame: bytes) -> None:
        """A frame of the client. What is damaged, malformed or unknown is ignored."""
        try:
            message = decode(frame)
            if message.type == MessageType.ACK:
                self._stream.acked(message, self._now())
                self._last_ack = self._now()
                self._acked.set()
            elif message.type == MessageType.INPUT and not self._closed:
                self._input(message)
        except ProtocolTrouble:
            return

    def _input(self, message: Message) -> None:
        """Accept a numbered message, hold it, or ignore it, as there is room."""
        bound = self._behaviour.backlog_bytes
        if not self._held and self.receiver.backlog <= bound:
            self._accept(message)
            return
        if message.payload_type == PayloadType.FLAG and message.payload == _TERMINATE:
            # who wants to end the session need not wait for a program that takes no input
            self.receiver.receive(message.payload_type, message.payload)
        elif self._held_bytes < bound:
            self._held.append(message)
            self._held_bytes += len(message.payload)

    def _accept(self, message: Message) -> None:
        received = self._stream.receive(message, self._now(), self._date_ms())
        for reply in received.reply:
            self._put(reply)
        for each in received.deliver:
            if each.payload_type == PayloadType.OUTPUT:
                self.spoke_at_ms = self._date_ms()
            self.receiver.receive(each.payload_type, each.payload)

    def _put(self, frame: bytes) -> None:
        if self._connection and not self._closed:
            self._connection.put(frame)
