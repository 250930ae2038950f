"""One websocket of a data channel: frames in and out, each way bounded."""

import asyncio
from collections import deque
from typing import Protocol

from aiohttp import WSMsgType, web

MOST_WAITING = 16_384
"""Frames that wait to be written. Beyond it new ones are dropped: they are acknowledgements, or
they are sent again."""


class Frames(Protocol):
    """Where a connection's frames go, and come from when it is time to send some again."""

    @property
    def next_due(self) -> float | None:
        """When `due` will have something."""
        ...

    def due(self) -> list[bytes]:
        """The frames to send again now."""
        ...

    def arrived(self, frame: bytes) -> None:
        """Take a binary frame; never waits."""
        ...


class Connection:
    """One websocket, from the accepted opening to its end."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None = None
    ) -> None:
        """`transport` is the socket's, to cut off a client that does not take its last frames."""
        self._socket = socket
        self._transport = transport
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Queue a frame."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(frame)
            self._wake.set()

    async def run(self, frames: Frames) -> None:
        """Carry frames both ways until either side closes."""
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write(frames))
            # text frames after the opening, pings and pongs mean nothing to the channel
            async for message in self._socket:
                if message.type is WSMsgType.BINARY:
                    frames.arrived(message.data)
            writer.cancel()

    async def close(self, code: int = 1000) -> None:
        """Close, after what still waits; a client that does not take it is cut off."""
        try:
            async with asyncio.timeout(2):
                await self._flush()
                await self._socket.close(code=code, drain=False)
        except (TimeoutError, ConnectionError):
            if self._transport:
                self._transport.abort()

    async def _flush(self) -> None:
        while self._waiting:
            await self._socket.send_bytes(self._waiting.popleft())

    async def _write(self, frames: Frames) -> None:
        """Write what waits, and what must be sent again."""
        call_at = asyncio.get_running_loop().call_at
        try:
            while True:
                await self._flush()
                self._wake.clear()
                due = frames.next_due
                timer = None if due is None else call_at(due, self._wake.set)
                await self._wake.wait()
                if timer:
                    timer.cancel()
                if not self._waiting:
                    self._waiting.extend(frames.due())
        except ConnectionError:
            # the reader sees the end as well
            return
