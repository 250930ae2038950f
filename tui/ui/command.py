"""What a command is: the columns of the table in `tui.ui.commands`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from tui.model.abilities import Ability
from tui.ui.browser import Browser


class Group(StrEnum):
    """Where a command stands in the help."""

    MOVE = "Move"
    ENTER = "Step inside"
    SESSION = "In a session"
    LOOK = "Look and find"
    PROGRAM = "Program"


Action = Callable[[Browser], Awaitable[None] | None]
"""What a command does. It raises `Trouble` when it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that a person can ask for."""

    id: str
    keys: str
    """Textual's names, with commas; empty for a key that a terminal handles itself."""
    shown: str
    """The keys as help and README print them."""
    title: str
    """One or two words, for the footer and the palette."""
    help: str
    """One line."""
    group: Group
    run: Action | None = None
    ability: Ability | None = None
    """What the row under the cursor must be able to do."""
    needs_row: bool = False
    needs_backstage: bool = False
    dangerous: bool = False
    """Whether it asks before it acts."""
    footer: int = 0
    """Its place in the footer, the smallest first; 0 for none."""
    listed: bool = True
    """Whether help, palette and README name it."""
