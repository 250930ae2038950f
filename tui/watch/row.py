"""The rows that can be listed, and what the watcher knows of each."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui.errors import Trouble
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.watch.source import LISTS


@dataclass(eq=False, slots=True)
class Row:
    """A row of the tree that can be listed."""

    address: str
    kind: Kind
    parent: str | None
    """The address of the row above it; None for the fleet."""
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

    @property
    def is_loaded(self) -> bool:
        """Whether there is a complete answer and nothing has failed since."""
        return self.loaded_at > 0.0 and self.failures == 0


class Rows:
    """All rows that can be listed, and which of them a person looks at."""

    def __init__(self) -> None:
        self._rows = {FLEET: Row(FLEET, Kind.FLEET, None)}
        self._open: set[str] = {FLEET}
        self._focus: str | None = None

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
            if resource.kind in LISTS and resource.address not in self._rows:
                row = Row(resource.address, resource.kind, resource.parent)
                self._rows[row.address] = row
                fresh.append(row)
        return fresh

    def drop(self, address: str) -> None:
        """The resource is gone."""
        self._rows.pop(address, None)

    def has(self, row: Row) -> bool:
        """Whether the row is still there."""
        return self._rows.get(row.address) is row

    def from_here_down(self, address: str) -> Iterator[Row]:
        """The row at `address` and all rows below it."""
        within = f"{address}/" if address else ""
        for row in tuple(self._rows.values()):
            if row.address == address or row.address.startswith(within):
                yield row

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

    def is_seen(self, row: Row) -> bool:
        """Whether a person looks at it."""
        return self.is_focused(row) or self.is_open(row)
