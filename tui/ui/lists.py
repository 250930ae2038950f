"""Which listing brings what is below a row, and what a row says that has nothing to show."""

from tui.model.kind import Kind
from tui.model.store import Freshness
from tui.ui.row import Fleet, Note

_LISTED_WITH_CLUSTER = frozenset({Kind.SERVICE, Kind.TASK})
"""Kinds whose children come with the listing of their cluster."""

NEVER_LISTED = Freshness()


class Lists:
    """The listings of a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def owner(self, address: str) -> str:
        """The address whose listing brings the children of this one."""
        resource = self._fleet.get(address)
        while resource is not None and resource.kind in _LISTED_WITH_CLUSTER:
            address = resource.parent
            resource = self._fleet.get(address)
        return address

    def of(self, address: str) -> Freshness:
        """The freshness of the listing that brings what is below a row."""
        return self._fleet.freshness(self.owner(address))

    def own(self, address: str) -> Freshness:
        """The freshness of what is below a row, where that is listed by itself."""
        return self._fleet.freshness(address) if self.owner(address) == address else NEVER_LISTED

    def note(self, parent: str, *, empty: bool) -> Note | None:
        """What must be said below a row before its children, or in their stead."""
        if not empty:
            troubled = self._fleet.freshness(parent).trouble is not None
            return Note.TROUBLE if troubled and self.owner(parent) == parent else None
        freshness = self.of(parent)
        if freshness.trouble is not None:
            return Note.TROUBLE
        return Note.EMPTY if freshness.loaded_at else Note.LOADING
