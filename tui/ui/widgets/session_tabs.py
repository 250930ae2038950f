"""The strip of session tabs: number, name and state of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.ui import ink, text


class State(StrEnum):
    """Where a session is in its life, as its tab shows it."""

    OPENING = "opening"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tab:
    """What the strip knows of a session."""

    number: int
    title: str
    state: State
    minutes: int | None = None
    """Until AWS ends it because it is idle, once these are few."""
    recorded: bool = False
    """Whether what it shows is recorded."""


_MARKS = {
    State.OPENING: ("◌", ink.BUSY),
    State.LIVE: ("●", ink.GOOD),
    State.RECONNECTING: ("↻", ink.BUSY),
    State.ENDED: ("○", ink.MUTED),
    State.FAILED: ("✖", ink.BAD),
}

_WIDEST = 28
_NARROWEST = 8


def _word(tab: Tab) -> str:
    """What is to be said of the state beside its mark."""
    if tab.state is not State.LIVE:
        return f" {tab.state}"
    return "" if tab.minutes is None else f" ◔ idle, {tab.minutes} min left"


class SessionTabs(Widget):
    """One line; `tell` gives it new tabs."""

    ALLOW_SELECT = False

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__()
        self._tabs: Sequence[Tab] = ()
        self._current = 0
        self._ends: list[tuple[int, int]] = []

    def tell(self, tabs: Sequence[Tab], current: int) -> None:
        """Show other tabs; `current` is the number of the one in view."""
        self._tabs, self._current = tabs, current
        self.refresh()

    def render(self) -> Content:
        """The tabs, each as wide as its name needs and the line allows."""
        width = self.size.width
        share = width // max(len(self._tabs), 1)
        room = min(max(share, _NARROWEST), _WIDEST)
        pieces: list[tuple[str, str]] = []
        self._ends = []
        end = 0
        for tab in self._tabs:
            glyph, color = _MARKS[tab.state]
            word = _word(tab)
            title = text.cut(text.plain(tab.title), room - 6)
            current = tab.number == self._current
            ground = "on $panel-lighten-1" if current else ""
            weight = "bold" if current else ink.MUTED
            parts = [
                (f" {tab.number} ", f"{ink.KEY if current else ink.MUTED} {ground}"),
                (glyph, f"{color} {ground}"),
                (" ● REC" if tab.recorded else "", f"{ink.BAD} {ground}"),
                (f" {title}{word} ", f"{weight} {ground}"),
            ]
            end += sum(text.width_of(part) for part, _ in parts)
            self._ends.append((end, tab.number))
            pieces += [*parts, (" ", "")]
            end += 1
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        """Go to the tab under the mouse."""
        for end, number in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(number))
                return
