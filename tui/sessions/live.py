"""One session, from the wish to the end: nothing of it is left behind, however it ends.

    obtain      AWS is asked for a ticket
    connect     the gateway is dialled, within its timeout
    carry       until the remote side closes or somebody hangs up
    resume      whenever the connection breaks, and carry on where it stopped
    part        the last words, TerminateSession at AWS, the socket closed

One task (`run`) owns all of it. Hanging up at any moment, cancelling the task, and every error
lead through the parting, which takes at most `CLOSE_SECONDS`. A broken connection is none of them
as long as AWS keeps the session (`tui.sessions.resuming`). Only while AWS is still being asked
for the ticket may it take as long again: the answer has to be known to be terminated. A session
that the remote side closed is not terminated once more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from tui.errors import ConnectionLost, SessionTrouble, Trouble
from tui.model.wish import Ticket, Wish
from tui.protocol.channel import Channel
from tui.protocol.events import Closed, Event, ExitCode, FlagReceived, Opened, Output, Stderr
from tui.protocol.message import Flag
from tui.protocol.ports import PORT
from tui.sessions.carrier import Carrier
from tui.sessions.idle import IdleClock
from tui.sessions.parting import CLOSE_SECONDS, Ending, ending, say_last_words, terminated
from tui.sessions.resuming import Away, Resumption, SessionOver
from tui.sessions.surroundings import Listeners, Surroundings
from tui.sessions.transport import Transport


class Live:
    """One data channel, running."""

    def __init__(
        self,
        wish: Wish,
        surroundings: Surroundings,
        listeners: Listeners,
        size: tuple[int, int] | None = None,
    ) -> None:
        """The owner runs `run` in a TaskGroup. `size` is the terminal's, in columns and rows."""
        self.number = 0
        """What the engine calls it by; the number of its record in the Store."""
        self.wish = wish
        self.listeners = listeners
        self.ticket: Ticket | None = None
        """Once AWS has answered."""
        self.opening: Opened | None = None
        """What the agent said at the start, once it has."""
        self.ending: Ending | None = None
        """How it ended, once it has."""
        self.away: Away | None = None
        """While its connection is lost; what is sent then is kept, see `buffered`."""
        self.idle = IdleClock(surroundings.clock)
        self._surroundings = surroundings
        self._size = size
        self._carrier: Carrier | None = None
        self._transport: Transport | None = None
        self._asking: asyncio.Task[None] | None = None
        self._working: asyncio.Task[None] | None = None
        self._dialled = False
        self._hung_up = False
        self._last_words: str | None = None
        self._exit_code: int | None = None
        self._trouble: Trouble | None = None
        self._connected = asyncio.Event()
        self._opened = asyncio.Event()
        self._ended = asyncio.Event()

    # for whoever uses it

    @property
    def buffered(self) -> int:
        """Octets sent that the agent has not acknowledged."""
        return self._carrier.buffered if self._carrier else 0

    def send(self, data: bytes) -> None:
        """Send bytes to the target; what comes before `started` or after the end is discarded.

        Whoever sends much waits for `drain`; beyond `carrier.HARD_BOUND` octets the session ends
        with a SessionTrouble.
        """
        if self._carrier:
            self._carrier.send(data)
            self.idle.touch()

    async def drain(self) -> None:
        """Wait until the target has taken most of what was sent; at once after the end."""
        if self._carrier:
            await self._carrier.drain()

    def flag(self, flag: Flag) -> None:
        """Send a flag of a port session; what is sent before it has `settled` may overtake it."""
        if self._carrier:
            self._carrier.flag(flag)

    async def settled(self) -> None:
        """Wait until the target has taken everything that was sent; at once after the end."""
        if self._carrier:
            await self._carrier.settled()

    def resize(self, cols: int, rows: int) -> None:
        """The terminal has this size now; of several at once only the last one is sent."""
        self._size = (cols, rows)
        if self._carrier:
            self._carrier.resize(cols, rows)

    def speak_first(self) -> None:
        """Send what is held until the target's first word; for a target that waits for ours.

        Agents that want a handshake, for encryption among others, begin with it at once; wait some
        seconds for `opened` before.
        """
        if self._carrier:
            self._carrier.speak_first()

    def pause(self) -> None:
        """Take nothing from the target for now; it is held back, not dropped."""
        if self._carrier:
            self._carrier.pause()

    def resume(self) -> None:
        """Take from the target again."""
        if self._carrier:
            self._carrier.resume()

    async def started(self) -> None:
        """Wait until the gateway is connected; raises the Trouble that prevented it."""
        await self._connected.wait()
        if not self._dialled and self.ending:
            raise self.ending.trouble or SessionTrouble("The session was closed while it started.")

    async def opened(self, within: float | None = None) -> Opened | None:
        """What the agent says at the start: for a shell, that it writes something.

        None when it stays silent for `within` seconds, or ends without a word. Raises the Trouble
        that ended the session before.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._opened.wait()
        if self.opening is None and self.ending and self.ending.trouble:
            raise self.ending.trouble
        return self.opening

    async def wait(self) -> Ending:
        """Wait for the end, without causing it."""
        await self._ended.wait()
        assert self.ending is not None
        return self.ending

    def hang_up(self, trouble: Trouble | None = None) -> None:
        """Begin to close, for the reason given if it is not a person's wish; returns at once."""
        if self._hung_up or self.ending:
            return
        self._hung_up = True
        self._trouble = self._trouble or trouble
        if self._working:
            self._working.cancel()
        elif self._asking:
            clock = self._surroundings.clock
            clock.call_at(clock.monotonic() + CLOSE_SECONDS, self._asking.cancel)

    async def close(self) -> Ending:
        """Terminate the session; a second time, or after its end, it only says how it ended."""
        self.hang_up()
        return await self.wait()

    # its life

    async def run(self) -> None:
        """The whole life of the session; Troubles end up in `ending`, not here."""
        try:
            await self._obtain()
            if self.ticket and not self._hung_up:
                async with asyncio.TaskGroup() as group:
                    self._working = group.create_task(self._noting(self._connect))
        finally:
            self._end(left_open=await self._part())

    async def _obtain(self) -> None:
        """Ask for the ticket. AWS may have started the session already when we lose patience, so
        the answer is waited for, that it can be terminated."""
        async with asyncio.TaskGroup() as group:
            self._asking = group.create_task(self._noting(self._ask))
            try:
                await asyncio.wait({self._asking})
            except asyncio.CancelledError:
                await asyncio.wait({self._asking}, timeout=CLOSE_SECONDS)
                raise

    async def _ask(self) -> None:
        self.ticket = await self._surroundings.opener.open(self.wish)
        self.listeners.change(self)

    async def _connect(self) -> None:
        """Dial and carry until the end."""
        assert self.ticket is not None
        ticket, opener = self.ticket, self._surroundings.opener
        self._carrier = Carrier(
            Channel(token=ticket.token, must_encrypt=ticket.must_encrypt),
            self._surroundings.clock,
            self._heard,
            lambda wanted: opener.data_key(ticket, wanted.key_id, wanted.challenge),
        )
        if self._size:
            self._carrier.resize(*self._size)
        self._transport = await self._surroundings.dial(self.ticket)
        self._dialled = True
        self.idle.start()
        self._connected.set()
        await self._carry(self._carrier)

    async def _carry(self, carrier: Carrier) -> None:
        """Carry until the end, over as many connections as it takes; the first one is there."""
        around = self._surroundings
        resumption = Resumption(around.opener, around.clock, around.dial, self._went)
        while self.ticket and self._transport:
            try:
                await carrier.carry(self._transport, self._came_back)
            except ConnectionLost as lost:
                lasted = carrier.watch.pulse.lived
                transport, self._transport = self._transport, None
                await transport.close()
                fresh, self._transport = await resumption.bring_back(self.ticket, lost, lasted)
                self.ticket = replace(self.ticket, token=fresh.token)
                carrier.renew(fresh.token)
            else:
                return

    def _went(self, away: Away | None) -> None:
        """The connection is lost, or back."""
        self.away = away
        self.listeners.away(away)
        self.listeners.change(self)

    def _came_back(self) -> None:
        """Something arrived over a new connection."""
        if self.away:
            self._went(None)

    async def _noting(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some of the work; the first Trouble is noted."""
        try:
            await work()
        except Trouble as trouble:
            self._trouble = self._trouble or trouble

    def _heard(self, event: Event) -> None:
        """Tell the listeners what the channel says."""
        match event:
            case Output(data):
                self.idle.touch()
                self.listeners.output(data)
            case Stderr(data):
                self.idle.touch()
                self.listeners.stderr(data)
            case Opened():
                self.opening = event
                self._opened.set()
                self.listeners.change(self)
            case ExitCode(code):
                self._exit_code = code
            case FlagReceived(flag):
                self.listeners.flag(flag)
            case Closed(reason):
                self._last_words = reason

    async def _part(self) -> bool:
        """Leave nothing behind. Whether it may be open at AWS still."""
        by_remote = self._last_words is not None
        try:
            if self._carrier and self._transport:
                tunnel = self.opening is not None and self.opening.session_type == PORT
                if tunnel and not by_remote:
                    self._carrier.flag(Flag.TERMINATE_SESSION)
                await say_last_words(self._carrier, self._transport)
            if by_remote or not self.ticket or isinstance(self._trouble, SessionOver):
                return False
            return not await terminated(self._surroundings.opener, self.ticket)
        finally:
            if self._transport:
                await self._transport.close()

    def _end(self, *, left_open: bool) -> None:
        """Write down how it ended, and wake whoever waits."""
        self.away = None
        self.idle.stop()
        said = self.idle.explained(self._last_words)
        self.ending = ending(self._trouble, said, self._exit_code, left_open=left_open)
        if self._carrier:
            self._carrier.shut()
        self._connected.set()
        self._opened.set()
        self._ended.set()
        self.listeners.change(self)
