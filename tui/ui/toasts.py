"""Toasts: a sentence at the edge of the screen, as plain text and never so long as to cover it."""

from textual.app import App

from tui.errors import Trouble
from tui.ui import text

_LONGEST = 200
"""Cells of a sentence."""

_TROUBLE_STAYS = 8.0
"""Seconds; a trouble has two sentences to read."""


def say(app: App[None], what: str, hint: str = "", *, title: str = "", stays: float = 5) -> None:
    """Tell that something was done, and what can be done next."""
    app.notify(_sentences(what, hint), title=title, timeout=stays, markup=False)


def refuse(app: App[None], trouble: Trouble) -> None:
    """Tell what is wrong, and what to do."""
    message = _sentences(trouble.what, trouble.hint)
    app.notify(message, severity="error", timeout=_TROUBLE_STAYS, markup=False)


def _sentences(*sentences: str) -> str:
    return "\n".join(text.cut(text.plain(one), _LONGEST) for one in sentences if one)
