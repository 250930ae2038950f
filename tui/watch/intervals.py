"""How often each kind of row is asked again, and how many rows at once."""

import random
from dataclasses import dataclass

from tui.errors import LoginExpired, NotAllowed, NotEnabled, Trouble
from tui.model.kind import Kind
from tui.watch.schedule import Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What else decides how long a row waits."""

    took: float = 0.0
    """Seconds that its last listing took."""
    told: bool = False
    """Whether AWS tells by itself what happens there."""
    rows: int = 1
    """How many rows there are that want to be listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Seconds between two listings of a row, and the bounds on how much runs at once.

    Of each kind: how often what is in the window is asked for.
    """

    fleet: float = 60.0
    account: float = 60.0
    region: float = 10.0
    cluster: float = 5.0
    nodes: float = 5.0
    out_of_sight: float = 4.0
    """An open row that is not in the window is asked this many times less often."""
    closed: float = 12.0
    """A row that is not open is asked this many times less often."""
    told: float = 24.0
    """A row of which AWS tells by itself is asked this many times less often, open or not."""
    each: float = 0.25
    """Rows out of the window wait for at least this long times the number of all rows: whatever the
    size of the fleet, no more than four of them a second are asked."""
    rest: float = 4.0
    """A listing that took t seconds is not repeated before t times this, however eager the row."""
    retry_first: float = 2.0
    """After the first failure; it doubles with each further one."""
    retry_most: float = 60.0
    jitter: float = 0.2
    """Each wait is spread by this share to either side, so that rows do not march in step."""
    at_once: int = 16
    """Listings that run at once."""
    at_once_unseen: int = 12
    """How many of these may be for rows that nobody looks at."""
    stamp: float = 30.0
    """An unchanged answer renews a row's `loaded_at` no more often than this."""

    def again(self, kind: Kind, rank: Rank, turn: Turn, chance: random.Random) -> float:
        """Seconds until a row of that kind and rank is listed again."""
        every = {
            Kind.FLEET: self.fleet,
            Kind.ACCOUNT: self.account,
            Kind.REGION: self.region,
            Kind.CLUSTER: self.cluster,
            Kind.NODES: self.nodes,
        }[kind]
        less = {Rank.OPEN: self.out_of_sight, Rank.NEW: self.closed, Rank.REST: self.closed}
        wait = every * max(less.get(rank, 1.0), self.told if turn.told else 1.0)
        sweep = turn.rows * self.each if rank in less else 0.0
        return self._spread(max(wait, sweep, turn.took * self.rest), chance)

    def retry(self, failures: int, trouble: Trouble | None, chance: random.Random) -> float:
        """Seconds until a row is asked again that failed `failures` times running.

        What only a person can mend is not hammered at.
        """
        if isinstance(trouble, (LoginExpired, NotAllowed, NotEnabled)):
            return self._spread(self.retry_most, chance)
        doubled = self.retry_first * 2.0 ** min(failures - 1, 16)
        return self._spread(min(doubled, self.retry_most), chance)

    def _spread(self, seconds: float, chance: random.Random) -> float:
        return seconds * chance.uniform(1.0 - self.jitter, 1.0 + self.jitter)
