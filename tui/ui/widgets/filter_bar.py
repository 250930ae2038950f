"""The line where a filter is typed, and that says which one is on."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.errors import Trouble
from tui.ui import ink, text
from tui.ui.sieve import Sieve

_ROOM = 24
"""Cells that are left to what is typed when there is something wrong with it."""


class FilterBar(Horizontal):
    """Hidden while there is no filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", show=False),
        Binding("enter,tab", "done", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    class Changed(Message):
        """The text is another, or the person is done with it."""

        def __init__(self, words: str, *, done: bool) -> None:
            super().__init__()
            self.words = words
            self.done = done
            """Whether the keys go back to the tree."""

    class Stepped(Message):
        """The person wants to see the next match, or with -1 the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__()
        self._on = False
        self._typing = False
        """Whether the keys come here, or are about to."""
        self._said = ("", "")

    def compose(self) -> ComposeResult:
        """The slash, the text, and how much it finds."""
        yield Static("/", id="slash")
        yield Input(id="words", compact=True, placeholder="type part of a name, or column:value")
        yield Static(id="found")

    @property
    def _words(self) -> Input:
        return self.query_one("#words", Input)

    def edit(self, sieve: Sieve) -> None:
        """Let the person type."""
        self.display = self._typing = True
        self._words.value = sieve.text
        self._words.focus()

    def tell(
        self, sieve: Sieve, matches: int, mistake: Trouble | None = None, *, unread: int = 0
    ) -> None:
        """Show which filter is on, and how many rows it finds, or why it is none.

        `unread` is how many rows are to be read before it can find any.
        """
        self._on = bool(sieve)
        self.display = self._on or self._typing
        if not self._typing:  # what is typed is newer than any filter that is on
            self._write(sieve.text)
        if mistake is not None:
            room = max(self.size.width - _ROOM, _ROOM)
            said = (text.cut("⚠ " + text.plain(str(mistake)), room) + " ", ink.BAD)
        elif unread:
            said = (f"◌ {text.count(unread, 'row')} to read   esc clears ", ink.MUTED)
        else:
            only = "only unhealthy   " if sieve.unhealthy else ""
            found = text.count(matches, "match", "matches") if sieve else ""
            hint = "   esc clears" if sieve else ""
            said = (f"{only}{found}{hint} ", ink.BUSY if sieve and not matches else ink.MUTED)
        if said != self._said:
            self._said = said
            self.query_one("#found", Static).update(Content.assemble(said))

    def _write(self, words: str) -> None:
        with self.prevent(Input.Changed):
            self._words.value = words

    def on_descendant_focus(self) -> None:
        """Somebody types here, perhaps by a click."""
        self._typing = True

    def on_descendant_blur(self) -> None:
        """Nobody types here any more."""
        self._typing = False
        self.display = self._on

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while typing."""
        event.stop()
        self.post_message(self.Changed(event.value, done=False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.action_done()

    def action_done(self) -> None:
        """Keep the filter."""
        self._typing = False
        self.post_message(self.Changed(self._words.value, done=True))

    def action_step(self, step: int) -> None:
        """Go from match to match."""
        self.post_message(self.Stepped(step))

    def action_clear(self) -> None:
        """Drop the filter."""
        self._write("")
        self._typing = False  # the line goes at once, and not when the keys have gone
        self.post_message(self.Changed("", done=True))
