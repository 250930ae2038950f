"""A long list of different strings that finds each of them by itself, and is cheap to change.

The list is cut into blocks of some hundred items. To find, add or remove an item touches one
block or two, however long the list is. A long stretch is removed by unhooking its blocks; what is
remembered of their items is tidied away later, in steps.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

LARGEST = 512
"""Items in a block, at most."""

_FILLED = 384
"""Items in a block that is made of many new ones: some may be added before it is cut."""

_SMALL = 128
"""Items below which a block is joined to its neighbour."""


class _Block:
    """A stretch of the list."""

    __slots__ = ("items", "number")

    def __init__(self, items: list[str]) -> None:
        self.items = items
        self.number = -1
        """Its place among the blocks; -1 when it is in the list no more."""


class Blocks:
    """A list of different strings."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._where: dict[str, _Block] = {}
        self._starts: list[int] | None = []
        """The index of each block's first item; None while that must be counted anew."""
        self._length = 0
        self._loose: list[_Block] = []
        """Blocks that are in the list no more, but are still remembered for their items."""

    def __len__(self) -> int:
        return self._length

    def __contains__(self, item: str) -> bool:
        block = self._where.get(item)
        return block is not None and block.number >= 0

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < self._length:
            raise IndexError(index)
        starts = self._counted()
        number = bisect_right(starts, index) - 1
        return self._blocks[number].items[index - starts[number]]

    def stretch(self, start: int, stop: int) -> list[str]:
        """The items from one index up to another."""
        stop = min(stop, self._length)
        found: list[str] = []
        if start < stop:
            starts = self._counted()
            number = bisect_right(starts, start) - 1
            offset = start - starts[number]
            while len(found) < stop - start:
                found += self._blocks[number].items[offset : offset + stop - start - len(found)]
                number, offset = number + 1, 0
        return found

    def index(self, item: str) -> int:
        """Where an item is; raises KeyError when it is not there."""
        block = self._block(item)
        return self._counted()[block.number] + block.items.index(item)

    def insert_after(self, item: str | None, fresh: Sequence[str]) -> None:
        """Add items behind another, or at the start. None of them may be there already."""
        if not fresh:
            return
        if not self._blocks:
            self._hook(0, [_Block([])])
        block = self._blocks[0] if item is None else self._block(item)
        at = 0 if item is None else block.items.index(item) + 1
        self._length += len(fresh)
        self._starts = None
        if len(block.items) + len(fresh) <= LARGEST:
            block.items[at:at] = fresh
            self._where.update(dict.fromkeys(fresh, block))
            return
        rest = [*block.items[:at], *fresh, *block.items[at:]]
        pieces = _pieces(len(rest))
        block.items = rest[: pieces[0]]
        others = [
            _Block(rest[start:stop])
            for start, stop in zip(pieces, [*pieces[1:], len(rest)], strict=True)
        ]
        for one in (block, *others):
            self._where.update(dict.fromkeys(one.items, one))
        self._hook(block.number + 1, others)

    def remove(self, first: str, last: str) -> list[str]:
        """Take out all items from one to another, both of them too.

        Says which of them are forgotten already; `tidy` will tell of the others.
        """
        head, tail = self._block(first), self._block(last)
        start, stop = head.items.index(first), tail.items.index(last) + 1
        self._starts = None
        if head is tail:
            gone = self._cut(head, start, stop)
            self._join(head.number)
            return gone
        between = self._blocks[head.number + 1 : tail.number]
        numbers = head.number + 1, tail.number
        gone = self._cut(head, start, len(head.items)) + self._cut(tail, 0, stop)
        self._unhook(*numbers)
        self._length -= sum(len(block.items) for block in between)
        self._loose += between
        self._join(head.number)
        return gone

    def clear(self) -> None:
        """Take out everything."""
        self._loose += self._blocks
        self._unhook(0, len(self._blocks))
        self._length = 0
        self._starts = None

    @property
    def untidy(self) -> bool:
        """Whether items are remembered that were removed."""
        return bool(self._loose)

    def tidy(self) -> Iterable[str]:
        """Forget some hundred items that were removed, and say which."""
        if not self._loose:
            return ()
        block = self._loose.pop()
        gone = [item for item in block.items if self._where[item] is block]
        for item in gone:
            del self._where[item]
        return gone

    def __iter__(self) -> Iterator[str]:
        for block in self._blocks:
            yield from block.items

    def _block(self, item: str) -> _Block:
        block = self._where[item]
        if block.number < 0:
            raise KeyError(item)
        return block

    def _counted(self) -> list[int]:
        if self._starts is None:
            lengths = [len(block.items) for block in self._blocks]
            self._starts = list(accumulate(lengths[:-1], initial=0)) if lengths else []
        return self._starts

    def _cut(self, block: _Block, start: int, stop: int) -> list[str]:
        gone = block.items[start:stop]
        for item in gone:
            del self._where[item]
        self._length -= stop - start
        del block.items[start:stop]
        return gone

    def _join(self, number: int) -> None:
        """Drop a block that is empty, or put it together with a small neighbour."""
        for at in (number, number - 1):
            if not 0 <= at < len(self._blocks) - 1:
                continue
            block, after = self._blocks[at : at + 2]
            if len(block.items) + len(after.items) < _SMALL or not (block.items and after.items):
                self._where.update(dict.fromkeys(after.items, block))
                block.items += after.items
                self._unhook(at + 1, at + 2)
        if len(self._blocks) == 1 and not self._blocks[0].items:
            self._unhook(0, 1)

    def _hook(self, number: int, fresh: list[_Block]) -> None:
        self._blocks[number:number] = fresh
        self._number_from(number)

    def _unhook(self, start: int, stop: int) -> None:
        for block in self._blocks[start:stop]:
            block.number = -1
        del self._blocks[start:stop]
        self._number_from(start)

    def _number_from(self, start: int) -> None:
        for number in range(start, len(self._blocks)):
            self._blocks[number].number = number


def _pieces(length: int) -> list[int]:
    """Where to cut a list of that length, into pieces of about the same size."""
    parts = -(-length // _FILLED)
    return [length * part // parts for part in range(1, parts)] if parts > 1 else [length // 2]
