"""A row of the tree, and the part of the store that rows are made from."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.store import Freshness
from tui.model.tally import Sum

LEAVES = frozenset({Kind.CONTAINER, Kind.NODE})
"""Kinds with nothing below them."""


class Note(StrEnum):
    """What a row says that is not a resource."""

    LOADING = "loading"
    EMPTY = "empty"
    TROUBLE = "trouble"


class Row(Struct, frozen=True, gc=False):
    """One visible row."""

    address: str
    parent: str
    depth: int
    """0 for the children of the fleet."""
    note: Note | None = None


class Fleet(Protocol):
    """The part of the store that rows are made from."""

    def get(self, address: str) -> Resource | None:
        """The resource at an address."""

    def children(self, address: str) -> tuple[Resource, ...]:
        """What hangs under an address, in the order of display."""

    def child_addresses(self, address: str) -> tuple[str, ...]:
        """The addresses of what hangs under an address, in the order of display."""

    def freshness(self, address: str) -> Freshness:
        """How old a listing is, and what went wrong with it."""

    def sum(self, address: str) -> Sum:
        """Health and counts of all that is below an address."""
