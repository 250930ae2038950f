"""Visible rows as addresses: each below its parent, in a list that is spliced where it differs.

An outline knows nothing of what rows mean. What hangs below a row is asked of `below`, and shown
as long as there is room: a large part is put in by and by, so that no splice takes long.
"""

from collections.abc import Callable, Sequence

from tui.model.resource import FLEET
from tui.ui.blocks import Blocks
from tui.ui.splices import splices

ROOM = 500
"""Rows that are put in at once; what is open below later ones has to wait."""

NOTE_MARK = "\n"
"""Joins a parent's address and a note; addresses hold no control characters."""

Below = Callable[[str], tuple[str, ...] | None]
"""The rows right below a row, or None when it is closed."""


class Outline:
    """The order of the rows, and which of them show what is below them."""

    def __init__(self, below: Below, wait: Callable[[str], None]) -> None:
        self.blocks = Blocks()
        """All visible rows, from top to bottom."""
        self._below = below
        self._wait = wait
        self._shown: dict[str, tuple[str, ...]] = {FLEET: ()}
        """What is right below each row that is open."""
        self._elsewhere: dict[str, str] = {}
        """Parents of rows that do not hang under what their address says."""

    def __contains__(self, address: str) -> bool:
        return address == FLEET or address in self.blocks

    def is_open(self, address: str) -> bool:
        """Whether what is below a visible row is shown."""
        return address in self._shown

    def children(self, address: str) -> tuple[str, ...]:
        """The rows right below a row."""
        return self._shown.get(address, ())

    def parent(self, address: str) -> str:
        """What a visible row hangs under."""
        mark = address.find(NOTE_MARK)
        if mark >= 0:
            return address[:mark]
        return self._elsewhere.get(address) or address.rpartition("/")[0]

    def depth(self, address: str) -> int:
        """How many rows are above a row in the tree."""
        if not self._elsewhere:
            return address.count("/") + (NOTE_MARK in address and address[0] != NOTE_MARK)
        depth = 0
        while parent := self.parent(address):
            address = parent
            depth += 1
        return depth

    def last_below(self, address: str) -> str:
        """The last row of all that is below a row; itself where there is none."""
        while children := self._shown.get(address):
            address = children[-1]
        return address

    # changes

    def show(self, parent: str, children: tuple[str, ...]) -> int:
        """Have these rows below a visible one; says how many came or went."""
        before = self._shown.get(parent, ())
        if before == children:
            self._shown[parent] = children
            return 0
        different = splices(before, children)
        for start, stop in different.out:
            self._remove(before[start], before[stop - 1])
        self._shown[parent] = children
        moved = 0
        for start, stop in different.into:
            # what comes from elsewhere leaves its place first: it may be where this goes
            fresh = children[start:stop]
            for address in fresh:
                self._fetch(address)
            after = self.last_below(children[start - 1]) if start else parent
            rows: list[str] = []
            self._grow(parent, fresh, rows)
            self.blocks.insert_after(after or None, rows)
            moved += len(rows)
        return moved + len(different.out)

    def hide(self, parent: str) -> int:
        """Have nothing below a row; says how many rows went, at least."""
        children = self._shown.pop(parent, ())
        if children:
            self._remove(children[0], children[-1])
        return len(children)

    def clear(self) -> None:
        """Have no rows."""
        self.blocks.clear()
        self._shown = {FLEET: ()}
        self._elsewhere.clear()

    def tidy(self) -> bool:
        """Forget some of what was removed; says whether there was any."""
        if not self.blocks.untidy:
            return False
        for address in self.blocks.tidy():
            self._forget(address)
        return True

    def _remove(self, first: str, last: str) -> None:
        """Take out siblings, with all below them."""
        for address in self.blocks.remove(first, self.last_below(last)):
            self._forget(address)

    def _forget(self, address: str) -> None:
        self._shown.pop(address, None)
        if self._elsewhere:
            self._elsewhere.pop(address, None)

    def _fetch(self, address: str) -> None:
        """Take a row out where it is, for it comes back below another."""
        if address in self.blocks:
            parent = self.parent(address)
            self._remove(address, address)
            self._shown[parent] = tuple(a for a in self._shown[parent] if a != address)

    def _grow(self, parent: str, children: Sequence[str], rows: list[str]) -> None:
        """Add these rows, and all that is open below them while there is room."""
        for address in children:
            if self._elsewhere:
                self._elsewhere.pop(address, None)
            if address.rpartition("/")[0] != parent and NOTE_MARK not in address:
                self._elsewhere[address] = parent
            rows.append(address)
            if len(rows) > ROOM:
                self._shown.pop(address, None)
                self._wait(address)
            elif (below := self._below(address)) is None:
                self._shown.pop(address, None)
            else:
                self._shown[address] = below
                self._grow(address, below, rows)
