"""The last known fleet in a file, so that the next start can paint it at once.

The file is a cache: bounded, mode 0600, without any secret (no credentials, no session, nothing
that was typed or shown). It begins with a line that names its form and the fields of every
resource, so that another version's file is not read; blocks of compressed rows follow, what stands
highest in the tree first. Whatever is wrong with a file, it is dropped without a word: the next one
replaces it.
"""

import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from tui.model.kind import Kind
from tui.model.resource import (
    FLEET,
    Account,
    Cluster,
    Container,
    Node,
    Nodes,
    Region,
    Resource,
    Service,
    Task,
)

MOST_BYTES = 64 << 20
"""Of the file; a fleet that does not fit is kept without its deepest rows."""
_BLOCK_ROWS = 1_000
_MOST_BLOCK = 8 << 20
"""Bytes that one block may come to when it is unpacked."""
_SIZE = struct.Struct(">I")

_CLASSES: Mapping[str, type[Resource]] = {
    one.kind.value: one for one in (Account, Region, Nodes, Cluster, Service, Task, Node, Container)
}
_Column = tuple[list[Any], list[int] | None]
_BLOCK = tuple[dict[str, list[_Column]], dict[str, float]]
_TOP = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.NODES, Kind.CLUSTER})


def _form() -> bytes:
    """A line that differs whenever resources have other fields than before."""
    fields = [(name, one.__struct_fields__) for name, one in _CLASSES.items()]
    return b"hatchway fleet 1 " + hashlib.blake2b(repr(fields).encode()).hexdigest()[:32].encode()


_HEAD = _form() + b"\n"


@dataclass(frozen=True, slots=True)
class Block:
    """Rows, parents before their children, and when the listings below some of them were made."""

    rows: tuple[Resource, ...]
    loaded_at: dict[str, float]
    """By address, in seconds since the epoch."""


class Snapshot:
    """The file of one fleet; `which` names it: the endpoint, the profiles and regions."""

    def __init__(self, folder: Path, which: str) -> None:
        name = hashlib.blake2b(which.encode(), digest_size=12).hexdigest()
        self.path = folder / f"fleet-{name}.cache"

    def save(self, rows: Iterable[Resource], loaded_at: Mapping[str, float]) -> None:
        """Replaces the file by these rows; OSError when that is not possible. Blocks."""
        descriptor, name = tempfile.mkstemp(prefix=self.path.name, dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:  # made with mode 0600
                _write(file, rows, loaded_at)
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def blocks(self) -> Iterator[Block]:
        """What the file holds, the top of the tree first; ends early where it makes no sense."""
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size <= MOST_BYTES and file.readline(256) == _HEAD:
                    yield from _blocks(file)
        except OSError:
            return

    def drop(self) -> None:
        """Removes the file."""
        with suppress(OSError):
            self.path.unlink()


def _write(file: IO[bytes], rows: Iterable[Resource], loaded_at: Mapping[str, float]) -> None:
    file.write(_HEAD)
    room = MOST_BYTES - len(_HEAD)
    for number, block in enumerate(_parts(rows)):
        places = [one.address for one in block] + ([FLEET] if number == 0 else [])
        known = {place: loaded_at[place] for place in places if place in loaded_at}
        packed = zlib.compress(_packed(block, known), 1)
        room -= len(packed) + _SIZE.size
        if room < 0:
            return
        file.write(_SIZE.pack(len(packed)) + packed)


def _parts(rows: Iterable[Resource]) -> Iterator[list[Resource]]:
    """Blocks of rows: the top of the tree in one, then kind by kind, so that parents come first."""
    by_kind: dict[str, list[Resource]] = {kind: [] for kind in _CLASSES}
    for row in rows:
        by_kind[row.kind.value].append(row)
    yield [row for kind in _TOP_KINDS for row in by_kind[kind]]
    for kind, some in by_kind.items():
        if kind not in _TOP_KINDS:
            for start in range(0, len(some), _BLOCK_ROWS):
                yield some[start : start + _BLOCK_ROWS]


_TOP_KINDS = tuple(kind for kind in _CLASSES if Kind(kind) in _TOP)


def _packed(rows: Iterable[Resource], loaded_at: Mapping[str, float]) -> bytes:
    """A block: for each kind its fields as columns, each with its different values named once."""
    by_kind: dict[str, list[Resource]] = {}
    for row in rows:
        by_kind.setdefault(row.kind.value, []).append(row)
    tables = {
        kind: [
            _column([getattr(row, name) for row in some])
            for name in _CLASSES[kind].__struct_fields__
        ]
        for kind, some in by_kind.items()
    }
    return msgspec.msgpack.encode((tables, loaded_at))


def _column(values: list[Any]) -> tuple[list[Any], list[int] | None]:
    """The values; or, when they repeat, the different ones and which of these each one is."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    if len(numbers) > len(values) // 2 + 1:
        return values, None
    return list(numbers), [numbers[value] for value in values]


def _blocks(file: IO[bytes]) -> Iterator[Block]:
    reader = _Reader()
    while len(size := file.read(_SIZE.size)) == _SIZE.size:
        packed = file.read(_SIZE.unpack(size)[0])
        try:
            unpacking = zlib.decompressobj()
            plain = unpacking.decompress(packed, _MOST_BLOCK)
            if not unpacking.eof:
                return
            yield reader.block(plain)
        except (zlib.error, msgspec.MsgspecError, ValueError, TypeError, IndexError):
            return


class _Reader:
    """Makes resources of columns; equal texts become one object, as the answers' own are."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def block(self, plain: bytes) -> Block:
        """A block; msgspec's error, ValueError or IndexError where it is not what it should be."""
        tables, loaded_at = msgspec.msgpack.decode(plain, type=_BLOCK)
        rows = tuple([row for kind, table in tables.items() for row in self._rows(kind, table)])
        return Block(rows, loaded_at)

    def _rows(self, kind: str, table: list[_Column]) -> list[Resource]:
        cls = _CLASSES.get(kind)
        if cls is None:
            raise ValueError(f"no kind is called {kind}")
        fields = msgspec.structs.fields(cls)
        columns = [
            self._values(field.type, *column) for field, column in zip(fields, table, strict=True)
        ]
        names = [field.name for field in fields]
        rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        return [cls(**row) for row in rows]

    def _values(self, of: object, values: list[Any], numbers: list[int] | None) -> list[Any]:
        """The values of a column of that type; ValidationError where one is of another."""
        if of is str:
            known = self._texts.setdefault
            values = [known(value, value) for value in msgspec.convert(values, list[str])]
        else:
            values = [msgspec.convert(value, of) for value in values]
        return values if numbers is None else [values[number] for number in numbers]
