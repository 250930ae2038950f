"""The real screen over a made-up fleet, every row open: a program for `keys` and `filtering`.

Run in a `window`. It hears `changes N` and `additions N` (a second), and says `ready` with the
number of visible rows, and where on the screen the tree is.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.bench.feeding import Feeder
from tests.bench.hotline import obey, report
from tests.bench.synthetic import Synthetic
from tui.cli.main import prepare_the_screen
from tui.model.resource import Resource
from tui.model.store import Store
from tui.watch.feed import Feed

if TYPE_CHECKING:
    from tui.ui.app import HatchwayApp


async def _run(containers: int) -> None:
    from tests.ui.backroom import Backroom
    from tui.ui.app import HatchwayApp

    store = Store()
    fleet = Synthetic(containers)
    store.put(fleet.rows())
    app = HatchwayApp(store=store, start=Backroom(store).start)
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run_async())
        await _shown(app, store)
        _feed(store, fleet)


async def _shown(app: "HatchwayApp", store: Store) -> None:
    from tests.bench.expanded import expand, where
    from tui.cli.browse import spare_the_screen

    while not app.is_running or app.main.browser.backstage is None:
        await asyncio.sleep(0.05)
    tree = app.main.browser.tree
    app.call_later(expand, tree, store)  # as the app does it: its timers need to know whose
    while len(tree.rows) < len(store):
        await asyncio.sleep(0.05)
    spare_the_screen()  # as the browser does it once its rooms are there
    await asyncio.sleep(0.5)
    report(ready=len(tree.rows), **where(tree))


def _feed(store: Store, fleet: Synthetic) -> None:
    feed = Feed(store)

    async def hand_over(made: Sequence[Resource]) -> None:
        await feed.give(feed.different(made))

    feeder: Feeder[Resource] = Feeder(fleet.changes, fleet.additions, hand_over)

    def changes(words: str) -> None:
        feeder.changes = int(words)

    def additions(words: str) -> None:
        feeder.additions = int(words)

    obey({"changes": changes, "additions": additions})
    feeder.start()


if __name__ == "__main__":
    prepare_the_screen()
    asyncio.run(_run(int(sys.argv[1])))
