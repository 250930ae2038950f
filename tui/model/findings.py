"""What a search has found, kept small until somebody asks for all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from tui.model.columns import Lookup
from tui.model.filter import Filter
from tui.model.resource import FLEET, Resource
from tui.model.search import Answers
from tui.model.shelf import ADDRESS, PARENT
from tui.model.terms import Term, Word
from tui.model.verdict import Verdict, chosen, count

Rows = list[tuple[list[Resource], Verdict]]
"""Rows of shelves, and which of them are meant."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was found in one block."""

    version: int
    """The block's, at that time."""
    roof: bool
    """Whether what the block hangs under matches."""
    matched: Rows
    tops: Rows


class Found:
    """What a filter means, as it was when it was searched."""

    def __init__(self, wanted: Filter, lookup: Lookup) -> None:
        self.filter = wanted
        self.parts: dict[str, Part] = {}
        """What was found in each block, by prefix."""
        self.answers: dict[Term, Answers] = {}
        """Where each of the words that must hold does."""
        self.refused: dict[Term, Answers] = {}
        """Where each of the words that must not hold does."""
        self._lookup = lookup

    def __bool__(self) -> bool:
        return any(part.matched for part in self.parts.values())

    @cached_property
    def count(self) -> int:
        """How many topmost matches there are."""
        return sum(count(v, len(rows)) for p in self.parts.values() for rows, v in p.tops)

    @cached_property
    def matched(self) -> set[str]:
        """The addresses of everything that matches."""
        return addresses(part.matched for part in self.parts.values())

    @cached_property
    def tops(self) -> set[str]:
        """The addresses of what matches and does not hang under a match."""
        return addresses(part.tops for part in self.parts.values())

    @cached_property
    def ways(self) -> set[str]:
        """The addresses of all that is above the topmost matches."""
        ways: set[str] = set()
        level: set[str] = set()
        for part in self.parts.values():
            for rows, verdict in part.tops:
                level.update(map(PARENT, chosen(verdict, rows)))
        while level := level - ways - {FLEET}:
            ways |= level
            level = set(map(PARENT, filter(None, map(self._lookup, level))))
        return ways

    def forget_others(self) -> None:
        """Let go of what earlier searches found, once it was used."""
        for answers in (*self.answers.values(), *self.refused.values()):
            answers.wider = []
            answers.exactly.wider = []

    def fits(self, resource: Resource) -> bool:
        """Whether a resource, which may be a newer one, matches."""
        if any(term.holds(resource, self._lookup) for term in self.filter.unwanted):
            return False
        return all(self._holds(term, resource) for term in self.filter.wanted)

    def _holds(self, term: Term, resource: Resource) -> bool:
        if term.holds(resource, self._lookup):
            return True
        return isinstance(term, Word) and self.answers[term].nearly and term.holds_nearly(resource)


def addresses(found: Iterable[Rows]) -> set[str]:
    """The addresses of what is meant."""
    chosen_rows = (chosen(verdict, rows) for rows, verdict in chain.from_iterable(found))
    return set(map(ADDRESS, chain.from_iterable(chosen_rows)))
