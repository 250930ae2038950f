"""What the APIs need of the message gateway: sessions that start, resume, end and are listed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tui.demo.machine import Machine


class Issued(Protocol):
    """A session that may be joined once with its token."""

    @property
    def session_id(self) -> str:
        """The session's id."""
        ...

    @property
    def stream_url(self) -> str:
        """Where its data channel is."""
        ...

    @property
    def token(self) -> str:
        """A secret."""
        ...


class SessionRow(Protocol):
    """A session as DescribeSessions tells it; times in seconds since the epoch, 0.0 for not yet."""

    @property
    def session_id(self) -> str:
        """The session's id."""
        ...

    @property
    def target(self) -> str:
        """What it is on."""
        ...

    @property
    def status(self) -> str:
        """Connecting, Connected, Disconnected, Terminating, Terminated or Failed."""
        ...

    @property
    def document(self) -> str:
        """The session document's name."""
        ...

    @property
    def owner(self) -> str:
        """The caller's ARN."""
        ...

    @property
    def reason(self) -> str:
        """What the caller gave as reason."""
        ...

    @property
    def started(self) -> float:
        """When it was asked for."""
        ...

    @property
    def ended(self) -> float:
        """When it was over."""
        ...


class Gate(Protocol):
    """The gateway, as far as the APIs use it."""

    def start(
        self,
        *,
        machine: Machine,
        document: str,
        parameters: Mapping[str, list[str]],
        owner: str,
        reason: str,
        command: str | None = None,
        kms_key: str = "",
    ) -> Issued:
        """A new session on the machine, its data encrypted if there is a key.

        A Fault if the document or its parameters are wrong.
        """
        ...

    def resume(self, account: str, region: str, session_id: str) -> Issued | None:
        """A fresh token for a session that is not over."""
        ...

    def terminate(self, account: str, region: str, session_id: str) -> bool:
        """End a session; whether there was one."""
        ...

    def sessions(self, account: str, region: str, *, active: bool) -> Sequence[SessionRow]:
        """The sessions that are going on, or those that are over."""
        ...

    @property
    def idle_timeout(self) -> float:
        """Seconds after which an idle session ends."""
        ...

    def lost(self, account: str, region: str, target: str) -> None:
        """The target is gone: end its sessions."""
        ...
