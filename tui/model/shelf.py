"""Where an index keeps resources: by the place they are in and by their kind.

A block holds what lies in one cluster, the nodes of one region, or (the block without a prefix)
everything above those. In it is one shelf for each kind, with the resources in the order of their
addresses and one text with a line for each. So a search looks through a few thousand texts, most
of them in vain, and not through hundreds of thousands; what a place says it says once; and a row
needs a line, a pointer and the number of its parent, no objects of its own.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.terms import line, searched
from tui.model.verdict import Verdict, settled

ADDRESS = attrgetter("address")
PARENT = attrgetter("parent")

UPPER = {
    Kind.REGION: Kind.ACCOUNT,
    Kind.CLUSTER: Kind.REGION,
    Kind.NODES: Kind.REGION,
    Kind.TASK: Kind.SERVICE,
    Kind.CONTAINER: Kind.TASK,
}
"""The kind of what is above a row in its own block."""

PLACE_DEPTH = 3
"""Parts of the address of a cluster."""

_FEW = 8
"""A shelf of which less than one in so many rows changes is patched, else made anew."""

_NOBODY = 255
"""The number of a parent that is not there, where numbers are bytes."""

_HIT, _HIT_LINE = b"\1", b"\2"
_NO_ROWS_OR_HITS = bytes(set(range(256)) - set(b"\n" + _HIT))
_AS_VERDICT = bytes.maketrans(b"\n" + _HIT_LINE, b"\0\1")

Changes = dict[str, Resource | None]
"""Resources that are new, by address; None is one that is gone."""


def prefix_of(resource: Resource) -> str:
    """The prefix of the block that a resource belongs in."""
    address = resource.address
    if resource.kind in _IN_CLUSTERS:
        region = address.find("/", address.find("/") + 1)
        end = address.find("/", region + 1)
        return address if end < 0 else address[:end]
    return address.rpartition("/")[0] if resource.kind is Kind.NODE else ""


_IN_CLUSTERS = frozenset({Kind.SERVICE, Kind.TASK, Kind.CONTAINER})


class Shelf:
    """The resources of one kind in one block."""

    __slots__ = ("_parents", "_remembered", "above", "orphans", "rows", "text")

    def __init__(self) -> None:
        self.rows: list[Resource] = []
        """By address. Another list whenever other addresses are in it, so that it may be kept."""
        self.text = b""
        """A line for each row, each begun by a line feed, as `terms.searched` makes it."""
        self.above: bytes | array[int] = b""
        """The number of each row's parent on the shelf above, the last of all (255 or -1) if it is
        not there."""
        self.orphans = False
        """Whether some parent is not there."""
        self._parents = 0
        self._remembered: dict[str, Any] = {}

    def at(self, address: str) -> int:
        """The number of the row with an address, -1 if there is none."""
        number = bisect_left(self.rows, address, key=ADDRESS)
        found = number < len(self.rows) and self.rows[number].address == address
        return number if found else -1

    def take(self, changes: Changes) -> bool:
        """Take in changes; says whether rows came, went, or say something else now."""
        self._remembered = {}
        told = {a: r for a, r in changes.items() if not self._is_like(a, r)}
        if len(told) * _FEW > len(self.rows):
            self._make(told)
        elif told:
            self._patch(told)
        return bool(told)

    def adopt(self, upper: "Shelf | None") -> None:
        """Find the parents of all rows on the shelf above."""
        rows = [] if upper is None else upper.rows
        small = len(rows) <= _NOBODY
        nobody = _NOBODY if small else -1
        numbers = {address: number for number, address in enumerate(map(ADDRESS, rows))}
        found = [numbers.get(parent, nobody) for parent in map(PARENT, self.rows)]
        self._parents = len(rows)
        self.above = bytes(found) if small else array("i", found)
        self.orphans = nobody in found

    def having(self, word: bytes) -> Verdict:
        """Which lines have a word in them."""
        if word not in self.text:
            return False
        # all but line feeds and hits is dropped; then a line is one byte, with a hit or without
        left = self.text.replace(word, _HIT).translate(None, _NO_ROWS_OR_HITS)
        return settled(left.replace(b"\n" + _HIT, _HIT_LINE).translate(_AS_VERDICT, _HIT))

    def handed_down(self, verdict: Verdict, orphans: bool) -> Verdict:
        """What holds of each row's parent, given what holds on the shelf above."""
        if isinstance(verdict, bool):
            if verdict == orphans or not self.orphans:
                return verdict
            verdict = bytes((verdict,)) * self._parents
        if isinstance(self.above, bytes):
            table = verdict.ljust(_NOBODY, b"\0") + bytes((orphans,))
            return settled(self.above.translate(table))
        return settled(bytes(map((verdict + bytes((orphans,))).__getitem__, self.above)))

    def coded(self, name: str, key: Callable[[Any], Any]) -> tuple[bytes, list[Any]] | None:
        """The number of each row's key, and the different keys; none if these are too many.

        Remembered under `name` until something on the shelf changes.
        """
        if name not in self._remembered:
            numbers: dict[Any, int] = {}
            found = [numbers.setdefault(one, len(numbers)) for one in map(key, self.rows)]
            few = len(numbers) <= _NOBODY
            self._remembered[name] = (bytes(found), list(numbers)) if few else None
        codes: tuple[bytes, list[Any]] | None = self._remembered[name]
        return codes

    def times(self, name: str, key: Callable[[Any], float]) -> "array[float]":
        """A time of each row, not a number if it is unknown; remembered just so."""
        if name not in self._remembered:
            known = (key(row) for row in self.rows)
            self._remembered[name] = array("d", [time or math.nan for time in known])
        times: array[float] = self._remembered[name]
        return times

    def _is_like(self, address: str, resource: Resource | None) -> bool:
        """Whether a change is none to the text; then it is made."""
        number = self.at(address)
        if number < 0 or resource is None:
            return number < 0 and resource is None
        before = self.rows[number]
        if before.parent != resource.parent or line(before) != line(resource):
            return False
        self.rows[number] = resource
        return True

    def _make(self, changes: Changes) -> None:
        known: Changes = {resource.address: resource for resource in self.rows}
        known.update(changes)
        self.rows = sorted((r for r in known.values() if r is not None), key=ADDRESS)
        self.text = searched([line(resource) for resource in self.rows])

    def _patch(self, changes: Changes) -> None:
        self.rows = list(self.rows)
        lines = self.text[1:].split(b"\n")
        for address, resource in changes.items():
            number = bisect_left(self.rows, address, key=ADDRESS)
            known = number < len(self.rows) and self.rows[number].address == address
            put = [] if resource is None else [resource]
            self.rows[number : number + known] = put
            lines[number : number + known] = [searched([line(r)])[1:] for r in put]
        self.text = b"".join([b"\n" + one for one in lines])


class Block:
    """What is in one place."""

    __slots__ = ("_versions", "path", "pending", "prefix", "shelves", "version")

    def __init__(self, prefix: str, versions: Iterator[int]) -> None:
        self._versions = versions
        self.prefix = prefix
        self.path = b""
        """What the way to the place says, as the lines of a text: every row has that in its own."""
        self.shelves: dict[Kind, Shelf] = {}
        """By kind, from above down; without empty ones."""
        self.pending: Changes = {}
        """What has changed and is not on the shelves yet."""
        self.version = next(versions)
        """Another number whenever anything changes, one that no block had before: a place may be
        gone and come again."""

    def settle(self) -> bool:
        """Bring the shelves up to date; says whether any text is different now."""
        different = set()
        for kind, changes in self._sorted().items():
            shelf = self.shelves.setdefault(kind, Shelf())
            if shelf.take(changes):
                different.add(kind)
        if self.pending:
            self.renew()
            self.pending = {}
        if different:
            self._adopt(different)
        return bool(different)

    def renew(self) -> None:
        """Say that something is different now."""
        self.version = next(self._versions)

    def upper(self, kind: Kind) -> Shelf | None:
        """The shelf above that of a kind."""
        above = UPPER.get(kind)
        return None if above is None else self.shelves.get(above)

    def size(self) -> int:
        """How many resources are on the shelves."""
        return sum(len(shelf.rows) for shelf in self.shelves.values())

    def get(self, address: str) -> Resource | None:
        """The resource with an address, when it is on a shelf."""
        for shelf in self.shelves.values():
            number = shelf.at(address)
            if number >= 0:
                return shelf.rows[number]
        return None

    def _sorted(self) -> dict[Kind, Changes]:
        """The pending changes by kind; what is gone may have been of any."""
        gone: Changes = {address: None for address, r in self.pending.items() if r is None}
        by_kind: dict[Kind, Changes] = {kind: dict(gone) for kind in self.shelves if gone}
        for address, resource in self.pending.items():
            if resource is not None:
                by_kind.setdefault(resource.kind, {})[address] = resource
        return by_kind

    def _adopt(self, different: set[Kind]) -> None:
        order = [kind for kind in Kind if kind in self.shelves and self.shelves[kind].rows]
        self.shelves = {kind: self.shelves[kind] for kind in order}
        for kind, shelf in self.shelves.items():
            if kind in different or UPPER.get(kind) in different:
                shelf.adopt(self.upper(kind))
