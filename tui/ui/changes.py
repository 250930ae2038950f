"""Storms of changes become one delivery a frame.

The store tells every change at once; a screen that painted each would do nothing else. Changes
are merged until the next delivery, at most ten times a second and an eighth of the time.
"""

from collections.abc import Callable
from time import monotonic

from tui.model.resource import Resource
from tui.model.store import Change
from tui.watch.hurry import Hurry

INTERVAL = 1 / 10
"""Seconds between two deliveries, at least."""
_MOMENT = 1 / 100
"""Seconds by which a delivery is put off for a key that is on its way to the screen."""
_SHARE = 8
"""A delivery is followed by so many times as much time for everything else."""
_LONGEST = 1 / 2
"""Seconds of that, at most: one large delivery must not hide what comes after it."""


class Changes:
    """Merges what it hears, and delivers it when the timer that it asked for goes off."""

    def __init__(
        self,
        set_timer: Callable[[float, Callable[[], None]], object],
        deliver: Callable[[Change], None],
        hurry: Hurry | None = None,
    ) -> None:
        self._set_timer = set_timer
        self._deliver = deliver
        self._put: dict[str, Resource] = {}
        self._gone: dict[str, None] = {}
        self._freshness: dict[str, None] = {}
        self._sums: dict[str, None] = {}
        self._sessions = False
        self._forwards = False
        self._waiting = False
        self._hurry = hurry or Hurry()
        self._took = 0.0

    def hear(self, change: Change) -> None:
        """Take in a change; it is delivered with all that follow within the interval."""
        for address in change.gone:
            self._put.pop(address, None)
            self._sums.pop(address, None)
            self._gone[address] = None
        put = {resource.address: resource for resource in change.put}
        if self._gone:
            for address in put:
                self._gone.pop(address, None)
        if self._put:
            self._put.update(put)
        else:
            self._put = put
        self._freshness.update(dict.fromkeys(change.freshness))
        self._sums.update(dict.fromkeys(change.sums))
        self._sessions |= change.sessions
        self._forwards |= change.forwards
        if not self._waiting:
            self._waiting = True
            rest = min(self._took * _SHARE, _LONGEST)
            self._set_timer(max(INTERVAL, rest), self._due)

    def _due(self) -> None:
        """Deliver, unless a key is on its way: then a moment later."""
        if self._hurry.is_on:
            self._set_timer(_MOMENT, self._due)
        else:
            self.flush()

    def flush(self) -> None:
        """Deliver now what was heard; nothing when there is nothing."""
        self._waiting = False
        change = Change(
            put=tuple(self._put.values()),
            gone=tuple(self._gone),
            freshness=tuple(self._freshness),
            sessions=self._sessions,
            forwards=self._forwards,
            sums=tuple(self._sums),
        )
        self._put, self._gone, self._freshness, self._sums = {}, {}, {}, {}
        self._sessions = self._forwards = False
        if change:
            started = monotonic()
            self._deliver(change)
            self._took = monotonic() - started
