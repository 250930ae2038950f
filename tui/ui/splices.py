"""What differs between two orders of siblings: the fewest of them that must be moved."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Splices:
    """Siblings to take out, then siblings to put in, as stretches `[start, stop)`."""

    out: list[tuple[int, int]]
    """Of the list before."""
    into: list[tuple[int, int]]
    """Of the list after; what stands in front of a stretch is there when its turn comes."""


def splices(before: Sequence[str], after: Sequence[str]) -> Splices:
    """How `before` becomes `after`; each holds an item once at most."""
    head = _common(before, after)
    tail = _common(
        before[: head - 1 if head else None : -1], after[: head - 1 if head else None : -1]
    )
    old = before[head : len(before) - tail]
    new = after[head : len(after) - tail]
    staying = _staying(old, new)
    return Splices(list(_others(old, staying, head)), list(_others(new, staying, head)))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items two lists share at their start."""
    shortest = min(len(one), len(other))
    start, step = 0, 256
    while start < shortest and one[start : start + step] == other[start : start + step]:
        start += step
    for index in range(start, min(start + step, shortest)):
        if one[index] != other[index]:
            return index
    return shortest


def _staying(old: Sequence[str], new: Sequence[str]) -> frozenset[str] | set[str]:
    """The most items that are in both and in the same order."""
    if not old or not new:
        return frozenset()
    places = {item: place for place, item in enumerate(new)}
    both = [item for item in old if item in places]
    order = [places[item] for item in both]
    if order == sorted(order):
        return set(both)
    return {new[place] for place in _rising(order)}


def _rising(numbers: Sequence[int]) -> Iterator[int]:
    """The longest rising part of different numbers, from its end."""
    ends: list[int] = []
    ends_at: list[int] = []
    previous: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        previous.append(ends_at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            ends_at.append(at)
        else:
            ends[length], ends_at[length] = number, at
    at = ends_at[-1]
    while at >= 0:
        yield numbers[at]
        at = previous[at]


def _others(
    items: Sequence[str], staying: frozenset[str] | set[str], offset: int
) -> Iterator[tuple[int, int]]:
    """The stretches of items that do not stay."""
    start = -1
    for index, item in enumerate(items):
        if item in staying:
            if start >= 0:
                yield offset + start, offset + index
            start = -1
        elif start < 0:
            start = index
    if start >= 0:
        yield offset + start, offset + len(items)
