"""All keys on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.ui import text


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
        """A box with a page that scrolls."""
        with VerticalScroll(id="box") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            with Grid(id="sections"):
                for section in self._sections:
                    yield Static(_drawn(section), classes="section")

    def action_down(self) -> None:
        """Scroll."""
        self.query_one("#box").scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll."""
        self.query_one("#box").scroll_up(animate=False)


def _drawn(section: Section) -> Content:
    width = max(len(keys) for keys, _ in section.entries)
    pieces: list[tuple[str, str]] = [(section.title, "bold $text-muted")]
    for keys, help_ in section.entries:
        pieces += [("\n" + text.fit(keys, width), "bold $accent"), (f"  {help_}", "")]
    return Content.assemble(*pieces)
