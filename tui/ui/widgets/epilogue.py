"""What stands in a session's tab while there is no terminal: it is opening, or was refused."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.errors import Trouble
from tui.ui import ink, text


class Epilogue(Static, can_focus=True):
    """A few words, and the keys that close the tab or leave it."""

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "dismiss_tab", show=False),
        Binding("escape,d,ctrl+right_square_bracket,f12", "leave", show=False),
        Binding("tab", "next_tab", show=False),
    ]

    class Dismissed(Message):
        """The tab may go."""

    class Left(Message):
        """Back to the tree."""

    class NextWanted(Message):
        """To the next session."""

    def opening(self, title: str) -> None:
        """AWS is being asked."""
        words = ("◌ ", ink.BUSY), (f"opening a shell in {text.plain(title)} …", "")
        keys = (_keys("esc", "to the tree"), _keys("q", "gives up"))
        self.update(Content.assemble(*words, "\n\n", *keys))

    def failed(self, trouble: Trouble) -> None:
        """There is no session, and this is why."""
        what = (f"✖ {text.plain(trouble.what)}", ink.BAD)
        hint = (f"\n{text.plain(trouble.hint)}" if trouble.hint else "", ink.MUTED)
        keys = (_keys("enter", "closes this tab"), _keys("esc", "to the tree"))
        self.update(Content.assemble(what, hint, "\n\n", *keys))

    def action_dismiss_tab(self) -> None:
        """Close the tab."""
        self.post_message(self.Dismissed())

    def action_leave(self) -> None:
        """Go to the tree."""
        self.post_message(self.Left())

    def action_next_tab(self) -> None:
        """Go to the next session."""
        self.post_message(self.NextWanted())


def _keys(key: str, what: str) -> Content:
    return Content.assemble((key, ink.KEY), (f" {what}   ", ink.MUTED))
