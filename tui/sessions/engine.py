"""All that is open: starts sessions, knows them by number, and leaves none behind.

    async with Engine(store, opener) as engine:
        live = await engine.shell(wish, title="api", address="prod/…", size=(80, 24), …)

Leaving the block closes every session, whatever the reason for leaving. The Store hears of each
session and forward from its beginning to its end; the last `MOST_CLOSED` that ended stay there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from tui.clock import Clock, RealClock
from tui.errors import NotAllowed, Refused, SessionTrouble, Unsupported
from tui.model.forward import ForwardRecord
from tui.model.idle import ASSUMED, IdleLimit
from tui.model.session import SessionKind, SessionRecord, SessionState
from tui.model.store import Store
from tui.model.wish import StartSession, Wish
from tui.sessions.command import ALONE, Caller, Command, plans
from tui.sessions.forward import Forward
from tui.sessions.guest import GuestLive, on_any_port
from tui.sessions.live import Live
from tui.sessions.local import LOOPBACK, LocalEnd, local_end
from tui.sessions.opener import Opener
from tui.sessions.parting import Ending
from tui.sessions.plugin import NO_COMMANDS, Plugin
from tui.sessions.registered import Registered
from tui.sessions.registry import Registry
from tui.sessions.resuming import Away, told
from tui.sessions.surroundings import Listeners, Surroundings
from tui.sessions.transport import Dial, dial

MOST_CLOSED = 100
"""Closed sessions that the Store remembers."""
_LEFT_OPEN = " (AWS could not be told to terminate it; it ends there when it has been idle)"


def _nobody(_: object) -> None:
    """Nobody listens."""


async def _assumed(_: Wish) -> IdleLimit:
    """Nobody can be asked."""
    return ASSUMED


class Engine:
    """Owns every session of the program."""

    def __init__(
        self,
        store: Store,
        opener: Opener,
        clock: Clock | None = None,
        dial: Dial = dial,
        registry: Registry | None = None,
        idle_limit: Callable[[Wish], Awaitable[IdleLimit]] = _assumed,
        plugin: Plugin | None = None,
    ) -> None:
        """Sessions are written down in `registry` while they are open; nowhere without one. Shells
        and forwards are carried by `plugin` if there is one."""
        self._plugin = plugin
        self._store = store
        self._idle_limit = idle_limit
        self._clock = clock or RealClock()
        self._registered = Registered(opener, registry) if registry else None
        self._sockets = registry.sockets if registry else None
        self._surroundings = Surroundings(self._registered or opener, self._clock, dial)
        self._group = asyncio.TaskGroup()
        self._open: dict[int, Live] = {}
        self._records: dict[int, SessionRecord] = {}
        self._closed: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._asides: set[asyncio.Task[None]] = set()
        self._numbers = 0
        self._closing = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        try:
            for aside in self._asides:
                aside.cancel()
            await self.close_all()
        finally:
            if isinstance(error, asyncio.CancelledError):
                await self._group.__aexit__(kind, error, trace)
            else:  # the block's own error leaves as it is, not in an ExceptionGroup
                await self._group.__aexit__(None, None, None)
            if self._registered:
                self._registered.close()

    @property
    def has_plugin(self) -> bool:
        """Whether the plugin carries shells and forwards."""
        return self._plugin is not None

    def live(self, number: int) -> Live | None:
        """The open session of that number."""
        return self._open.get(number)

    @property
    def open(self) -> dict[int, Live]:
        """All open sessions by number, oldest first."""
        return dict(self._open)

    async def shell(
        self,
        wish: Wish,
        *,
        title: str,
        address: str = "",
        size: tuple[int, int] | None = None,
        on_output: Callable[[bytes], None] = _nobody,
        on_end: Callable[[Ending], None] = _nobody,
        on_away: Callable[[Away | None], None] = _nobody,
    ) -> Live:
        """Start a shell, and wait until its gateway is connected; raises what prevents it.

        `size` is in columns and rows; none is told to the target when it is None. `on_away` hears
        that the connection was lost and is tried again, and with None that it is back.
        """
        listeners = Listeners(output=on_output, stderr=on_output, away=on_away)
        live = self._live(wish, listeners, size)
        return await self._begin(live, self._draft(wish, SessionKind.SHELL, title, address), on_end)

    async def session(
        self,
        wish: Wish,
        *,
        title: str,
        size: tuple[int, int] | None = None,
        on_output: Callable[[bytes], None] = _nobody,
        on_stderr: Callable[[bytes], None] = _nobody,
    ) -> Live:
        """Start whatever document the wish names, and wait until its gateway is connected.

        `Live.opened` tells what it became; a port session goes on with `serve`.
        """
        listeners = Listeners(output=on_output, stderr=on_stderr)
        live = self._live(wish, listeners, size)
        return await self._begin(live, self._draft(wish, SessionKind.SHELL, title, ""), _nobody)

    async def command(
        self,
        wish: Wish,
        argv: Sequence[str],
        *,
        title: str,
        address: str = "",
        caller: Caller = ALONE,
        on_output: Callable[[bytes], None] = _nobody,
        on_stderr: Callable[[bytes], None] | None = None,
    ) -> Command:
        """Run one command where `wish` leads; `Command.wait` has its real exit status.

        The wish's own command or parameters are replaced; see `tui.sessions.command`. Where the
        streams are apart standard error goes to `on_stderr`, else to `on_output` as well.
        """
        if self._plugin:
            raise Unsupported(*NO_COMMANDS)
        ways = plans(wish, argv, caller, on_output)
        for plan in ways:
            listeners = Listeners(output=plan.command.take_in, stderr=on_stderr or on_output)
            live = Live(plan.wish, self._surroundings, listeners, caller.size)
            plan.command.attach(live)
            draft = self._draft(wish, SessionKind.COMMAND, title, address)
            try:
                await self._begin(live, draft, plan.command.ended)
            except (NotAllowed, Refused):
                if plan is ways[-1]:
                    raise
                continue  # nothing ran yet
            return plan.command
        raise AssertionError("there is always a way")

    async def forward(
        self,
        wish: StartSession,
        *,
        title: str,
        address: str = "",
        local_host: str = LOOPBACK,
        local_port: int = 0,
        local_path: str = "",
        kind: SessionKind = SessionKind.FORWARD,
    ) -> Forward:
        """Open a local port, or the unix socket `local_path`, that leads where `wish` says (see
        `forward.port_wish`).

        It is taken before AWS is asked. Returns once connections are accepted; raises what
        prevents it, PortTaken among others.
        """
        end = local_end(local_host, local_port, local_path, self._sockets)
        if self._plugin:
            wish = on_any_port(wish)
        try:
            live = self._live(wish, Listeners(), tunnel=True)
            await self._begin(live, self._draft(wish, kind, title, address), _nobody)
        except BaseException:
            end.close()
            raise
        return await self._serve(live, end)

    async def serve(
        self, live: Live, *, local_port: int = 0, local_path: str = "", early: bytes = b""
    ) -> Forward:
        """Open a local end for a session of `session` that turned out to be a port session.

        `early` is what its listeners heard until now.
        """
        end = local_end(LOOPBACK, local_port, local_path, self._sockets)
        self._put(replace(self._records[live.number], kind=SessionKind.FORWARD))
        return await self._serve(live, end, early)

    def aside(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Let something go on beside the sessions; it is cancelled when the engine is left."""
        task = self._group.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
        return task

    async def close_all(self) -> None:
        """Close every session, all at the same time; see `live` for how long it may take."""
        for live in self.open.values():
            live.hang_up()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _live(
        self,
        wish: Wish,
        listeners: Listeners,
        size: tuple[int, int] | None = None,
        *,
        tunnel: bool = False,
    ) -> Live:
        """A session that has not begun, carried by us or by the plugin."""
        if self._plugin:
            around = self._surroundings
            return GuestLive(wish, around, listeners, size, self._plugin, tunnel=tunnel)
        return Live(wish, self._surroundings, listeners, size)

    def _draft(self, wish: Wish, kind: SessionKind, title: str, address: str) -> SessionRecord:
        """The record of a session that is about to be started."""
        self._numbers += 1
        return SessionRecord(
            number=self._numbers,
            kind=kind,
            title=title,
            address=address,
            target=wish.target if isinstance(wish, StartSession) else "",
            account=wish.account,
            region=wish.region,
            opened_at=self._clock.wall_ms() / 1000,
        )

    async def _begin(
        self, live: Live, draft: SessionRecord, on_end: Callable[[Ending], None]
    ) -> Live:
        """Let a session live in a task of its own, and wait until it is connected."""
        if self._closing:
            raise SessionTrouble("The program is ending: no session is started any more.")
        live.number = draft.number
        live.listeners.change = self._changed
        self._open[draft.number] = live
        self._put(draft)
        task = self._group.create_task(self._own(live, on_end))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await live.started()
        except asyncio.CancelledError:
            live.hang_up()
            raise
        self.aside(self._learn_limit(live))
        return live

    async def _learn_limit(self, live: Live) -> None:
        live.idle.learn(await self._idle_limit(live.wish))

    async def _own(self, live: Live, on_end: Callable[[Ending], None]) -> None:
        """The life of a session, from its beginning to its end."""
        try:
            await live.run()
        finally:
            self._open.pop(live.number, None)
        if live.ending:
            on_end(live.ending)

    async def _serve(self, live: Live, end: LocalEnd, early: bytes = b"") -> Forward:
        """Put a forward on top of a session."""
        record = self._records[live.number]
        draft = ForwardRecord(
            number=record.number,
            address=record.address,
            title=record.title,
            local_host="",
            local_port=0,
            remote_host=_parameter(live.wish, "host"),
            remote_port=_port(_parameter(live.wish, "portNumber")),
        )
        forward = Forward(live, end, draft, self._clock, self._store.put_forward)
        await forward.open(early)
        self._group.create_task(forward.run())
        return forward

    def _changed(self, live: Live) -> None:
        """A session has its ticket, is open, or has ended: the Store hears of it."""
        record = self._records[live.number]
        if live.ticket:
            record = replace(record, session_id=live.ticket.session_id, target=live.ticket.target)
        if live.opening:
            record = replace(record, state=SessionState.OPEN)
        record = told(record, live.away)
        if live.ending:
            ended = live.ending.reason + (_LEFT_OPEN if live.ending.left_open else "")
            record = replace(
                record, state=SessionState.CLOSED, ended=ended, exit_code=live.ending.exit_code
            )
        self._put(record)
        if live.ending:
            if self._registered and live.ticket and not live.ending.left_open:
                self._registered.over(live.ticket.session_id)
            self._forget_oldest(live.number)

    def _put(self, record: SessionRecord) -> None:
        self._records[record.number] = record
        self._store.put_session(record)

    def _forget_oldest(self, closed: int) -> None:
        """Keep a bounded number of closed sessions in mind."""
        self._closed.append(closed)
        if len(self._closed) > MOST_CLOSED:
            oldest = self._closed.pop(0)
            del self._records[oldest]
            self._store.drop_session(oldest)


def _parameter(wish: Wish, name: str) -> str:
    """A parameter of a session document, as far as the wish has it."""
    values = wish.parameters.get(name, ()) if isinstance(wish, StartSession) else ()
    return next(iter(values), "")


def _port(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
