"""Counts calls as they are made, so that a person can see what is asked, how fast and how well."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tui.clock import Clock
from tui.errors import Throttled, Trouble
from tui.model.calls import CallLine, CallReport

SPAN = 10
"""Seconds over which a rate is told."""
_SLOWED_FOR = 90.0
"""Seconds in which a bucket that was refused comes back to its full rate; see `tui.watch.pace`."""


@dataclass(eq=False, slots=True)
class _Count:
    calls: int = 0
    errors: int = 0
    throttled: int = 0
    in_flight: int = 0
    last_error: str = ""
    ring: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)] * SPAN)
    """The last seconds, each with the calls that began in it, at the second's place modulo SPAN."""

    def begin(self, second: int) -> None:
        """One more call."""
        self.calls += 1
        self.in_flight += 1
        at = second % SPAN
        then, calls = self.ring[at]
        self.ring[at] = (second, calls + 1 if then == second else 1)

    def per_second(self, second: int) -> float:
        """Over the last whole seconds and the one that runs."""
        return sum(calls for then, calls in self.ring if second - SPAN < then <= second) / SPAN


class Meter:
    """Written by the loop that calls; its report may be read from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, _Count] = {}
        self._slowed: dict[str, float] = {}

    @contextmanager
    def call(self, action: str, bucket: str) -> Generator[None, None, None]:
        """One call from its beginning to its end; `bucket` is where it counts, for a person."""
        count = self._counts.setdefault(action, _Count())
        count.begin(int(self._clock.monotonic()))
        try:
            yield
        except Trouble as trouble:
            count.errors += 1
            count.last_error = str(trouble)
            if isinstance(trouble, Throttled):
                count.throttled += 1
                self._slowed[bucket] = self._clock.monotonic()
            raise
        finally:
            count.in_flight -= 1

    def report(self) -> CallReport:
        """How it stands now."""
        now = self._clock.monotonic()
        lines = tuple(_line(action, one, int(now)) for action, one in sorted(self._known()))
        slowed = sorted(at for at, when in tuple(self._slowed.items()) if now - when < _SLOWED_FOR)
        return CallReport(
            lines=lines,
            per_second=round(sum(line.per_second for line in lines), 3),
            slowed=tuple(slowed),
        )

    def _known(self) -> list[tuple[str, _Count]]:
        # Copied at once: a call from the other thread may add an action meanwhile.
        return [(action, self._counts[action]) for action in tuple(self._counts)]


def _line(action: str, count: _Count, second: int) -> CallLine:
    return CallLine(
        action=action,
        calls=count.calls,
        errors=count.errors,
        throttled=count.throttled,
        in_flight=count.in_flight,
        per_second=count.per_second(second),
        last_error=count.last_error,
    )
