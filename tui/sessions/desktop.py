"""Remote Desktop at the end of a tunnel: does it answer yet, and for how long is it shown.

A tunnel's local port accepts at once, whatever there is at its other end. So a client is started
only after the desktop has answered the first step of its own protocol through the tunnel.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui.errors import ProtocolTrouble, SessionTrouble, Trouble, Unsupported
from tui.model.forward import ForwardRecord
from tui.model.resource import Resource
from tui.model.session import SessionState
from tui.protocol.rdp import LONGEST_CONFIRM, Confirm, connection_request, read_confirm
from tui.sessions.desktop_client import NEVER, Computer, Desk, Showing, find_client, show
from tui.sessions.parting import Ending
from tui.sessions.windows_password import Secret, decrypted
from tui.settings import Settings

TRIES = 6
"""How often a desktop is asked: one that has just been started may not listen yet."""
ANSWER_SECONDS = 5.0
"""How long each answer may take."""
_PAUSE_SECONDS = 1.0


class Tunnelled(Protocol):
    """The open forward to a desktop; `Forward` is one."""

    @property
    def record(self) -> ForwardRecord:
        """Where it is, and how it is."""

    async def wait(self) -> Ending:
        """Wait for its end, without causing it."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """A desktop that answers."""

    showing: Showing | None
    """The client that was started for it; None when the person has to take one by hand."""
    to_lend: Secret | None
    """The password, if the person has to give it to the client."""
    troubles: tuple[Trouble, ...]
    """Why there is no client, or no password."""

    @property
    def ends_with_client(self) -> bool:
        """Whether the tunnel is of no more use when the client has ended."""
        return self.showing is not None and not self.showing.handed_over


class Desktops:
    """Shows desktops as the settings say; `password_data` asks AWS for an encrypted password."""

    def __init__(
        self, settings: Settings, password_data: Callable[[Resource], Awaitable[bytes]]
    ) -> None:
        self._settings = settings
        self._password_data = password_data

    async def open(self, forward: Tunnelled, node: Resource) -> Desktop:
        """Wait for the desktop of a node, and start the client for it where that is possible.

        Raises a Trouble when no desktop answers. The caller ends what is `showing`.
        """
        confirm = await answering(forward)
        troubles: list[Trouble] = []
        secret = await self._password(node, troubles)
        if self._settings.rdp_client == NEVER:
            return Desktop(None, secret, tuple(troubles))
        desk = Desk(
            host=forward.record.local_host,
            port=forward.record.local_port,
            user=self._settings.rdp_user,
            password=secret is not None,
            login_first=confirm.login_first,
        )
        try:
            client = find_client(self._settings.rdp_client, desk, Computer.this())
            showing = await show(client, secret)
        except SessionTrouble as trouble:
            return Desktop(None, secret, (*troubles, trouble))
        return Desktop(showing, None if client.takes_password else secret, tuple(troubles))

    async def _password(self, node: Resource, troubles: list[Trouble]) -> Secret | None:
        """The password if there is a key for it; without one the client asks the person."""
        if not self._settings.rdp_key:
            return None
        try:
            data = await self._password_data(node)
            return await decrypted(data, Path(self._settings.rdp_key))
        except Trouble as trouble:
            troubles.append(trouble)
            return None


async def answering(forward: Tunnelled, *, pause: float = _PAUSE_SECONDS) -> Confirm:
    """Wait until a desktop answers through the tunnel, at most `TRIES` times, `pause` s apart.

    Raises Unsupported when something else answers, SessionTrouble when nothing does.
    """
    for left in reversed(range(TRIES)):
        confirm = await _asked(forward.record)
        if confirm is not None:
            return confirm
        if forward.record.state is SessionState.CLOSED:
            raise SessionTrouble(f"The tunnel ended: {forward.record.trouble or 'closed'}.")
        if left:
            await asyncio.sleep(pause)
    raise SessionTrouble(
        f"Remote Desktop of {forward.record.title} does not answer on port "
        f"{forward.record.remote_port}.",
        "Is it enabled there, and has the machine finished starting?",
    )


async def _asked(record: ForwardRecord) -> Confirm | None:
    """The answer to one request, on a connection of its own; None when there is none."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(record.local_host, record.local_port)
            try:
                return await _negotiated(reader, writer)
            finally:
                writer.transport.abort()
    except ProtocolTrouble as trouble:
        raise Unsupported(
            f"Port {record.remote_port} of {record.title} answers, but not as Remote Desktop.",
            "Forward the port (F) to use it for what it is.",
        ) from trouble
    except (OSError, TimeoutError):
        return None


async def _negotiated(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Confirm | None:
    writer.write(connection_request())
    answer = b""
    while (confirm := read_confirm(answer)) is None:
        more = await reader.read(LONGEST_CONFIRM)
        if not more:
            return None  # the agent found nobody listening, or the desktop hung up
        answer += more
    return confirm


async def until_over(showing: Showing, forward: Tunnelled) -> int:
    """Wait until the client that was started for a tunnel ends; its exit status.

    Raises what broke the tunnel when that ends first. The client is ended on every way out.
    """
    try:
        async with asyncio.TaskGroup() as group:
            client = group.create_task(showing.wait())
            tunnel = group.create_task(forward.wait())
            await asyncio.wait({client, tunnel}, return_when=asyncio.FIRST_COMPLETED)
            for task in (client, tunnel):
                task.cancel()
    finally:
        await showing.end()
    if client.cancelled():
        ending = tunnel.result()
        raise ending.trouble or Trouble(f"The tunnel ended: {ending.reason}.")
    return client.result()
