"""The bottom line: the keys that work now, and why the shell's does not."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from tui.ui import ink, text


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and what it does."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Hints:
    """All that the line says."""

    keys: Sequence[Hint] = ()
    """The most important first."""
    lead: str = ""
    """What stands before the keys, for a mode that a person is in."""
    reason: str = ""
    """Why something does not work here."""


class KeyBar(Widget):
    """One line; `tell` gives it new keys."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._hints = Hints()

    def tell(self, hints: Hints) -> None:
        """Show other keys."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render(self) -> Content:
        """As many keys as fit, then as much of the reason as fits."""
        width = self.size.width - 2
        pieces: list[tuple[str, str]] = [(" ", "")]
        used = 0
        if self._hints.lead:
            pieces.append((f" {self._hints.lead} ", "bold $background on $accent"))
            pieces.append(("  ", ""))
            used = text.width_of(self._hints.lead) + 4
        for hint in self._hints.keys:
            needed = len(hint.key) + len(hint.title) + 3
            if used + needed > width:
                break
            pieces += [(hint.key, ink.KEY), (f" {hint.title}  ", ink.MUTED)]
            used += needed
        reason = text.plain(self._hints.reason)
        if reason and width - used > _REASON_ROOM:
            pieces.append((text.fit(reason, width - used, right=True), ink.BUSY))
        return Content.assemble(*pieces)


_REASON_ROOM = 40
"""Cells below which a reason would say nothing."""
