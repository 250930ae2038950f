"""The prefix: the one key that the remote does not get, and what follows it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual.keys import format_key
from textual.message import Message

FIRST_PREFIX = "ctrl+right_square_bracket"
SECOND_PREFIX = "f12"
"""For keyboard layouts on which ctrl+] is hard to reach."""

CANCEL = "space"


@dataclass(frozen=True, slots=True)
class PrefixKey:
    """Keys that may follow the prefix, how the hint calls them, and the message they post."""

    keys: tuple[str, ...]
    label: str
    message: Callable[[str], Message]


class Prefix:
    """Whether the prefix was pressed, and what the next key means."""

    def __init__(self, prefixes: Iterable[str], table: Iterable[PrefixKey]) -> None:
        self.keys = tuple(prefixes)
        self.active = False
        self._table = tuple(table)
        self._messages = {key: entry.message for entry in self._table for key in entry.keys}

    def message(self, key: str) -> Message | None:
        """What a key means after the prefix, if anything."""
        make = self._messages.get(key)
        return make(key) if make else None

    @property
    def hint(self) -> str:
        """One line about all the keys that may follow."""
        labels = [entry.label for entry in self._table]
        return " · ".join([*labels, f"{spoken(self.keys[0])} itself", "space stay"])


def spoken(key: str) -> str:
    """A key's name as people say it, such as ctrl+]."""
    *modifiers, name = key.split("+")
    return "+".join([*modifiers, format_key(name)])
