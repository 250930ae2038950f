"""From what a person typed to one resource, asking AWS no more than is needed for it."""

import sys

from tui.cli.rooms import Rooms
from tui.errors import NoSuchTarget, Trouble
from tui.model.plain import plain
from tui.model.query import find
from tui.model.resource import Resource
from tui.model.store import Store

_DEPTH_OF_A_PLACE = 3
"""Parts of an address down to a cluster or a node: account, region, name."""


async def resolve(rooms: Rooms, wanted: str) -> Resource:
    """The resource that `wanted` names; a whole address costs only the way to it.

    Raises NoSuchTarget or AmbiguousTarget, or what AWS said when it could not be asked at all.
    """
    await rooms.watcher.load(wanted)
    place = "/".join(wanted.split("/")[:_DEPTH_OF_A_PLACE])
    known = rooms.store.get(place)
    if known is not None and place.count("/") == _DEPTH_OF_A_PLACE - 1:
        return find(rooms.store, wanted, below=known.parent)
    await rooms.watcher.load()
    try:
        return find(rooms.store, wanted)
    except NoSuchTarget:
        troubles = failed(rooms.store)
        if troubles and not any(r.parent for r in rooms.store.below()):
            raise troubles[0][1] from None
        warn(troubles)
        raise


def failed(store: Store) -> list[tuple[str, Trouble]]:
    """The addresses that could not be listed, and why."""
    everywhere = ["", *(resource.address for resource in store.below())]
    found = ((address, store.freshness(address).trouble) for address in everywhere)
    return [(address, trouble) for address, trouble in found if trouble is not None]


def warn(troubles: list[tuple[str, Trouble]]) -> None:
    """Says on stderr what could not be listed."""
    for address, trouble in troubles:
        place = plain(address) or "The fleet"
        sys.stderr.write(f"hatchway: {place} could not be listed: {plain(str(trouble))}\n")
