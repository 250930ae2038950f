"""What the panes around the tree say about the row under the cursor."""

from tui.errors import Trouble
from tui.model.abilities import Ability
from tui.model.kind import Kind
from tui.ui import commands
from tui.ui.browser import Browser
from tui.ui.widgets.details import Seen
from tui.ui.widgets.key_bar import Hint, Hints
from tui.ui.widgets.session_tabs import State

_ENTERED = frozenset({Kind.SERVICE, Kind.TASK, Kind.CONTAINER, Kind.NODE})
"""Kinds of which it is worth saying why a shell cannot start."""


def seen(browser: Browser) -> Seen | None:
    """What the details tell; None when nothing is under the cursor."""
    resource = browser.resource
    if resource is None:
        return None
    below = browser.store.sum(resource.address)
    listing = browser.store.freshness(resource.address)
    if resource.kind not in _ENTERED:
        return Seen(resource, below, listing)
    try:
        target = browser.target(Ability.SHELL)
    except Trouble as refusal:
        return Seen(resource, below, listing, refusal=refusal)
    return Seen(resource, below, listing, target=target)


def tree_hints(browser: Browser, about: Seen | None) -> Hints:
    """The keys that work in the tree now."""
    refusal = about.refusal if about is not None else None
    reason = f"s: {refusal.what}" if refusal is not None else ""
    keys = [Hint(command.shown, command.title) for command in commands.footer(browser)]
    if browser.sessions.count:
        keys.insert(min(len(keys), 4), Hint("1…9", "sessions"))
    return Hints(keys, reason=reason)


def session_hints(prefix: str, state: State) -> Hints:
    """The keys that the terminal keeps for itself, or that do something when there is none."""
    if state not in {State.LIVE, State.RECONNECTING}:
        close = "give up" if state is State.OPENING else "close"
        keys = (("enter", close), ("esc", "tree"), ("tab", "next"))
        return Hints([Hint(key, title) for key, title in keys], lead=state)
    after = (("esc", "tree"), ("q", "close"), ("tab", "next"), ("z", "full screen"))
    return Hints([Hint(key, title) for key, title in after], lead=f"{prefix} then")


FILTER_HINTS = Hints(
    (Hint("enter", "keep"), Hint("esc", "clear"), Hint("↑ ↓", "from match to match")), lead="filter"
)
"""The keys while a filter is typed."""
