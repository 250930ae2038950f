"""Which of many rows something holds of: of all, of none, or of those with a 1 in a row of bytes.

Rows of bytes are combined as whole numbers, which costs next to nothing.
"""

from collections.abc import Collection, Iterable
from itertools import compress
from typing import TypeVar

from tui.model.kind import Kind

Verdict = bool | bytes
"""True for all rows, False for none; else a byte for each row, 1 where it holds."""

_OTHER = bytes.maketrans(b"\0\1", b"\1\0")

BlockVerdict = bool | dict[Kind, Verdict]
"""What holds in a block of shelves: everywhere, nowhere, or on each (False if not named)."""

Row = TypeVar("Row")


def settled(rows: bytes) -> Verdict:
    """The same, said in one word where that can be."""
    if 1 not in rows:
        return False
    return rows if 0 in rows else True


def both(one: Verdict, other: Verdict) -> Verdict:
    """Where the one and the other hold."""
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    together = int.from_bytes(one, "little") & int.from_bytes(other, "little")
    return settled(together.to_bytes(len(one), "little"))


def either(one: Verdict, other: Verdict) -> Verdict:
    """Where the one or the other holds."""
    if isinstance(one, bool):
        return True if one else other
    if isinstance(other, bool):
        return True if other else one
    together = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return settled(together.to_bytes(len(one), "little"))


def opposite(one: Verdict) -> Verdict:
    """Where it does not hold."""
    return not one if isinstance(one, bool) else one.translate(_OTHER)


def count(one: Verdict, rows: int) -> int:
    """Of how many of that many rows it holds."""
    return rows * one if isinstance(one, bool) else one.count(1)


def chosen(one: Verdict, rows: Iterable[Row]) -> Iterable[Row]:
    """The rows of which it holds."""
    if isinstance(one, bool):
        return rows if one else ()
    return compress(rows, one)


def on(verdict: BlockVerdict, kind: Kind) -> Verdict:
    """What holds on one shelf."""
    return verdict if isinstance(verdict, bool) else verdict.get(kind, False)


def both_on(kinds: Collection[Kind], one: BlockVerdict, other: BlockVerdict) -> BlockVerdict:
    """Where the one and the other hold, given the kinds that there are in the block."""
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    return in_short({kind: both(on(one, kind), on(other, kind)) for kind in kinds})


def opposite_on(kinds: Collection[Kind], one: BlockVerdict) -> BlockVerdict:
    """Where it does not hold, given the kinds that there are in the block."""
    if isinstance(one, bool):
        return not one
    return in_short({kind: opposite(on(one, kind)) for kind in kinds})


def in_short(found: dict[Kind, Verdict]) -> BlockVerdict:
    """The same, said in one word where nothing is found."""
    for verdict in found.values():
        if verdict is not False:
            return found
    return False
