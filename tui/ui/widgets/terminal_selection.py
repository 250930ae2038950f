"""Which part of the remote's text is marked with the mouse, counted in rows that stay the same."""

from dataclasses import dataclass

Place = tuple[int, int]
"""(line, column); lines are numbered from the session's first one, so they stay when it scrolls."""


@dataclass(frozen=True, slots=True)
class Selection:
    """From where the button went down to where the mouse is, both cells included."""

    anchor: Place
    head: Place

    @property
    def ordered(self) -> tuple[Place, Place]:
        """The first cell in reading order, and the last."""
        return min(self.anchor, self.head), max(self.anchor, self.head)

    def columns(self, line: int, width: int) -> tuple[int, int] | None:
        """The marked columns of a line, the second not included; None if there are none."""
        (top, left), (bottom, right) = self.ordered
        if not top <= line <= bottom:
            return None
        start = left if line == top else 0
        stop = right + 1 if line == bottom else width
        start, stop = max(0, start), min(stop, width)
        return (start, stop) if start < stop else None
