"""Which rows a person has marked, in the order in which they did."""

from collections.abc import Iterable, Iterator

from tui.model.store import Change


class Marks:
    """Addresses of marked rows. A mark stays with its row, and goes with it."""

    def __init__(self) -> None:
        self._marked: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._marked)

    def __contains__(self, address: str) -> bool:
        return address in self._marked

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._marked))

    @property
    def last(self) -> str:
        """The row that was marked last; empty when there is none."""
        return next(reversed(self._marked), "")

    def toggle(self, address: str) -> None:
        """Mark a row, or take its mark away."""
        if address in self._marked:
            del self._marked[address]
        else:
            self._marked[address] = None

    def add(self, addresses: Iterable[str]) -> None:
        """Mark rows."""
        for address in addresses:
            self._marked.pop(address, None)  # it becomes the last
            self._marked[address] = None

    def clear(self) -> None:
        """Take all marks away."""
        self._marked.clear()

    def apply(self, change: Change) -> bool:
        """Take in a change of the fleet; says whether marked rows are gone."""
        before = len(self._marked)
        if before:
            for address in change.gone:
                self._marked.pop(address, None)
        return len(self._marked) != before
