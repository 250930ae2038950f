"""The message gateway: who has a session, and who may open its data channel."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hmac import compare_digest
from types import TracebackType
from typing import Self
from urllib.parse import quote

from aiohttp import WSMsgType, web

from tui.demo.agents.encryption import Encryption
from tui.demo.agents.office import FindHost, Office
from tui.demo.behaviour import Behaviour
from tui.demo.connection import Connection
from tui.demo.documents import Interactive, Job, Port, read
from tui.demo.faults import Fault
from tui.demo.machine import Machine
from tui.demo.sessions import OVER, Session, SessionRow, Wanted
from tui.errors import ProtocolTrouble
from tui.protocol.gateway import parse_open
from tui.protocol.message import MAX_FRAME

ROUTE = "/v1/data-channel/{session_id}"
"""Where `Gateway.handle` belongs."""
SHELL_DOCUMENT = "SSM-SessionManagerRunShell"

_MOST_UNPROVEN = 128
_POLICY_VIOLATION = 1008


@dataclass(frozen=True, slots=True)
class Issued:
    """A data channel that may be opened once with its token."""

    session_id: str
    stream_url: str
    token: str = field(repr=False)


@dataclass(slots=True)
class _Entry:
    """A session and the token that opens its next connection."""

    session: Session
    token: str = field(default="", repr=False)


def _no_host(_account: str, _region: str, _hostname: str) -> Machine | None:
    return None


DecryptFor = Callable[[bytes, str, str, Mapping[str, str]], bytes]
"""kms:Decrypt for an agent: ciphertext, account, region, context; raises a Fault."""


def no_kms(_blob: bytes, _account: str, _region: str, _context: Mapping[str, str]) -> bytes:
    """For a gateway without encrypted sessions."""
    raise Fault("InvalidCiphertextException", "There is no KMS here.")


class Gateway:
    """All sessions of the embedded AWS; an asynchronous context, outside of which none can start.

    `base_url` gives the websocket address of the server, for example `ws://127.0.0.1:8080`;
    `find` the machine of an account, region and target, and `find_host` of a hostname, None when
    there is none; `clock` the seconds since 1970; `decrypt` opens the data keys of clients.
    """

    def __init__(
        self,
        *,
        base_url: Callable[[], str],
        find: Callable[[str, str, str], Machine | None],
        clock: Callable[[], float],
        find_host: FindHost = _no_host,
        behaviour: Behaviour | None = None,
        decrypt: DecryptFor = no_kms,
    ) -> None:
        self._base_url = base_url
        self._clock = clock
        self._decrypt = decrypt
        self._behaviour = behaviour or Behaviour()
        self._entries: dict[str, _Entry] = {}
        self._group = asyncio.TaskGroup()
        self._unproven = 0
        self._office = Office(self._behaviour, lambda *at: find(*at) or find_host(*at))

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self.close()
        finally:
            if isinstance(error, asyncio.CancelledError):
                await self._group.__aexit__(kind, error, traceback)
            else:
                # an error of the body passes as it is, not wrapped into a group
                await self._group.__aexit__(None, None, None)

    # what the API asks for

    def start(
        self,
        *,
        machine: Machine,
        document: str,
        parameters: Mapping[str, Sequence[str]],
        owner: str,
        reason: str = "",
        command: str | None = None,
        kms_key: str = "",
    ) -> Issued:
        """A new session on `machine`; with a `command` it is ECS Exec's, whatever the document.

        With a `kms_key` its data is encrypted, unless it is a port's. `owner` is the caller's ARN,
        whose last part begins the ids of other sessions than those of ECS.
        Raises Fault: InvalidDocument, InvalidParameters, or ThrottlingException for too many.
        """
        job = _job(document, parameters, command)
        alive = sum(e.session.state not in OVER for e in self._entries.values())
        if alive >= self._behaviour.most_sessions:
            raise Fault("ThrottlingException", "Too many sessions are active.")
        first = "ecs-execute-command-" if command is not None else _name(owner)
        session_id = first + secrets.token_hex(9)[:17]
        wanted = Wanted(
            session_id=session_id,
            machine=machine,
            document=document or SHELL_DOCUMENT,
            owner=owner,
            reason=reason,
            job=job,
            encryption=self._encryption(kms_key, session_id, job, machine),
        )
        session = Session(wanted, self._office.hire, self._behaviour_of(machine), self._clock)
        entry = _Entry(session)
        self._forget_the_oldest()
        self._entries[wanted.session_id] = entry
        self._group.create_task(session.run())
        return self._issue(entry)

    def resume(self, account: str, region: str, session_id: str) -> Issued | None:
        """A fresh token for a session that is not over, None for any other."""
        entry = self._find(account, region, session_id)
        return self._issue(entry) if entry and entry.session.state not in OVER else None

    def terminate(self, account: str, region: str, session_id: str) -> bool:
        """End a session; False when it does not exist or was over already."""
        entry = self._find(account, region, session_id)
        if not entry or entry.session.state in OVER:
            return False
        entry.session.end()
        return True

    def sessions(self, account: str, region: str, *, active: bool) -> list[SessionRow]:
        """The sessions that go on, or those that are over or just ending, the oldest first."""
        return [
            entry.session.row
            for entry in self._entries.values()
            if _belongs(entry.session, account, region)
            and (entry.session.state in OVER) is not active
        ]

    @property
    def idle_timeout(self) -> float:
        """Seconds after which an idle session ends."""
        return self._behaviour.idle_timeout

    def settle(self) -> None:
        """End the sessions that have been idle for too long."""
        for entry in self._entries.values():
            entry.session.settle()

    def lost(self, account: str, region: str, target: str) -> None:
        """A machine or its agent is gone: its sessions end, and so do its services."""
        for entry in self._entries.values():
            session = entry.session
            if session.wanted.machine.target == target and _belongs(session, account, region):
                session.end(f"The connection to {target} was lost.")
        self._office.lost(target)

    async def close(self) -> None:
        """End everything: no session, no child process, no port and no file is left."""
        for entry in self._entries.values():
            entry.session.end("The service is shutting down.")
        for entry in self._entries.values():
            await entry.session.gone.wait()
        async with asyncio.TaskGroup() as group:
            for entry in self._entries.values():
                group.create_task(entry.session.hang_up())
        await self._office.close()

    # the data channel

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /v1/data-channel/{session_id}?role=publish_subscribe: the websocket of a session.

        A browser's page (it sends an Origin) is refused; who shows no valid token as the first
        thing is disconnected, without learning whether there is such a session.
        """
        if "Origin" in request.headers:
            raise web.HTTPForbidden(text="Not for web pages.")
        if request.query.get("role") != "publish_subscribe":
            raise web.HTTPBadRequest(text="The role must be publish_subscribe.")
        if self._unproven >= _MOST_UNPROVEN:
            raise web.HTTPServiceUnavailable(text="Too many connections wait to be opened.")
        socket = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False, timeout=1.0)
        self._unproven += 1
        try:
            await socket.prepare(request)
            session = await self._opened(socket, request.match_info["session_id"])
        finally:
            self._unproven -= 1
        if session is None:
            await socket.close(code=_POLICY_VIOLATION, message=b"The channel cannot be opened.")
        else:
            await session.carry(Connection(socket, request.transport))
        return socket

    async def _opened(self, socket: web.WebSocketResponse, session_id: str) -> Session | None:
        """The session that the first frame opens: its token is used up by that."""
        try:
            async with asyncio.timeout(self._behaviour.open_timeout):
                first = await socket.receive()
        except TimeoutError:
            return None
        if first.type is not WSMsgType.TEXT:
            return None
        try:
            opening = parse_open(first.data)
        except ProtocolTrouble:
            return None
        entry = self._entries.get(session_id)
        # compared also when there is none, so that time tells nothing
        known = (entry.token if entry else "") or secrets.token_urlsafe(96)
        right = compare_digest(opening.token.encode(), known.encode())
        if not entry or not right or entry.session.state in OVER:
            return None
        entry.token = ""
        return entry.session

    # the list of sessions

    def _behaviour_of(self, machine: Machine) -> Behaviour:
        """Ours, but for the agent's version where the machine knows it."""
        version = machine.agent or self._behaviour.agent_version
        return replace(self._behaviour, agent_version=version)

    def _encryption(self, key: str, session_id: str, job: Job, at: Machine) -> Encryption | None:
        if isinstance(job, Port) or not key:
            return None
        return Encryption(
            key,
            session_id,
            at.target,
            lambda blob, context: self._decrypt(blob, at.account, at.region, context),
            self._behaviour.requires_challenge,
        )

    def _find(self, account: str, region: str, session_id: str) -> _Entry | None:
        entry = self._entries.get(session_id)
        return entry if entry and _belongs(entry.session, account, region) else None

    def _issue(self, entry: _Entry) -> Issued:
        entry.token = secrets.token_urlsafe(96)
        session_id = entry.session.wanted.session_id
        path = ROUTE.format(session_id=quote(session_id, safe=""))
        return Issued(session_id, f"{self._base_url()}{path}?role=publish_subscribe", entry.token)

    def _forget_the_oldest(self) -> None:
        """Keep the number of remembered sessions in bounds."""
        over = [name for name, e in self._entries.items() if e.session.gone.is_set()]
        for name in over[: max(0, len(over) - self._behaviour.history)]:
            del self._entries[name]


def _job(document: str, parameters: Mapping[str, Sequence[str]], command: str | None) -> Job:
    """What the agent is to do."""
    return read(document, parameters) if command is None else Interactive(command, direct=True)


def _belongs(session: Session, account: str, region: str) -> bool:
    machine = session.wanted.machine
    return machine.account == account and machine.region == region


def _name(owner: str) -> str:
    """The first part of a session id: the last part of the owner's ARN, as ids may be written."""
    last = owner.rpartition("/")[2].rpartition(":")[2]
    plain = "".join(c for c in last if c.isascii() and (c.isalnum() or c in "._-"))
    return f"{plain[:40] or 'session'}-"
