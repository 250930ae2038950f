"""Finds what a filter means in a fleet of any size, between two keystrokes.

What is on the shelves follows the store change by change; a search brings up to date only the
blocks that changed since the last one, and looks again only where the last one found something
(when the filter got longer) or where something changed (when it is the same).
"""

from itertools import count

from tui.model.columns import Lookup
from tui.model.filter import Filter
from tui.model.findings import Found, Part, Rows, addresses
from tui.model.fuzzy import can_be
from tui.model.search import Answers, look_for
from tui.model.shelf import PLACE_DEPTH, UPPER, Block, prefix_of
from tui.model.store import Change, Store
from tui.model.terms import Having, Nonsense, Tagged, Term, Word, line, searched
from tui.model.verdict import BlockVerdict, Verdict, both, both_on, on, opposite, opposite_on

_WAITING = 1024
"""Changes that wait for a search in a block, beside two for each row; more are taken in at once."""


class Index:
    """The resources of a store, laid out for searching. It belongs to the store's loop.

    `lookup` gives a resource by its address; `apply` hears of changes, the first of which is
    everything there is, as listeners of a store do.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._versions = count()
        self._top = Block("", self._versions)
        self._blocks: dict[str, Block] = {"": self._top}
        self._changed: dict[str, Block] = {}

    @classmethod
    def over(cls, store: Store) -> "Index":
        """An index of what is in a store now."""
        index = cls(store.get)
        index.apply(Change(put=tuple(store.below())))
        return index

    def apply(self, change: Change) -> None:
        """Take in a change; most of the work is left to the next search."""
        touched = {}
        for address in change.gone:
            for prefix in _prefixes(address):
                if prefix in self._blocks:
                    touched[prefix] = self._blocks[prefix]
                    touched[prefix].pending[address] = None
        for resource in change.put:
            prefix = prefix_of(resource)
            block = touched[prefix] = self._blocks.get(prefix) or Block(prefix, self._versions)
            self._blocks[prefix] = block
            block.pending[resource.address] = resource
        self._changed |= touched
        for block in touched.values():
            # or the comings and goings of a day would wait for a filter that nobody types
            if block is not self._top and len(block.pending) > _WAITING + 2 * block.size():
                block.settle()

    def settle(self, most: int | None = None) -> bool:
        """Take in what waits, at most about `most` resources; says whether more is left.

        A search does all of it first. To do it in idle moments makes the next search quicker.
        """
        if self._top.settle():
            for block in self._blocks.values():
                self._find_path(block)
        done = 0
        for prefix, block in list(self._changed.items()):
            if most is not None and done >= most:
                break
            done += len(block.pending)
            self._settle(block)
            del self._changed[prefix]
        return bool(self._changed)

    @property
    def backlog(self) -> int:
        """How many changes wait for a search."""
        return sum(len(block.pending) for block in self._changed.values())

    def search(self, wanted: Filter, *, within: Found | None = None) -> Found:
        """Everything that a filter means.

        `within` is what an earlier search found, for this or another filter: what it knows is
        used as far as it is still true.
        """
        self.settle()
        found = Found(wanted, self._lookup)
        if any(isinstance(term, Nonsense) for term in wanted.wanted):
            found.answers = {term: Answers(lambda _: False, nearly=False) for term in wanted.wanted}
            return found
        for term in wanted.wanted:
            found.answers[term] = self._answers(term, within)
        for term in wanted.unwanted:
            found.refused[term] = self._begin(term, within, nearly=False)
        same = within is not None and _same(within, found)
        yes = [found.answers[term] for term in wanted.wanted]
        no = [found.refused[term] for term in wanted.unwanted]
        roofs: set[str] = set()
        for prefix, block in self._blocks.items():
            roof = prefix != "" and _roof(block) in roofs
            old = within.parts.get(prefix) if within is not None and same else None
            if old is None or (old.version, old.roof) != (block.version, roof):
                old = self._part(block, _verdict(block, yes, no), roof=roof)
            found.parts[prefix] = old
            if prefix == "":
                roofs = addresses([old.matched])
        found.forget_others()
        return found

    def _settle(self, block: Block) -> None:
        block.settle()
        if not block.path:
            self._find_path(block)
        if not block.shelves and block is not self._top:
            del self._blocks[block.prefix]

    def _find_path(self, block: Block) -> None:
        parts = block.prefix.split("/")
        ways = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        above = (self._top.get(way) for way in ways)
        said = searched([block.prefix, *(line(one) for one in above if one)])
        if said != block.path:
            block.path = said
            block.renew()

    def _answers(self, term: Term, within: Found | None) -> Answers:
        """Where a word holds; a plain one that is nowhere is looked for by its letters."""
        answers = self._begin(term, within, nearly=False)
        if not isinstance(term, Word) or not can_be(term.text):
            return answers
        if any(answers.on(block) is not False for block in self._blocks.values()):
            return answers
        near = self._begin(term, within, nearly=True)
        near.exactly = answers
        return near

    def _begin(self, term: Term, within: Found | None, *, nearly: bool) -> Answers:
        answers = Answers(look_for(term, self._lookup, nearly=nearly), nearly=nearly)
        if within is None or not isinstance(term, Word | Having | Tagged):
            return answers  # what the clock decides is never old news
        for other, known in (*within.answers.items(), *within.refused.items()):
            old = known if nearly else known.exactly
            if old.nearly != nearly:
                continue
            if other == term:
                answers.known = dict(old.known)
            elif term.narrows(other):
                answers.wider.append(old)
        return answers

    def _part(self, block: Block, verdict: BlockVerdict, *, roof: bool) -> Part:
        if verdict is False:
            return Part(block.version, roof, [], [])
        matched: Rows = []
        tops: Rows = []
        for kind, shelf in block.shelves.items():
            holds = on(verdict, kind)
            if holds is False:
                continue
            above: Verdict = roof
            if block.upper(kind) is not None:
                above = shelf.handed_down(on(verdict, UPPER[kind]), orphans=roof)
            top = both(holds, opposite(above))
            matched.append((shelf.rows, holds))
            if top is not False:
                tops.append((shelf.rows, top))
        return Part(block.version, roof, matched, tops)


def _verdict(block: Block, wanted: list[Answers], unwanted: list[Answers]) -> BlockVerdict:
    kinds = block.shelves
    verdict: BlockVerdict = True
    for answers in wanted:
        verdict = both_on(kinds, verdict, answers.on(block))
        if verdict is False:
            return False
    for answers in unwanted:
        verdict = both_on(kinds, verdict, opposite_on(kinds, answers.on(block)))
        if verdict is False:
            return False
    return verdict


def _prefixes(address: str) -> tuple[str, ...]:
    """Of the blocks in which there may be something with an address, whatever its kind."""
    parts = address.split("/", PLACE_DEPTH)
    if len(parts) > PLACE_DEPTH:
        return ("/".join(parts[:PLACE_DEPTH]),)
    return ("", "/".join(parts[:-1]), address) if len(parts) > 1 else ("",)


def _same(one: Found, other: Found) -> bool:
    """Whether both look for the same words in the same way: a word that was part of some text may
    be so no longer, and then it is looked for by its letters, in all blocks."""
    if (one.filter.wanted, one.filter.unwanted) != (other.filter.wanted, other.filter.unwanted):
        return False
    return all(one.answers[term].nearly == other.answers[term].nearly for term in one.answers)


def _roof(block: Block) -> str:
    """The address of what a block hangs under: its cluster, or its group of nodes."""
    first = next(iter(block.shelves.values())).rows[0]
    return first.parent if block.prefix.count("/") < 2 else block.prefix
