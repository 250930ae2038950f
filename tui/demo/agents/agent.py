"""The seam between a session and the agent that works for it."""

from typing import Protocol

from tui.errors import SessionTrouble


class TaskFailed(SessionTrouble):
    """The agent cannot do what was asked; `what` is told to the client when its channel closes."""


class Line(Protocol):
    """The way from an agent to its client: numbered, acknowledged, bounded."""

    async def write(self, payload_type: int, data: bytes) -> None:
        """Send `data`, cut into payloads; waits while too much is unacknowledged."""
        ...

    async def put(self, payload_type: int, payload: bytes) -> None:
        """Send one payload as it is; waits while too much is unacknowledged."""
        ...

    def send(self, payload_type: int, payload: bytes) -> None:
        """Send one small payload at once."""
        ...

    def relieved(self) -> None:
        """Say that the agent's `backlog` has shrunk, so that held-back input can follow."""
        ...


class Agent(Protocol):
    """Does a session's work."""

    @property
    def backlog(self) -> int:
        """Bytes received that the program has not taken yet."""
        ...

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Take what the client sent; never waits. What has no meaning here is ignored."""
        ...

    async def run(self, line: Line) -> None:
        """Work until the program ends; when cancelled, end everything that was started.

        Raises TaskFailed when the work cannot be done or went wrong.
        """
        ...
