"""The rows that a sieve lets through: what is wanted, in its tree, with the rows that lead there.

However much is wanted, about as much is unfolded as a person may look through; rows that lead to
more stay closed, and say how much is below them. What is opened and closed here is forgotten with
the sieve, and has nothing to do with what is open without it.
"""

from collections import deque

from tui.model.resource import FLEET
from tui.model.store import Change
from tui.ui.matches import Matches
from tui.ui.order import BY_NAME, Order
from tui.ui.row import Fleet
from tui.ui.rows import Rows

BOUND = 1_000
"""Rows from which on no more ways are unfolded by themselves."""


class SiftedRows(Rows):
    """The visible rows among those that are wanted or lead there.

    With `whole`, what hangs below a wanted row can be opened as well.
    """

    filtered = True

    def __init__(
        self, fleet: Fleet, matches: Matches, order: Order = BY_NAME, *, whole: bool = True
    ) -> None:
        self.matches = matches
        """What is wanted."""
        self._whole = whole
        self._unfolded_ways: set[str] = set()
        self._folded: set[str] = set()
        super().__init__(fleet, order)

    def _build(self) -> None:
        """Unfold the ways, those nearest to the accounts first."""
        shown = 0
        waiting = deque([FLEET])
        while waiting and shown < BOUND:
            parent = waiting.popleft()
            self._unfolded_ways.add(parent)
            below = self._leading(parent)
            shown += len(below)
            waiting += [address for address in below if address in self.matches.ways]
        super()._build()

    def hidden(self, address: str) -> int:
        """How many of the wanted are below a row that is closed."""
        return 0 if self.is_open(address) else self.matches.ways.get(address, 0)

    def apply(self, change: Change, room: int | None = None) -> bool:
        """Take in a change of the store; see `Rows.apply`."""
        for address in self.matches.apply(change):
            above = list(self.matches.above(address))
            if len(self) < BOUND and self.matches.leads(address):
                self._unfolded_ways.update(above)
            self._due.update(dict.fromkeys(above))
        return super().apply(change, room)

    def _open(self, address: str) -> None:
        self._folded.discard(address)
        super()._open(address)

    def close(self, address: str) -> None:
        """Hide what is below a row."""
        self._folded.add(address)
        super().close(address)

    def _unfolded(self, address: str) -> bool:
        if super()._unfolded(address):
            return True
        ways = self.matches.ways
        return address in ways and address in self._unfolded_ways and address not in self._folded

    def _children(self, parent: str) -> tuple[str, ...]:
        if self._whole and self.matches.has_above(parent):
            return super()._children(parent)
        return self._leading(parent)

    def _leading(self, parent: str) -> tuple[str, ...]:
        self.matches.look_into(parent)
        matched, ways = self.matches.matched, self.matches.ways
        everything = self._order.arranged(self._fleet, parent)
        return tuple([one for one in everything if one in matched or one in ways])

    # from match to match

    def match_after(self, address: str) -> str:
        """The next match in the order of the tree, after the last the first; "" for none."""
        if address in self.matches.ways and (found := self._first_in(address)):
            return found
        while address:
            parent = self._parent(address)
            siblings = self._order.arranged(self._fleet, parent)
            at = siblings.index(address) + 1 if address in siblings else 0
            for sibling in siblings[at:]:
                if found := self._first_from(sibling):
                    return found
            address = parent
        return self._first_in(FLEET)

    def match_before(self, address: str) -> str:
        """The match before in the order of the tree, before the first the last; "" for none."""
        while address:
            parent = self._parent(address)
            siblings = self._order.arranged(self._fleet, parent)
            at = siblings.index(address) if address in siblings else 0
            for sibling in reversed(siblings[:at]):
                if found := self._last_from(sibling):
                    return found
            if parent in self.matches.matched:
                return parent
            address = parent
        return self._last_in(FLEET)

    def _parent(self, address: str) -> str:
        resource = self._fleet.get(address)
        return resource.parent if resource is not None else self._outline.parent(address)

    def _first_from(self, address: str) -> str:
        return address if address in self.matches.matched else self._first_in(address)

    def _first_in(self, parent: str) -> str:
        if parent not in self.matches.ways:
            return ""
        return next((f for one in self._leading(parent) if (f := self._first_from(one))), "")

    def _last_from(self, address: str) -> str:
        return self._last_in(address) or (address if address in self.matches.matched else "")

    def _last_in(self, parent: str) -> str:
        if parent not in self.matches.ways:
            return ""
        below = reversed(self._leading(parent))
        return next((found for one in below if (found := self._last_from(one))), "")
