"""Opens the first rows by itself, so that a small fleet is not hidden behind closed rows."""

from collections.abc import Callable

from tui.model.kind import Kind
from tui.model.resource import FLEET
from tui.model.store import Change
from tui.ui.row import Fleet

_FEW = 4
"""Accounts that are opened by themselves; with more, the person chooses."""


class FirstLook:
    """Opens an account when it first appears, and the region of one that has no other."""

    def __init__(self, fleet: Fleet, open_at: Callable[[str], None]) -> None:
        self._fleet = fleet
        self._open_at = open_at
        self._met: set[str] = set()

    def apply(self, change: Change) -> None:
        """Take in a change of the store."""
        for resource in change.put:
            kind = resource.kind
            if kind is not Kind.ACCOUNT and kind is not Kind.REGION:
                continue
            if resource.address in self._met:
                continue
            self._met.add(resource.address)
            siblings = len(self._fleet.children(resource.parent))
            alone = siblings == 1 and len(self._fleet.children(FLEET)) == 1
            if alone if resource.kind is Kind.REGION else siblings <= _FEW:
                self._open_at(resource.address)
