"""Opens every row of the tree, as no person would: the most that a screen can have to do."""

from collections.abc import Iterable

from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.store import Change, Store
from tui.ui.row import LEAVES
from tui.ui.widgets.fleet_tree import FleetTree

_LISTED = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES})
"""What is asked for by itself: the watcher hears that it is open."""


def expand(tree: FleetTree, store: Store) -> None:
    """Opens all that can be opened, from the innermost row outwards: what is hidden costs least."""
    rows = [row for row in store.below() if row.kind not in LEAVES]
    for row in reversed(rows):
        if row.parent != FLEET:
            tree.rows.open(row.address)
    for row in store.children():
        tree.open_at(row.address)
    _tell(tree, rows)


class Unfolding:
    """Opens every row as it comes into the store."""

    def __init__(self, tree: FleetTree, store: Store) -> None:
        self._tree = tree
        self._met: set[str] = set()
        store.listen(self._hear)

    def _hear(self, change: Change) -> None:
        fresh = [r for r in change.put if r.kind not in LEAVES and r.address not in self._met]
        self._met.difference_update(change.gone)
        self._met.update(row.address for row in fresh)
        for row in reversed(fresh):
            self._tree.rows.open(row.address)
        _tell(self._tree, fresh)


def _tell(tree: FleetTree, rows: Iterable[Resource]) -> None:
    """As if a person had opened them."""
    if listed := [row.address for row in rows if row.kind in _LISTED]:
        tree.post_message(tree.Folded(opened=listed))


def where(tree: FleetTree) -> dict[str, int]:
    """The first and the last line of the screen that the tree takes, from 1, and its columns."""
    region = tree.region
    return {"top": region.y + 1, "bottom": region.y + region.height, "columns": region.width}
