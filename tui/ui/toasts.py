"""Toasts: a sentence at the edge of the screen, as plain text and never so long as to cover it."""

from textual.app import App

from tui.errors import Trouble
from tui.ui import text

_LONGEST = 200
"""Cells of a sentence."""

_TROUBLE_STAYS = 8.0
"""Seconds; a trouble has two sentences to read."""


def say(app: App[None], what: str, title: str = "") -> None:
    """Tell that something was done."""
    app.notify(text.cut(text.plain(what), _LONGEST), title=title, markup=False)


def refuse(app: App[None], trouble: Trouble) -> None:
    """Tell what is wrong, and what to do."""
    sentences = (text.plain(sentence) for sentence in (trouble.what, trouble.hint) if sentence)
    message = "\n".join(text.cut(sentence, _LONGEST) for sentence in sentences)
    app.notify(message, severity="error", timeout=_TROUBLE_STAYS, markup=False)
