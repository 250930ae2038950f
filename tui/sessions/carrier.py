"""Carries one data channel over its connections: reads, writes, sends again, and holds back.

Three tasks run while a connection is up: one reads, one writes, and one waits for the day that the
agent wants a key. Nothing is started for a single message. Acknowledgements and data that come
together leave together. One timer stands for the next resend, another for the next look at the
connection's `Pulse`. A `Carrier` outlives its connection: see `renew`.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tui.clock import Clock, Timer
from tui.errors import ConnectionLost, ProtocolTrouble, SessionTrouble, Trouble
from tui.model.wish import DataKey
from tui.protocol.channel import Channel
from tui.protocol.events import Event, KeyWanted
from tui.protocol.message import Flag
from tui.sessions.pulse import Watch
from tui.sessions.transport import Transport

HIGH_WATER = 256 * 1024
"""Octets, waiting and not acknowledged together, above which `drain` waits."""
LOW_WATER = HIGH_WATER // 2
"""Octets at which a waiting `drain` returns."""
HARD_BOUND = 8 * 1024 * 1024
"""Octets at which a session whose owner never waits for `drain` is closed."""
MOST_UNANSWERED = 50_000
"""Frames read while the peer takes nothing of what we write; then it is given up."""
MOST_NOISE = 10_000
"""Frames in a row without a meaning after which the peer is not worth listening to."""
_SHORTEST_WAIT = 0.001
"""Seconds: what is due by a hair's breadth of rounding is not waited for in circles."""
_CHUNK = 16 * 1024
"""Octets handed to the channel at a time, so that a size or a flag need not wait long."""


FindKey = Callable[[KeyWanted], Awaitable[DataKey]]
"""Gets the data key of a session that is to be encrypted; raises the Trouble that prevents it."""


class Carrier:
    """The reader, the writer and the timer of one data channel."""

    def __init__(
        self, channel: Channel, clock: Clock, heard: Callable[[Event], None], find_key: FindKey
    ) -> None:
        """`heard` is told each event, in order; a Trouble that it raises ends the carrying."""
        self._channel = channel
        self._clock = clock
        self._heard = heard
        self._find_key = find_key
        self._key_wanted = asyncio.Event()
        self._outgoing = bytearray()
        self._size: tuple[int, int] | None = None
        self._flags: list[Flag] = []
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._shut = False
        self._over = asyncio.Event()
        self._trouble: Trouble | None = None
        self._timer: Timer | None = None
        self._timer_at = 0.0
        self.watch = Watch(clock, channel, self._ask_for_life, self._stop)
        """Whether the connection lives."""
        self._alive: Callable[[], None] = lambda: None
        self._ping = False
        self._unanswered = 0

    # what the owner sends

    @property
    def buffered(self) -> int:
        """Octets that wait here or that the agent has not acknowledged."""
        return len(self._outgoing) + self._channel.unacked_bytes

    def send(self, data: bytes) -> None:
        """Queue bytes for the target; over `HARD_BOUND` the carrying ends with a SessionTrouble."""
        if self._shut:
            return
        if self.buffered + len(data) > HARD_BOUND:
            self._stop(
                SessionTrouble(
                    f"More than {HARD_BOUND >> 20} MiB wait for the target, which is too slow.",
                    "What was not sent is lost; send more slowly.",
                )
            )
            return
        self._outgoing += data
        self._wake.set()

    def resize(self, cols: int, rows: int) -> None:
        """Tell the target the terminal's size, in cells; of several at once the last one counts."""
        self._size = (cols, rows)
        self._wake.set()

    def flag(self, flag: Flag) -> None:
        """Send a flag after what was sent before it."""
        self._flags.append(flag)
        self._wake.set()

    def speak_first(self) -> None:
        """Send what is held until the agent's first word: it may wait for ours."""
        self._channel.presume_shell(self._clock.monotonic(), self._clock.wall_ms())
        self._wake.set()

    async def drain(self) -> None:
        """Wait while more than `HIGH_WATER` is buffered; returns at once when all is over."""
        if self.buffered <= HIGH_WATER:
            return
        while self.buffered > LOW_WATER and not self._shut:
            self._room.clear()
            await self._room.wait()

    async def settled(self) -> None:
        """Wait until the target has taken all that was sent, flags too; at once when it is over."""
        while (self.buffered or self._flags) and not self._shut:
            self._room.clear()
            await self._room.wait()

    def pause(self) -> None:
        """Read nothing more for now: the peer is held back by TCP. Acknowledgements wait too."""
        self._reading.clear()
        self.watch.blind = True

    def resume(self) -> None:
        """Go on reading."""
        self._reading.set()
        self.watch.blind = False
        self._wake.set()

    # the work

    def renew(self, token: str) -> None:
        """Go on over another connection: all that is not acknowledged is sent again at once."""
        self._channel.renew(token, self._clock.monotonic())

    async def carry(self, transport: Transport, alive: Callable[[], None] = lambda: None) -> None:
        """Carry over this connection until the channel is closed.

        `alive` is called when the first frame has arrived.
        Raises what ended it otherwise: ConnectionLost when another connection may go on,
        any other Trouble when none can.
        """
        self._over.clear()
        if isinstance(self._trouble, ConnectionLost):
            self._trouble = None
        self._ping, self._unanswered = True, 0
        self._alive = alive
        self.watch.begin()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._until_over(self._read, transport)),
                    group.create_task(self._until_over(self._write, transport)),
                    group.create_task(self._until_over(self._agree, transport)),
                ]
                if not self._trouble:
                    await self._over.wait()
                for task in tasks:
                    task.cancel()
        finally:
            self._cancel_timer()
            self.watch.end()
        if self._trouble:
            raise self._trouble

    async def flush(self, transport: Transport) -> None:
        """Write what is ready, once; for the last words before the connection is closed."""
        self._fill()
        for frame in self._channel.take():
            await transport.send(frame)

    def shut(self) -> None:
        """No connection will follow: what is sent from now on is discarded, nobody waits."""
        self._shut = True
        self._room.set()

    def _stop(self, trouble: Trouble | None) -> None:
        """This connection is over, with the first trouble that came."""
        self._trouble = self._trouble or trouble
        self._over.set()

    async def _until_over(
        self, work: Callable[[Transport], Awaitable[None]], transport: Transport
    ) -> None:
        """Do the work of one of the tasks; its end is the end of all."""
        try:
            await work(transport)
        except Trouble as trouble:
            self._stop(trouble)
        else:
            self._stop(None)

    async def _read(self, transport: Transport) -> None:
        """Take in frames until the channel is closed."""
        while not self._channel.closed:
            await self._reading.wait()
            self._take_in(await transport.receive())

    def _take_in(self, frame: bytes | str | None) -> None:
        """One frame arrived, or a sign of life without one."""
        now = self._clock.monotonic()
        if not self.watch.pulse.arrivals:
            self._alive()
        self.watch.pulse.heard(now)
        self._unanswered += 1
        if self._unanswered > MOST_UNANSWERED:
            raise ProtocolTrouble("The gateway sends, but reads nothing of what it is sent.")
        if frame is None:
            return
        events = self._channel.feed(frame, now, self._clock.wall_ms())
        if self._channel.noise > MOST_NOISE:
            raise ProtocolTrouble(f"The gateway sends nothing but noise: {MOST_NOISE} frames.")
        self._wake.set()
        for event in events:
            if isinstance(event, KeyWanted):
                self._key_wanted.set()
            else:
                self._heard(event)
        if self.buffered <= LOW_WATER:
            self._room.set()

    async def _agree(self, _: Transport) -> None:
        """Get a key whenever the agent wants one; without it the session is over, at both ends."""
        while True:
            await self._key_wanted.wait()
            if wanted := self._channel.key_wanted:
                try:
                    key = await self._find_key(wanted)
                    self._channel.supply_key(key, self._clock.monotonic(), self._clock.wall_ms())
                except Trouble:
                    now, date = self._clock.monotonic(), self._clock.wall_ms()
                    self._channel.refuse_key("The client got no data key of KMS.", now, date)
                    raise
            self._key_wanted.clear()
            self._wake.set()

    async def _write(self, transport: Transport) -> None:
        """Put frames on the wire: what is new, what is due again, and a ping when it is time."""
        await transport.send(self._channel.open())
        while True:
            self._wake.clear()
            if self._reading.is_set():
                self._channel.tick(self._clock.monotonic())
            self._fill()
            if frames := self._channel.take():
                self.watch.pulse.sent(self._clock.monotonic())
            for frame in frames:
                await transport.send(frame)
            self._unanswered = 0
            if self._ping:
                self._ping = False
                await transport.ping()
            self._set_timer()
            await self._wake.wait()

    def _fill(self) -> None:
        """Hand to the channel what waits, as far as the window has room."""
        now, date = self._clock.monotonic(), self._clock.wall_ms()
        if self._size:
            self._channel.send_size(*self._size, now, date)
            self._size = None
        while self._outgoing and self._channel.unacked_bytes < HIGH_WATER:
            chunk = bytes(self._outgoing[:_CHUNK])
            del self._outgoing[:_CHUNK]
            self._channel.send(chunk, now, date)
        while self._flags and not self._outgoing:
            self._channel.send_flag(self._flags.pop(0), now, date)

    def _set_timer(self) -> None:
        """Wake the writer when something is due; a timer that comes too early does no harm.

        While nothing is read, acknowledgements are not either: nothing is sent again then.
        """
        due = self._channel.next_due
        if due is None or not self._reading.is_set():
            return
        due = max(due, self._clock.monotonic() + _SHORTEST_WAIT)
        if self._timer and self._timer_at <= due:
            return
        self._cancel_timer()
        self._timer_at = due
        self._timer = self._clock.call_at(due, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        self._wake.set()

    def _ask_for_life(self) -> None:
        self._ping = True
        self._wake.set()

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
