"""How the blocks of an index are searched for a word by its letters, see `tui.model.fuzzy`."""

import re
from operator import attrgetter

from tui.model.fuzzy import NOT_BEGUN, called
from tui.model.kind import Kind
from tui.model.resource import Node, Resource
from tui.model.shelf import UPPER, Block, Shelf
from tui.model.terms import Word, encoded, fuzzy
from tui.model.verdict import BlockVerdict, Verdict, in_short, settled


class Nearly:
    """A word whose letters are found in the names on the way to a row."""

    def __init__(self, word: Word) -> None:
        self._word = word.text
        self._fuzzy = fuzzy(word.text)
        self._patterns: dict[int, re.Pattern[bytes]] = {}

    def look(self, block: Block) -> BlockVerdict:
        """Where they are found in a block."""
        begun = NOT_BEGUN
        for part in block.prefix.casefold().split("/") if block.prefix else ():
            begun = self._fuzzy.through(part, begun)
        if begun & self._fuzzy.done:
            return True
        if not self._has_letters(block, self._word[begun.bit_length() - 1 :]):
            return False
        progress: dict[Kind, list[int]] = {}
        found: dict[Kind, Verdict] = {}
        for kind, shelf in block.shelves.items():
            inherits = kind is Kind.TASK and not shelf.orphans
            inherits |= kind is Kind.CONTAINER and not self._ends_there(shelf, progress, begun)
            if inherits:
                found[kind] = shelf.handed_down(found.get(UPPER[kind], False), orphans=False)
            elif kind is Kind.NODE:
                found[kind] = self._nodes(shelf, begun)
            else:
                so_far = self._read(block, kind, progress, begun)
                found[kind] = settled(bytes([one >= self._fuzzy.done for one in so_far]))
        return in_short(found)

    def _has_letters(self, block: Block, letters: str) -> bool:
        """Whether letters that are still to be found are there at all."""
        texts = [shelf.text for kind, shelf in block.shelves.items() if kind is not Kind.TASK]
        needed = map(encoded, set(letters) - {"/"})
        # a task under a service that is not listed has the service's name in its own line
        texts += [s.text for s in block.shelves.values() if s.orphans]
        return all(any(letter in text for text in texts) for letter in needed)

    def _read(
        self, block: Block, kind: Kind, progress: dict[Kind, list[int]], begun: int
    ) -> list[int]:
        """The progress of each row of a kind, which is read once, after that of the rows above."""
        if kind in progress or kind not in block.shelves:
            return progress.get(kind, [])
        shelf = block.shelves[kind]
        above = self._read(block, UPPER[kind], progress, begun) if kind in UPPER else []
        # those without a parent here begin where the place does; their number is the last one
        above = above + [begun] * (257 - len(above) if isinstance(shelf.above, bytes) else 1)
        before = [above[number] for number in shelf.above]
        if kind is Kind.TASK and shelf.orphans:
            before = self._tasks(block, shelf, before)
        elif kind not in {Kind.TASK, Kind.NODES}:
            names = map(_name, shelf.rows)
            before = list(map(self._fuzzy.through, names, before))
        progress[kind] = before
        return before

    def _ends_there(self, shelf: Shelf, progress: dict[Kind, list[int]], begun: int) -> bool:
        """Whether the word may end in a name of containers; there are few such names."""
        before = {begun, *progress.get(Kind.SERVICE, ()), *progress.get(Kind.TASK, ())}
        coded = shelf.coded("name", attrgetter("name"))
        if coded is None:
            return True
        names = [name.casefold() for name in coded[1]]
        through, done = self._fuzzy.through, self._fuzzy.done
        return any(through(name, p) >= done for p in before if p < done for name in names)

    def _nodes(self, shelf: Shelf, begun: int) -> Verdict:
        """Where the word ends in a node's name: found by a pattern, for these names are many."""
        found = bytearray(len(shelf.rows))
        number, read = -1, 0
        for hit in self._pattern(begun).finditer(shelf.text):
            number += shelf.text.count(b"\n", read, hit.start() + 1)
            read = hit.start() + 1
            name = _name(shelf.rows[number])
            found[number] = self._fuzzy.through(name, begun) >= self._fuzzy.done
        return settled(bytes(found))

    def _pattern(self, begun: int) -> re.Pattern[bytes]:
        """Finds the lines whose first word has the letters that are missing, in order.

        Letters of more than one byte are taken for found.
        """
        if begun not in self._patterns:
            letters = self._word[begun.bit_length() - 1 :].replace("/", "")
            each = [re.escape(encoded(letter)) for letter in letters if letter.isascii()]
            steps = b"".join(b"[^\n\x1f" + one + b"]*" + one for one in each)
            self._patterns[begun] = re.compile(b"\n" + steps)
        return self._patterns[begun]

    def _tasks(self, block: Block, shelf: Shelf, before: list[int]) -> list[int]:
        """Of tasks of which some hang under the cluster: their address knows the service."""
        found = []
        for row, so_far in zip(shelf.rows, before, strict=True):
            inside = row.address[len(block.prefix) + 1 :].casefold().split("/")
            progress = so_far
            for part in inside[:-1] if row.parent == block.prefix else ():
                progress = self._fuzzy.through(part, progress)
            found.append(progress)
        return found


def _name(row: Resource) -> str:
    if isinstance(row, Node):
        return called(row)
    part = row.name if row.kind is Kind.CONTAINER else row.address.rpartition("/")[2]
    return part.casefold()
