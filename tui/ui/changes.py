"""Storms of changes become one delivery a frame.

The store tells every change at once; a screen that painted each would do nothing else. Changes
are merged until the next delivery, at most twenty times a second.
"""

from collections.abc import Callable

from tui.model.resource import Resource
from tui.model.store import Change

INTERVAL = 1 / 20
"""Seconds between two deliveries, at least."""
_MOMENT = 1 / 100
"""Seconds by which a delivery is put off for a key that is on its way to the screen."""
_PUT_OFF = 10
"""How often that may be, while keys come without a pause."""


class Changes:
    """Merges what it hears, and delivers it when the timer that it asked for goes off."""

    def __init__(
        self,
        set_timer: Callable[[float, Callable[[], None]], object],
        deliver: Callable[[Change], None],
        is_hurried: Callable[[], bool] = lambda: False,
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
        self._is_hurried = is_hurried
        self._put_off = 0

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
            self._set_timer(INTERVAL, self._due)

    def _due(self) -> None:
        """Deliver, unless a key is on its way: then a moment later, though not for ever."""
        if self._is_hurried() and self._put_off < _PUT_OFF:
            self._put_off += 1
            self._set_timer(_MOMENT, self._due)
        else:
            self.flush()

    def flush(self) -> None:
        """Deliver now what was heard; nothing when there is nothing."""
        self._waiting = False
        self._put_off = 0
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
            self._deliver(change)
