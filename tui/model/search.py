"""How one word of a filter is looked for in the blocks of an index, as fast as its sort allows."""

from collections.abc import Callable
from itertools import repeat
from operator import attrgetter
from typing import Any

from tui.model.columns import AGE, STARTED, TAG, Key, Lookup
from tui.model.kind import Kind
from tui.model.nearly import Nearly
from tui.model.shelf import ADDRESS, UPPER, Block, Shelf
from tui.model.terms import COMPARE, Aged, Having, Tagged, Term, Word, encoded
from tui.model.verdict import BlockVerdict, Verdict, either, in_short, settled

Fits = Callable[[Key], bool]
"""Whether the key of a row means what is looked for."""

Look = Callable[[Block], BlockVerdict]


def look_for(term: Term, lookup: Lookup, *, nearly: bool) -> Look:
    """How to look for a word in a block; `nearly` is by its letters."""
    if isinstance(term, Word):
        return Nearly(term).look if nearly else _Exactly(term).look
    if isinstance(term, Having):
        return _Column(term, lookup).look
    if isinstance(term, Tagged):
        return _Tags(term).look
    return _Age(term).look if isinstance(term, Aged) else _nowhere


def _nowhere(_: Block) -> BlockVerdict:
    return False


class Answers:
    """Where one word holds, block by block."""

    def __init__(self, look: Look, *, nearly: bool) -> None:
        self.nearly = nearly
        """Whether it was looked for by its letters."""
        self.exactly: Answers = self
        """Where it is part of a text."""
        self.known: dict[str, tuple[int, BlockVerdict]] = {}
        """By prefix: the block's version, and the verdict."""
        self.wider: list[Answers] = []
        """Answers for words that hold wherever this one does."""
        self._look = look

    def on(self, block: Block) -> BlockVerdict:
        """Where it holds in a block."""
        known = self.known.get(block.prefix)
        if known is None or known[0] != block.version:
            verdict = False if self._in_vain(block) else self._look(block)
            known = self.known[block.prefix] = block.version, verdict
        return known[1]

    def _in_vain(self, block: Block) -> bool:
        nothing = (block.version, False)
        return any(wide.known.get(block.prefix) == nothing for wide in self.wider)


class _Exactly:
    """A word that is part of a text. What a row's text has, the rows under it have in theirs."""

    def __init__(self, word: Word) -> None:
        self._text = word.text
        self._word = encoded(word.text)
        parts = self._word.split(b"/")
        self._inner = len(parts) > 1
        self._first, self._last = parts[0], parts[-1]

    def look(self, block: Block) -> BlockVerdict:
        word = self._word
        if word in block.path:
            return True
        found: dict[Kind, Verdict] = {}
        for kind, shelf in block.shelves.items():
            verdict = shelf.having(word)
            if self._inner and self._may_end_in(kind, shelf, block):
                in_addresses = [self._text in a.casefold() for a in map(ADDRESS, shelf.rows)]
                verdict = either(verdict, settled(bytes(in_addresses)))
            above = found.get(UPPER[kind], False) if kind in UPPER else False
            if above is not False:
                verdict = either(verdict, shelf.handed_down(above, orphans=False))
            found[kind] = verdict
        return in_short(found)

    def _may_end_in(self, kind: Kind, shelf: Shelf, block: Block) -> bool:
        """Whether an address of the shelf may end a match that begins further up: what is before
        the first `/` must end a part of an address, and what is after the last begin one."""
        starts = [
            b"\n",
            *([b"/"] if shelf.orphans else []),
            *([b"\x1f"] if kind is Kind.NODE else []),
        ]
        if not any(start + self._last in shelf.text for start in starts):
            return False
        if self._first + b"/" in encoded(f"{block.prefix}/".casefold()):
            return True
        ends = [self._first + bytes((end,)) for end in b"\n/\x1f"]
        above = block.upper(kind)
        texts = [one.text for one in (above, above and block.upper(UPPER[kind])) if one]
        texts += [shelf.text] if shelf.orphans else []
        return any(text.endswith(self._first) or any(e in text for e in ends) for text in texts)


class _Column:
    """A value in a column: looked for once in each different value where there are few."""

    def __init__(self, term: Having, lookup: Lookup) -> None:
        self._term = term
        self._column = term.place
        self._lookup = lookup
        self._known: dict[Kind, _Known] = {}

    def look(self, block: Block) -> BlockVerdict:
        if self._column.depth and block.prefix:
            first = next(iter(block.shelves.values())).rows[0]
            return self._term.holds(first, self._lookup)
        found: dict[Kind, Verdict] = {}
        for kind, shelf in block.shelves.items():
            if self._column.lent and kind is Kind.CONTAINER:
                found[kind] = shelf.handed_down(found.get(Kind.TASK, False), orphans=False)
            else:
                found[kind] = self._on(kind, shelf)
        return in_short(found)

    def _on(self, kind: Kind, shelf: Shelf) -> Verdict:
        column = self._column
        if column.depth:
            return settled(bytes([self._term.holds(r, self._lookup) for r in shelf.rows]))
        key = column.keys.get(kind)
        if key is None:
            return False
        if column.varied:
            return self._one_by_one(shelf, key)
        if kind not in self._known:
            self._known[kind] = _Known(column.words, self._term.fits)
        known = self._known[kind]
        if column.name == "kind":
            return known[kind]
        return _by_key(shelf, column.name, key, known.__getitem__)

    def _one_by_one(self, shelf: Shelf, key: Callable[[Any], str]) -> Verdict:
        value = self._term.value
        if not value:
            return settled(bytes(map(bool, map(key, shelf.rows))))
        near = shelf.having(encoded(value)) if self._column.in_line else True
        if near is False:
            return False
        hits = near if isinstance(near, bytes) else repeat(1, len(shelf.rows))
        rows = zip(hits, shelf.rows, strict=True)
        if self._term.exact:
            found = [hit and value == key(row).casefold() for hit, row in rows]
        else:
            found = [hit and value in key(row).casefold() for hit, row in rows]
        return settled(bytes(found))


class _Known(dict[Key, bool]):
    """Verdicts by key, each found when it is first asked for."""

    def __init__(self, words: Callable[[Key], Any], fits: Callable[[Any], bool]) -> None:
        super().__init__()
        self._words = words
        self._fits = fits

    def __missing__(self, key: Key) -> bool:
        verdict = self[key] = self._fits(self._words(key))
        return verdict


class _Tags:
    """A tag: looked for once in each different set of tags on a shelf."""

    def __init__(self, term: Tagged) -> None:
        self._known = _Known(lambda tags: tags, term.fits)

    def look(self, block: Block) -> BlockVerdict:
        found: dict[Kind, Verdict] = {}
        for kind, shelf in block.shelves.items():
            if kind is Kind.CONTAINER:
                found[kind] = shelf.handed_down(found.get(Kind.TASK, False), orphans=False)
            elif kind in _TAGGED:
                found[kind] = _by_key(shelf, TAG, attrgetter("tags"), self._known.__getitem__)
        return in_short(found)


_TAGGED = frozenset({Kind.CLUSTER, Kind.SERVICE, Kind.TASK, Kind.NODE})


def _by_key(shelf: Shelf, name: str, key: Callable[[Any], Key], fits: Fits) -> Verdict:
    """Whether the key of each row fits; the rows are not touched when their keys are known."""
    coded = shelf.coded(name, key)
    if coded is None:
        return settled(bytes(map(fits, map(key, shelf.rows))))
    codes, keys = coded
    verdicts = bytes(map(fits, keys))
    if 1 not in verdicts:
        return False
    return settled(codes.translate(verdicts.ljust(256, b"\0"))) if 0 in verdicts else True


class _Age:
    """An age, compared."""

    def __init__(self, term: Aged) -> None:
        self._compare = COMPARE[term.sign]
        self._since = term.since

    def look(self, block: Block) -> BlockVerdict:
        return in_short(
            {
                kind: settled(bytes(map(self._compare, shelf.times(AGE, key), repeat(self._since))))
                for kind, shelf in block.shelves.items()
                if (key := STARTED.get(kind)) is not None
            }
        )
