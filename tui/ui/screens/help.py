"""All keys on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.ui import ink, text


@dataclass(frozen=True, slots=True)
class Section:
    """A group of keys."""

    title: str
    entries: tuple[tuple[str, str], ...]
    """Keys as they are shown, and what they do."""


class HelpScreen(ModalScreen[None]):
    """Shows what the table of commands says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", show=False),
        Binding("j,down", "down", show=False),
        Binding("k,up", "up", show=False),
    ]

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """A box with a page that scrolls; in a wide window it has two columns."""
        width = max(len(keys) for section in self._sections for keys, _ in section.entries)
        with VerticalScroll(id="box") as box:
            box.border_title = "Keys"
            box.border_subtitle = "j k scroll · esc closes"
            with Container(id="columns"):
                for half in _halves(self._sections):
                    with Vertical(classes="column"):
                        for section in half:
                            yield Static(_drawn(section, width), classes="section")

    def action_down(self) -> None:
        """Scroll."""
        self.query_one("#box").scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll."""
        self.query_one("#box").scroll_up(animate=False)


def _halves(sections: Sequence[Section]) -> tuple[Sequence[Section], Sequence[Section]]:
    """Two columns of about the same height, in the order of reading."""
    lengths = [len(section.entries) + 2 for section in sections]
    at = min(range(len(sections) + 1), key=lambda i: abs(sum(lengths[:i]) - sum(lengths[i:])))
    return sections[:at], sections[at:]


def _drawn(section: Section, width: int) -> Content:
    pieces: list[tuple[str, str]] = [(section.title, f"bold {ink.MUTED}")]
    for keys, help_ in section.entries:
        pieces += [("\n" + text.fit(keys, width), ink.KEY), (f"  {help_}", "")]
    return Content.assemble(*pieces)
