"""The last thing on the screen: what is being closed."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.ui import ink, text


class Closing(ModalScreen[None]):
    """Takes no keys: it goes by itself, within seconds."""

    def __init__(self, live: int) -> None:
        super().__init__()
        self._live = live

    def compose(self) -> ComposeResult:
        """One line."""
        what = f"Closing {text.count(self._live, 'session')} …" if self._live else "Closing …"
        with Vertical(id="box"):
            yield Static(Content.assemble(("◌ ", ink.BUSY), what))
