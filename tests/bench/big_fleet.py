"""The real browser, with all the rooms behind it, in front of an AWS that is served elsewhere.

Run in a `window`, in the environment that the embedded AWS gives. With `open` every row is opened
as it comes. It hears `expand` (open every row now) and `again` (ask AWS for everything that is
open again), and says `begun` with the first rows, `rows` whenever there are others, `loaded` with
their number once all of the fleet has been listed, each time that this becomes so, and `expanded`.
"""

import asyncio
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from tests.bench.hotline import obey, report
from tui.cli.main import prepare_the_screen
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.store import Store

if TYPE_CHECKING:
    from tui.ui.app import HatchwayApp

_LISTED = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES})
_LOOKS = 0.2
"""Seconds between two looks at how far it is."""


async def _run(*, unfolding: bool) -> int:
    from tui.cli.browse import browser

    app = browser(Namespace(verb="", profile="", region="", endpoint_url="", engine=""))
    async with asyncio.TaskGroup() as group:
        screen = group.create_task(_shown(app))
        watching = group.create_task(_watched(app, unfolding=unfolding))
        await screen
        watching.cancel()
    return app.return_code or 0


async def _shown(app: "HatchwayApp") -> None:
    try:
        await app.run_async()
    finally:
        await app.closed()


async def _watched(app: "HatchwayApp", *, unfolding: bool) -> None:
    from tests.bench.expanded import Unfolding, expand, where

    while not app.is_running or app.main.browser.backstage is None:
        await asyncio.sleep(0.02)
    tree, store = app.main.browser.tree, app.main.browser.store
    backstage = app.main.browser.backstage
    if unfolding:
        Unfolding(tree, store)

    def do_expand(_: str) -> None:
        expand(tree, store)
        report(expanded=len(tree.rows))

    obey({"expand": do_expand, "again": lambda _: backstage.watcher.refresh(FLEET)})
    while not len(tree.rows) or tree.resource is None:
        await asyncio.sleep(0.02)
    report(begun=len(tree.rows), **where(tree))
    await _followed(store)


async def _followed(store: Store) -> None:
    """Says when everything is loaded, and again after it was not."""
    was_loaded = False
    rows = 0
    while True:
        if len(store) != rows:
            rows = len(store)
            report(rows=rows)
        loaded = _is_loaded(store)
        if loaded and not was_loaded:
            containers = sum(row.kind is Kind.CONTAINER for row in store.below())
            report(loaded=len(store), containers=containers)
        was_loaded = loaded
        await asyncio.sleep(_LOOKS)


def _is_loaded(store: Store) -> bool:
    waiting: list[Resource] = list(store.children(FLEET))
    if not waiting or not _is_listed(store, FLEET):
        return False
    while waiting:
        row = waiting.pop()
        if row.kind not in _LISTED:
            continue
        if not _is_listed(store, row.address):
            return False
        if row.kind in {Kind.ACCOUNT, Kind.REGION}:
            waiting += store.children(row.address)
    return True


def _is_listed(store: Store, address: str) -> bool:
    listing = store.freshness(address)
    # a snapshot of an earlier run is no answer
    remembered = getattr(listing, "remembered", False)
    known = bool(listing.loaded_at or listing.trouble) and not remembered
    return known and not listing.loading


if __name__ == "__main__":
    prepare_the_screen()
    from tui.cli.main import run

    sys.exit(run(lambda: _run(unfolding="open" in sys.argv[1:])))
