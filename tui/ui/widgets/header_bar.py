"""The top line: whose fleet this is, how it is, and what is being asked."""

from textual.content import Content
from textual.widget import Widget

from tui.model.status import Health
from tui.ui import ink, text
from tui.ui.labels import HEALTH
from tui.ui.tally import Sum

_COLORS = {Health.OK: ink.GOOD, Health.BUSY: ink.BUSY, Health.BAD: ink.BAD}


_IDENTITY_ROOM = 8
"""Cells below which an identity would say nothing."""


class HeaderBar(Widget):
    """One line; `tell` gives it new numbers."""

    ALLOW_SELECT = False

    def __init__(self, identity: str) -> None:
        super().__init__()
        self._identity = text.plain(identity)
        self._sum = Sum()
        self._loading = 0
        self._troubles = 0
        self._starting = True

    def tell(self, below: Sum, loading: int, troubles: int) -> None:
        """The fleet's health, how many listings are on their way and how many have failed."""
        self._sum, self._loading, self._troubles = below, loading, troubles
        self.refresh()

    def started(self) -> None:
        """The rooms behind the screen are there."""
        self._starting = False
        self.refresh()

    def render(self) -> Content:
        """The name at the left, health at the right; what does not fit is left out."""
        width = self.size.width
        health, activity = self._health(), self._activity()
        right = Content.assemble(activity, "   " if activity and health else "", health)
        name = Content.assemble((" ⌂ Hatchway", ink.KEY))
        room = width - name.cell_length - right.cell_length - 6
        identity = text.cut(self._identity, room) if room >= _IDENTITY_ROOM else ""
        left = Content.assemble(name, (f"  {identity}" if identity else "", ink.MUTED))
        blank = max(width - left.cell_length - right.cell_length - 1, 1)
        return Content.assemble(left, " " * blank, right, " ")

    def _health(self) -> Content:
        pieces: list[tuple[str, str]] = []
        for health, color in _COLORS.items():
            number = self._sum.health[health]
            if number or health is Health.OK:
                gap = "  " if pieces else ""
                pieces.append((f"{gap}{HEALTH[health][0]} {number:,} {health}", color))
        return Content.assemble(*pieces)

    def _activity(self) -> Content:
        if self._starting:
            return Content.assemble(("◌ starting", ink.MUTED))
        pieces: list[tuple[str, str]] = []
        if self._loading:
            pieces.append((f"◌ loading {self._loading}", ink.MUTED))
        if self._troubles:
            gap = "  " if pieces else ""
            pieces.append((f"{gap}⚠ {text.count(self._troubles, 'listing')} failed", ink.BAD))
        return Content.assemble(*pieces)
