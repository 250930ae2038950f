"""The rows that scrolled off the top, bounded: when it is full the oldest is forgotten.

Rows come in as the engine's cells, which are quick to keep and large. In a flood most are
forgotten again before anyone looks, so they become small (`settle`) only when there is time.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.terminal.cells import Run
from tui.terminal.paint import Cell


@dataclass(frozen=True, slots=True)
class Row:
    """One kept row; `wrapped` says that its line goes on in the next one."""

    runs: tuple[Run, ...]
    wrapped: bool


@dataclass(frozen=True, slots=True)
class FreshRow:
    """A row as the engine gave it."""

    cells: Sequence[Cell]
    wrapped: bool


class History:
    """The newest `limit` rows that left the screen; `draw` turns cells into runs."""

    def __init__(self, limit: int, draw: Callable[[Sequence[Cell]], tuple[Run, ...]]) -> None:
        self._rows: deque[Row | FreshRow] = deque(maxlen=max(0, limit))
        self._fresh = 0
        """How many rows at the new end are still fresh."""
        self._draw = draw
        self.total = 0
        """Rows that ever came in; it only grows, so it numbers rows for good."""

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: FreshRow) -> None:
        """Take the next row."""
        self._rows.append(row)
        self._fresh += 1
        self.total += 1

    def row(self, back: int) -> Row | None:
        """The row `back` rows before the screen, 1 being the newest; None if it is not kept."""
        if not 0 < back <= len(self._rows):
            return None
        return self._small(self._rows[-back])

    def settle(self, count: int) -> bool:
        """Make up to `count` fresh rows small; whether some are left."""
        self._fresh = min(self._fresh, len(self._rows))
        for _ in range(min(count, self._fresh)):
            self._rows[-self._fresh] = self._small(self._rows[-self._fresh])
            self._fresh -= 1
        return self._fresh > 0

    def clear(self) -> None:
        """Forget every row; the numbering goes on."""
        self._rows.clear()

    def _small(self, row: Row | FreshRow) -> Row:
        return Row(self._draw(row.cells), row.wrapped) if isinstance(row, FreshRow) else row
