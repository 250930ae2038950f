"""A choice of texts to copy."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui import ink, text

_VALUE_WIDTH = 100
_FRAME = 12
"""Cells around and between the words and the values."""


class CopyMenu(ModalScreen[str]):
    """Answers with the text that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "dismiss", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, title: str, copies: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._of = title
        self._copies = copies

    def compose(self) -> ComposeResult:
        """A line for each."""
        width = max((text.width_of(word) for word, _ in self._copies), default=0)
        room = max(min(self.app.size.width - width - _FRAME, _VALUE_WIDTH), 8)
        options = [Option(_drawn(word, value, width, room)) for word, value in self._copies]
        menu = OptionList(*options, id="box", compact=True)
        menu.border_title = Content(text.cut(f"Copy of {self._of}", 48))
        menu.border_subtitle = "enter copies · esc closes"
        yield menu

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._copies[event.option_index][1])

    def action_down(self) -> None:
        """The next one."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """The one before."""
        self.query_one(OptionList).action_cursor_up()


def _drawn(word: str, value: str, width: int, room: int) -> Content:
    shown = text.cut(text.plain(value), room)
    return Content.assemble((text.fit(word, width + 2), ink.MUTED), shown)
