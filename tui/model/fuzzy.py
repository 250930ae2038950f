"""Words that are no part of any text, found by their letters in order: `pmtapi` is payments/api.

Only readable names are looked at, never identifiers: among hexadecimal digits every short word is
found somewhere. And letters are not found just anywhere: each word of a name that takes part
does so with its first letter. `/` goes down to the next name. A word with a digit in it is not
looked for in this way: whoever types a number means that number.
"""

import re
from collections.abc import Iterable, Iterator

from tui.model.kind import Kind
from tui.model.resource import Node, Resource

NOT_BEGUN = 1
"""The progress before anything was read: a set of numbers of letters found, as bits."""


_WORDS = re.compile(r"(?:[^\W\d_]+|\d+)[\W_]*")
"""The words of a name, each with what is between it and the next; a number is one."""


_NO_DIGITS = str.maketrans(dict.fromkeys("0123456789", "-"))
"""Numbered names are one name, as far as letters go."""


def can_be(word: str) -> bool:
    """Whether a word may be looked for by its letters."""
    return not any(letter.isdigit() for letter in word)


class Fuzzy:
    """One word, looked for in names on the way down to a resource; see `can_be`."""

    def __init__(self, word: str) -> None:
        self.done = 1 << len(word)
        """The bit of a progress that says that all letters were found."""
        self._places: dict[str, int] = {}
        for number, letter in enumerate(word):
            self._places[letter] = self._places.get(letter, 0) | 1 << number
        self._known: dict[tuple[str, int], int] = {}

    def through(self, name: str, progress: int) -> int:
        """The progress after `name`, in lower case, when there was `progress` before it."""
        if progress & self.done:
            return progress
        name = name.translate(_NO_DIGITS)
        known = self._known.get((name, progress))
        if known is None:
            known = self._known[name, progress] = self._read(name, progress)
        return known

    def found(self, names: Iterable[str]) -> bool:
        """Whether the word is found in these names, one below the other."""
        progress = NOT_BEGUN
        for name in names:
            progress = self.through(name, progress)
        return bool(progress & self.done)

    def _read(self, name: str, progress: int) -> int:
        progress |= (progress & self._places.get("/", 0)) << 1
        places = self._places
        for word in _WORDS.findall(name):
            live = (progress & places.get(word[0], 0)) << 1
            if live:
                for letter in word[1:]:
                    live |= (live & places.get(letter, 0)) << 1
                progress |= live
        return progress


def readable(resource: Resource) -> Iterator[str]:
    """The names that a person reads on the way down to a resource, in lower case."""
    parts = resource.address.casefold().split("/")
    if resource.kind in {Kind.TASK, Kind.NODES}:
        return iter(parts[:-1])
    if resource.kind is Kind.CONTAINER:
        return iter((*parts[:-2], resource.name.casefold()))
    return iter((*parts[:-1], called(resource)) if isinstance(resource, Node) else parts)


def called(node: Node) -> str:
    """The name of a node in lower case; empty if it has only an identifier."""
    return "" if node.name == node.instance_id else node.name.casefold()
