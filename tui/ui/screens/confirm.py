"""A question with two answers."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.ui import ink, text


class Confirm(ModalScreen[bool]):
    """Answers True when the person is sure. The way out is what has the focus first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,q", "answer(False)", show=False),
        Binding("y", "answer(True)", show=False),
        Binding("left,right,h,l", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, consequence: str, *, yes: str) -> None:
        super().__init__()
        self._question = text.plain(question)
        self._consequence = text.plain(consequence)
        self._yes = yes

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical(id="box"):
            yield Static(Content.styled(self._question, "bold"))
            yield Static(Content.styled(self._consequence, ink.MUTED))
            with Horizontal(id="answers"):
                yield Button(f"{self._yes} (y)", id="yes", variant="error", compact=True)
                yield Button("Stay (n)", id="no", compact=True)

    def on_mount(self) -> None:
        """Enter alone changes nothing."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with a button."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, sure: bool) -> None:
        """Answer with a key."""
        self.dismiss(sure)
