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
            upper = progress.get(UPPER[kind], []) if kind in UPPER else []
            if kind is Kind.NODE:
                found[kind] = self._nodes(shelf, begun)
            elif kind is Kind.CONTAINER and not self._ends_there(shelf, {*upper, begun}):
                found[kind] = shelf.handed_down(found.get(Kind.TASK, False), orphans=False)
            else:
                progress[kind] = self._read(block, kind, shelf, [*upper, begun])
                done = self._fuzzy.done
                found[kind] = settled(bytes([so_far >= done for so_far in progress[kind]]))
        return in_short(found)

    def _has_letters(self, block: Block, letters: str) -> bool:
        """Whether letters that are still to be found are there at all."""
        texts = [shelf.text for kind, shelf in block.shelves.items() if kind is not Kind.TASK]
        needed = map(encoded, set(letters) - {"/"})
        # a task under a service that is not listed has the service's name in its own line
        texts += [s.text for s in block.shelves.values() if s.orphans]
        return all(any(letter in text for text in texts) for letter in needed)

    def _read(self, block: Block, kind: Kind, shelf: Shelf, above: list[int]) -> list[int]:
        """The progress of each row, given that of the rows above and, at the end, of the place."""
        if isinstance(shelf.above, bytes):
            above = above[:-1] + above[-1:] * (257 - len(above))
        before = [above[number] for number in shelf.above]
        if kind is Kind.NODES:
            return before
        if kind is Kind.TASK:
            return before if not shelf.orphans else self._tasks(block, shelf, before)
        through = self._fuzzy.through
        return [through(_name(row), so_far) for row, so_far in zip(shelf.rows, before, strict=True)]

    def _ends_there(self, shelf: Shelf, before: set[int]) -> bool:
        """Whether a word that has come so far may end in a name of the shelf; they are few."""
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
