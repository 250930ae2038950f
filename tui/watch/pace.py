"""How fast AWS may be asked: one token bucket for each account, region and API bucket.

AWS limits calls by token buckets that are shared with everything else in the account, deployments
above all. So each bucket here is given half of what AWS publishes, slows down when AWS refuses all
the same, and recovers when it does not. One `Pace` serves all work of the process.
"""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field

from tui.clock import Clock, sleep_until

SHARE = 0.5
"""How much of a published rate we take for ourselves."""
_SLOWEST = 1 / 32
_HOLD = 60.0
"""Seconds after a refusal in which a bucket stays as slow as that made it: to try again sooner
would only be refused again, and take what deployments need."""
_RECOVERY = 60.0
"""Seconds after that in which a bucket comes back from nothing to its full rate."""
_ONE_STORM = 1.0
"""Seconds in which several refusals count as one: calls that were on their way together."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket as AWS publishes it."""

    burst: float
    """Calls that may be made at once."""
    per_second: float
    """Calls that come back each second."""


@dataclass(eq=False, slots=True)
class _Bucket:
    rate: Rate
    tokens: float
    filled_at: float
    factor: float = 1.0
    refused_at: float = float("-inf")
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def speed(self) -> float:
        """Calls per second at present."""
        return self.rate.per_second * SHARE * self.factor

    def fill(self, now: float) -> None:
        """Lets time pass: the tokens come back, and the factor recovers."""
        passed = max(0.0, now - self.filled_at)
        self.filled_at = now
        most = max(1.0, self.rate.burst * SHARE * self.factor)
        self.tokens = min(most, self.tokens + passed * self.speed())
        recovering = min(passed, now - self.refused_at - _HOLD)
        if recovering > 0:
            self.factor = min(1.0, self.factor + recovering / _RECOVERY)


class Pace:
    """Lets calls pass at the rates that are allowed, in the order in which they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}

    async def turn(self, key: Hashable, rate: Rate) -> None:
        """Waits until a call may be made in the bucket called `key`.

        Giving up the wait costs the bucket nothing. There are as many buckets as accounts, regions
        and API buckets in use.
        """
        bucket = self._bucket(key, rate)
        async with bucket.taking:
            bucket.fill(self._clock.monotonic())
            while bucket.tokens < 1.0:
                missing = (1.0 - bucket.tokens) / bucket.speed()
                # A hair more than the sum says, so that rounding cannot make it wait twice.
                await sleep_until(self._clock, self._clock.monotonic() + missing + 1e-6)
                bucket.fill(self._clock.monotonic())
            bucket.tokens -= 1.0

    def refused(self, key: Hashable, rate: Rate) -> None:
        """AWS said that there were too many calls: half as fast from now on."""
        bucket, now = self._bucket(key, rate), self._clock.monotonic()
        bucket.fill(now)
        bucket.tokens = min(bucket.tokens, 0.0)
        if now - bucket.refused_at > _ONE_STORM:
            bucket.factor = max(_SLOWEST, bucket.factor / 2)
            bucket.refused_at = now

    def slowed(self) -> list[Hashable]:
        """The buckets that refusals have made slower than they would be."""
        now = self._clock.monotonic()
        found = []
        for key, bucket in tuple(self._buckets.items()):
            bucket.fill(now)
            if bucket.factor < 1.0:
                found.append(key)
        return found

    def speed(self, key: Hashable) -> float | None:
        """The calls per second that the bucket allows at present; None for one never used."""
        bucket = self._buckets.get(key)
        if bucket is None:
            return None
        bucket.fill(self._clock.monotonic())
        return bucket.speed()

    def _bucket(self, key: Hashable, rate: Rate) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            now = self._clock.monotonic()
            bucket = _Bucket(rate, tokens=max(1.0, rate.burst * SHARE), filled_at=now)
            self._buckets[key] = bucket
        return bucket
