"""The rows that can be listed, and what the watcher knows of each."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tui.errors import Trouble
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.store import Freshness
from tui.watch.source import LISTS

NEVER = Freshness()
"""Of a row that was never listed."""


@dataclass(eq=False, slots=True)
class Row:
    """A row of the tree that can be listed."""

    address: str
    kind: Kind
    parent: str | None
    """The address of the row above it; None for the fleet."""
    resource: Resource | None = None
    """What it is, as it was last told; None for the fleet."""
    listed_at: float | None = None
    """When its last listing ended, well or not, on the clock's monotonic scale."""
    began_at: float = 0.0
    """When the last listing began, on the same scale."""
    took: float = 0.0
    """Seconds that the last listing took."""
    is_unseen: bool = False
    """Nobody looked at it when that listing began."""
    loaded_at: float = 0.0
    """When the last complete answer came, in seconds since the epoch; 0.0 is never."""
    failures: int = 0
    """How often it has failed since the last complete answer."""
    trouble: Trouble | None = None
    asked: bool = False
    """A person asked for it by hand and wants to see that something happens."""
    again: bool = False
    """It was asked for by hand while a listing ran: that answer may be too old."""
    done: asyncio.Event | None = None
    """Set when the listing that runs now ends; None when none runs."""
    shown: Freshness = NEVER
    """What the store was last told of it."""
    is_told: bool = False
    """AWS tells by itself what happens there."""
    was_locked_out: bool = False
    """The login had expired when the last listing began."""
    is_gone: bool = False
    """The resource exists no more."""
    remembered: bool = False
    """What is known of it comes from an earlier run."""
    pushed: set[str] = field(default_factory=set)
    """What an event told while a listing ran: the listing's answer may be older."""

    @property
    def is_loaded(self) -> bool:
        """Whether there is a complete answer of this run and nothing has failed since."""
        return self.loaded_at > 0.0 and self.failures == 0 and not self.remembered


class Rows:
    """All rows that can be listed, and which of them a person looks at."""

    def __init__(self) -> None:
        self._rows = {FLEET: Row(FLEET, Kind.FLEET, None)}
        self._below: dict[str, dict[str, None]] = {}
        self._open: set[str] = {FLEET}
        self._focus: str | None = None
        self._screen: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(tuple(self._rows.values()))

    def get(self, address: str) -> Row | None:
        """The row at that address, if it can be listed."""
        return self._rows.get(address)

    @property
    def fleet(self) -> Row:
        """The root."""
        return self._rows[FLEET]

    def add(self, resources: Iterable[Resource]) -> list[Row]:
        """Makes rows of those resources that can be listed; answers with the new ones."""
        fresh = []
        for resource in resources:
            if resource.kind not in LISTS:
                continue
            known = self._rows.get(resource.address)
            if known is not None:
                known.resource = resource
                continue
            row = Row(resource.address, resource.kind, resource.parent, resource)
            self._rows[row.address] = row
            self._below.setdefault(resource.parent, {})[row.address] = None
            fresh.append(row)
        return fresh

    def drop(self, address: str) -> list[Row]:
        """The resource is gone, and all below it; answers with the rows that were there."""
        dropped = list(self.from_here_down(address)) if address in self._rows else []
        for row in dropped:
            row.is_gone = True
            del self._rows[row.address]
            self._below.pop(row.address, None)
            self._below.get(row.parent or FLEET, {}).pop(row.address, None)
        return dropped

    def has(self, row: Row) -> bool:
        """Whether the row is still there."""
        return self._rows.get(row.address) is row

    def children(self, address: str) -> list[Row]:
        """The rows right below one."""
        return [self._rows[below] for below in self._below.get(address, ())]

    def from_here_down(self, address: str) -> Iterator[Row]:
        """The row at `address` and all rows below it, parents first."""
        row = self._rows.get(address)
        if row is not None:
            yield row
            for below in self.children(address):
                yield from self.from_here_down(below.address)

    def account_of(self, row: Row) -> Row | None:
        """The account that a row is in; None for the fleet."""
        above: Row | None = row
        while above is not None and above.kind is not Kind.ACCOUNT:
            above = self._rows.get(above.parent) if above.parent is not None else None
        return above

    def open(self, address: str) -> None:
        """Its children are shown from now on, if its own row is."""
        self._open.add(address)

    def close(self, address: str) -> None:
        """Its children are hidden from now on. The fleet cannot be closed."""
        if address != FLEET:
            self._open.discard(address)

    def focus(self, row: Row | None) -> Row | None:
        """That row is under the cursor; answers with the one that was."""
        before = self._rows.get(self._focus) if self._focus is not None else None
        self._focus = row.address if row is not None else None
        return before

    def look(self, addresses: frozenset[str]) -> list[Row]:
        """These rows are in the window, or something that they list; answers with those that
        came into it or left it."""
        before, self._screen = self._screen or frozenset(), addresses
        return [self._rows[one] for one in before ^ addresses if one in self._rows]

    def is_focused(self, row: Row) -> bool:
        """Whether the cursor is on it or on something that its listing owns."""
        return row.address == self._focus

    def is_open(self, row: Row) -> bool:
        """Whether its children can be seen: it and everything above it is open."""
        above: Row | None = row
        while above is not None:
            if above.address not in self._open:
                return False
            above = None if above.parent is None else self._rows.get(above.parent)
        return True

    def is_on_screen(self, row: Row) -> bool:
        """Whether what it lists is in the window; as long as nobody tells, what is open is."""
        return self.is_open(row) if self._screen is None else row.address in self._screen

    def is_seen(self, row: Row) -> bool:
        """Whether a person looks at it."""
        return self.is_focused(row) or self.is_on_screen(row)
