"""Whether a connection still lives: what was sent wants an answer, of whatever kind, in time.

Nothing is heard of a connection that broke silently: a cable pulled, a laptop that slept, another
network. So whoever has sent something and heard nothing for `PING_AFTER` seconds sends a ping,
and `PATIENCE` seconds after the sending the connection is lost. Every frame that arrives counts
as an answer, since all of them, pongs too, come through the same pipe. A quiet session pings
every `PING_SECONDS`, which also keeps middleboxes from forgetting it.

A computer that sleeps does not see its own clock jump on every system, but its date does: whoever
wakes up pings at once, and waits `BRIEF_PATIENCE` seconds only.
"""

from collections.abc import Callable

from tui.clock import Clock, Timer
from tui.errors import ConnectionLost, ProtocolTrouble, Trouble
from tui.protocol.channel import Channel

PING_SECONDS = 60.0
"""Between two pings of a quiet session: middleboxes forget silent connections after minutes."""
PING_AFTER = 3.0
"""Seconds without an answer after which a ping asks for one."""
PATIENCE = 13.0
"""Seconds without an answer after which the connection is lost."""
BRIEF_PATIENCE = 5.0
"""The same after the computer has slept: most connections are dead then."""
GLANCE = 5.0
"""The longest time, in seconds, between two looks; a sleep is noticed by comparing two of them."""
HANDSHAKE_SECONDS = 60.0
"""How long a handshake may take; each of its steps takes an agent 15 s at most."""
_SHORTEST_WAIT = 0.001
_A_SLEEP = 10.0
"""Seconds by which the date has run ahead of the clock when the computer has slept."""


class Pulse:
    """The signs of life of one connection. It has no clock of its own; times are in seconds."""

    def __init__(self, now: float, date_ms: int) -> None:
        """A connection that was just made."""
        self.arrivals = 0
        """Frames that arrived, of any kind."""
        self._made_at = self._heard_at = now
        self._asked_at: float | None = None  # the first sending that nothing has followed
        self._pinged = False
        self._patience = PATIENCE
        self._looked = (now, date_ms)

    @property
    def lived(self) -> float:
        """Seconds from the making to the last sign of life."""
        return self._heard_at - self._made_at

    def heard(self, now: float) -> None:
        """Something arrived: the connection lives."""
        self.arrivals += 1
        self._heard_at = now
        self._asked_at = None
        self._pinged = False
        self._patience = PATIENCE

    def sent(self, now: float) -> None:
        """Something was sent, or is waiting to be: an answer is to follow."""
        if self._asked_at is None:
            self._asked_at = now

    def blind(self, now: float) -> None:
        """Nothing is read on purpose, so nothing can be concluded from hearing nothing."""
        self._heard_at = now
        self._asked_at = None
        self._pinged = False

    def look(self, now: float, date_ms: int) -> bool:
        """Whether a ping is to be sent now; call it at least every `GLANCE` seconds."""
        before, date_before = self._looked
        self._looked = (now, date_ms)
        if (date_ms - date_before) / 1000 - (now - before) > _A_SLEEP or now - before > 3 * GLANCE:
            self._asked_at = now
            self._patience = BRIEF_PATIENCE
            self._pinged = True
            return True
        if self._pinged:
            return False
        unanswered = self._asked_at is not None and now - self._asked_at >= PING_AFTER
        self._pinged = unanswered or now - self._heard_at >= PING_SECONDS
        if self._pinged:
            self.sent(now)
        return self._pinged

    def lost(self, now: float) -> bool:
        """Whether an answer is overdue."""
        return self._asked_at is not None and now - self._asked_at >= self._patience

    def next_look(self, now: float) -> float:
        """When to look again."""
        due = [now + GLANCE]
        if self._asked_at is not None:
            due.append(self._asked_at + (self._patience if self._pinged else PING_AFTER))
        elif not self._pinged:
            due.append(self._heard_at + PING_SECONDS)
        return min(due)


class Watch:
    """Looks at the pulse of a channel's connection, again and again, on a timer of its own.

    Whoever writes may be stuck in a dead connection, so this does not depend on it.
    """

    def __init__(
        self,
        clock: Clock,
        channel: Channel,
        ping: Callable[[], None],
        failed: Callable[[Trouble], None],
    ) -> None:
        """`ping` is to send one; `failed` hears once why the connection is of no use any more."""
        self._clock = clock
        self._channel = channel
        self._ping = ping
        self._failed = failed
        self._timer: Timer | None = None
        self._shaking_since: float | None = None
        self.blind = False
        """Whether nothing is read on purpose."""
        self.pulse = Pulse(clock.monotonic(), clock.wall_ms())

    def begin(self) -> None:
        """There is a new connection."""
        self.pulse = Pulse(self._clock.monotonic(), self._clock.wall_ms())
        self._shaking_since = None
        self._look()

    def end(self) -> None:
        """It is gone."""
        if self._timer:
            self._timer.cancel()

    def _look(self) -> None:
        now, date = self._clock.monotonic(), self._clock.wall_ms()
        if self.blind:
            self.pulse.blind(now)
        if self.pulse.look(now, date):
            self._ping()
        if self.pulse.lost(now):
            self._failed(ConnectionLost("The gateway does not answer any more."))
        elif self._endless(now):
            what = "The agent began a handshake and did not finish it within "
            self._failed(ProtocolTrouble(f"{what}{HANDSHAKE_SECONDS:.0f} s."))
        else:
            due = max(self.pulse.next_look(now), now + _SHORTEST_WAIT)
            self._timer = self._clock.call_at(due, self._look)

    def _endless(self, now: float) -> bool:
        """Whether a handshake goes on for too long over this connection."""
        if not self._channel.shaking_hands:
            self._shaking_since = None
        elif self._shaking_since is None:
            self._shaking_since = now
        return self._shaking_since is not None and now - self._shaking_since > HANDSHAKE_SECONDS
