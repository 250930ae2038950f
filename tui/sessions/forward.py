"""A local port that leads to a port of the target, or to one that the target can reach."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tui.clock import Clock, Timer
from tui.errors import ConnectionLost, SessionTrouble, Trouble, Unsupported
from tui.model.forward import ForwardRecord
from tui.model.session import SessionState
from tui.model.wish import StartSession
from tui.protocol.events import Opened
from tui.protocol.message import Flag
from tui.protocol.ports import needs_keepalive, port_mode
from tui.sessions.guest import GuestLive
from tui.sessions.live import Live
from tui.sessions.local import LocalEnd
from tui.sessions.one_by_one import OneByOne
from tui.sessions.parting import Ending
from tui.sessions.relay import Relay
from tui.sessions.resuming import Away
from tui.sessions.tunnel import Tunnel

TO_TARGET = "AWS-StartPortForwardingSession"
"""AWS's document for a port of the target itself."""
TO_REMOTE_HOST = "AWS-StartPortForwardingSessionToRemoteHost"
"""AWS's document for a port of a host that the target can reach."""

HANDSHAKE_SECONDS = 30.0
"""How long the agent may take to begin; it gives up on us after 15 s itself."""
_UPDATE_SECONDS = 0.2
"""Between two updates of the counters in the Store."""
_KEEPALIVE_SECONDS = 10.0


def port_wish(wish: StartSession, port: int, host: str = "") -> StartSession:
    """The wish for a forward where `wish` leads: to its `port`, or to a `host` behind it."""
    parameters = {"portNumber": [str(port)]}
    if host:
        parameters["host"] = [host]
    return replace(wish, document=TO_REMOTE_HOST if host else TO_TARGET, parameters=parameters)


class Forward:
    """A forward, running; its record is kept up to date until it has ended."""

    def __init__(
        self,
        live: Live,
        end: LocalEnd,
        record: ForwardRecord,
        clock: Clock,
        publish: Callable[[ForwardRecord], object],
    ) -> None:
        """`live` has not heard from its agent yet, or has only just; `publish` gets each record."""
        self.live = live
        """The session that carries it."""
        self.record = replace(record, local_host=end.host, local_port=end.port, local_path=end.path)
        self._ends = [end]
        self._clock = clock
        self._publish = publish
        self._carrying: Tunnel | OneByOne | Relay | None = None
        self._update: Timer | None = None
        self._keepalive: Timer | None = None
        self._over = asyncio.Event()
        live.listeners.output = self.take_in
        live.listeners.flag = self._flagged
        live.listeners.away = self._away
        publish(self.record)

    @property
    def port(self) -> int:
        """The local port."""
        return self.record.local_port

    @property
    def multiplexed(self) -> bool:
        """Whether connections do not wait for each other; known once it is open."""
        return not isinstance(self._carrying, OneByOne)

    @property
    def sent(self) -> int:
        """Octets that local programs sent until now; the record follows a little later."""
        return self._carrying.sent if self._carrying else 0

    def take_in(self, data: bytes) -> None:
        """The session brought bytes."""
        if data:
            self._tunnel.take_in(data)

    async def listen_too(self, end: LocalEnd) -> None:
        """Accept connections at another local end; they lead to the same place."""
        self._ends.append(end)
        if self._over.is_set():
            end.close()
            return
        await end.serve(self._tunnel.accept)
        self.record = replace(self.record, also=(*self.record.also, end.shown))
        self._publish(self.record)

    async def open(self, early: bytes = b"") -> None:
        """Wait for the agent, then accept connections; raises the Trouble that prevents it.

        `early` is what the session brought before there was a forward.
        """
        try:
            self.take_in(early)
            await self._open()
        except Trouble as trouble:
            self.live.hang_up(trouble)
            await self.live.wait()
            self._shut()
            raise
        except asyncio.CancelledError:
            self.live.hang_up()
            self._shut()
            raise

    async def _open(self) -> None:
        opened = await self.live.opened(HANDSHAKE_SECONDS)
        if opened is None:
            raise self._silence()
        await self._ends[0].serve(self._tunnel.accept)
        self.record = _named(replace(self.record, state=SessionState.OPEN), opened)
        self._publish(self.record)
        if isinstance(self._carrying, Tunnel) and needs_keepalive(opened.agent_version):
            self._keep_alive()

    @property
    def _tunnel(self) -> Tunnel | OneByOne | Relay:
        """What carries the connections: the agent's version decides, so it has to be known."""
        if self._carrying is None:
            assert self.live.opening is not None, "the agent has said something"
            if isinstance(self.live, GuestLive):
                where = self.live.port
                self._carrying = Relay(where, self._clock, self._passed_by, self._failed)
                return self._carrying
            kind = _kind(self.live.opening)
            self._carrying = kind(self.live, self._clock, self._changed, self._failed)
        return self._carrying

    async def run(self) -> None:
        """Keep it going until the session ends; the owner runs this in a TaskGroup."""
        try:
            async with asyncio.TaskGroup() as group:
                regulating = group.create_task(self._tunnel.regulate())
                await self.live.wait()
                regulating.cancel()
        finally:
            self._shut()

    async def close(self) -> Ending:
        """Close the port, drop its connections, terminate the session."""
        for end in self._ends:
            end.close()
        self.live.hang_up()
        return await self.wait()

    async def wait(self) -> Ending:
        """Wait for the end, without causing it; the record is complete then."""
        await self._over.wait()
        return await self.live.wait()

    def _silence(self) -> SessionTrouble:
        """The agent did not begin: its own reason when it gave one."""
        if self.live.ending:
            reason = self.live.ending.reason.rstrip(".")
            return SessionTrouble(f"The forward was refused: {reason}.")
        return ConnectionLost(
            f"The agent of the target said nothing for {HANDSHAKE_SECONDS:g} s.",
            "Is it still running?",
        )

    def _shut(self) -> None:
        """The session is over: no port, no connections, the last word in the record."""
        for end in self._ends:
            end.close()
        if self._carrying:
            self._carrying.close()
        for timer in (self._update, self._keepalive):
            if timer:
                timer.cancel()
        ending = self.live.ending
        trouble = ending.reason if ending and not ending.clean else self.record.trouble
        self.record = replace(
            self._counted(), connections=0, state=SessionState.CLOSED, trouble=trouble
        )
        self._publish(self.record)
        self._over.set()

    def _flagged(self, flag: int) -> None:
        """The agent could not connect; the flag does not say which connection it means."""
        if flag == Flag.CONNECT_TO_PORT_ERROR:
            where = self.record.remote_host or self.record.title
            self._failed(f"Nothing listens on port {self.record.remote_port} of {where}.")

    def _away(self, away: Away | None) -> None:
        """The session has lost its connection, or found another."""
        state = SessionState.RECONNECTING if away else SessionState.OPEN
        if self.record.state in {SessionState.OPEN, SessionState.RECONNECTING}:
            self.record = replace(self._counted(), state=state)
            self._publish(self.record)

    def _failed(self, what: str) -> None:
        """Something went wrong with one connection; the forward goes on."""
        self.record = replace(self._counted(), trouble=what)
        self._publish(self.record)

    def _changed(self) -> None:
        """A counter moved: the Store hears of it soon, and not too often."""
        if self._update is None:
            self._update = self._clock.call_at(
                self._clock.monotonic() + _UPDATE_SECONDS, self._publish_counters
            )

    def _passed_by(self) -> None:
        """Something went past the session, which does not see it."""
        self.live.idle.touch()
        self._changed()

    def _publish_counters(self) -> None:
        self._update = None
        self.record = self._counted()
        self._publish(self.record)

    def _counted(self) -> ForwardRecord:
        if self._carrying is None:
            return self.record
        return replace(
            self.record,
            connections=self._carrying.connections,
            sent=self._carrying.sent,
            received=self._carrying.received,
        )

    def _keep_alive(self) -> None:
        """Old agents hang up when they hear nothing for 30 s."""
        self._tunnel.keep_alive()
        due = self._clock.monotonic() + _KEEPALIVE_SECONDS
        self._keepalive = self._clock.call_at(due, self._keep_alive)


def _kind(opened: Opened) -> type[Tunnel] | type[OneByOne]:
    """What carries connections to such an agent; Unsupported for what carries only one, once."""
    mode = port_mode(opened.agent_version, opened.session_type, opened.properties)
    if mode == "stdio":
        raise Unsupported(
            "The session document carries a single connection (as for ssh), not a local port.",
            f"Use {TO_TARGET}, or `hatchway ssh-proxy`.",
        )
    return Tunnel if mode == "mux" else OneByOne


def _named(record: ForwardRecord, opened: Opened) -> ForwardRecord:
    """The record with what the agent says of the destination: the document has the last word."""
    port, host = opened.properties.get("portNumber"), opened.properties.get("host")
    if isinstance(port, str) and port.isascii() and port.isdigit() and len(port) <= 5:
        record = replace(record, remote_port=int(port))
    if isinstance(host, str) and host:
        record = replace(record, remote_host=host[:255])
    return record
