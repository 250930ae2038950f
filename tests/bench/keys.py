"""From a key to the painted frame that shows it, from outside, through a pty.

The real screen runs with 100,000 containers and 20,000 nodes, every row open, and is fed from a
second thread; a stock Textual Tree of 10,000 rows is fed in the same way. A person presses j, k,
page down and page up at random moments. The time ends when the name of another row has come out of
the pty on the cursor's background: that a changed row under the cursor, or one that moved, is
painted again does not count.
"""

import gc
import time
from collections.abc import Iterator

from tests.bench.embedded import served
from tests.bench.nobody import nobody
from tests.bench.presses import Cursor, Times, pressed
from tests.bench.sizes import Sizes
from tests.bench.window import LARGE, SMALL, Window, window

FLEET = 100_000
STOCK = 10_000
KEYS = 200
LIMIT = 60.0
"""Seconds for one figure: a tree that takes seconds for a key gets fewer keys."""
STORM = 20_000
LOADING_LIMIT = 30.0
"""Seconds of keys during the first load, which may be over sooner."""

SCENES = (
    ("idle", 0, 0),
    ("1,000 changes a second", 1_000, 0),
    ("400 new nodes a second", 0, 400),
)


def run(sizes: Sizes) -> None:
    """Prints a line for each scene, size of the screen and tree, and the ratios."""
    fleet = sizes.fleet or FLEET
    stock = min(STOCK, max(fleet // 10, 100))
    print(f"key press to painted frame  (from outside through a pty, {sizes.keys or KEYS} keys)")
    gc.disable()
    for size in (SMALL, LARGE):
        ours = dict(_measured(size, "tests.bench.big_tree", fleet, sizes))
        theirs = dict(_measured(size, "tests.bench.stock_tree", stock, sizes))
        for scene, times in ours.items():
            print(f"  {size[0]}x{size[1]}  {scene}")
            print(f"    Hatchway, {fleet:,} containers  {times}")
            print(f"    stock Tree, {stock:,} rows       {theirs[scene]}")
            print(f"    {_ratio(times, theirs[scene])}", flush=True)
    gc.enable()


def _measured(
    size: tuple[int, int], module: str, count: int, sizes: Sizes
) -> Iterator[tuple[str, Times]]:
    with nobody() as env, window(size, module, str(count), env=env) as shown:
        shown.told("ready")
        shown.drain(1.0)
        cursor = Cursor(shown)
        for scene, changes, additions in SCENES:
            shown.say(f"changes {changes}")
            shown.say(f"additions {additions}")
            cursor.wait(1.0)
            yield scene, pressed(cursor, sizes.keys or KEYS, LIMIT)
            shown.say("changes 0")
            shown.say("additions 0")
            cursor.wait(1.0)


def _ratio(ours: Times, theirs: Times) -> str:
    if not ours.taken or not theirs.taken:
        return "no ratio"
    median, p95 = ours.median / theirs.median, ours.p95 / theirs.p95
    return f"ratio {median:.2f} (median), {p95:.2f} (p95)"


def run_loading(sizes: Sizes) -> None:
    """The same while the crawler works, in front of the embedded AWS in a process of its own.

    First the fleet is loaded, and every row is opened as it comes; then, with all of it there,
    everything is asked for again. In between, the same tree is measured while nothing is asked.
    """
    fleet, count = sizes.fleet or FLEET, sizes.keys or KEYS
    print(f"key press to painted frame while the crawler loads  (--fleet {fleet}, all rows open)")
    gc.disable()
    for size in (SMALL, LARGE):
        with (
            served("--fleet", str(fleet)) as aws,
            nobody(aws) as env,
            window(size, "tests.bench.big_fleet", "open", env=env) as shown,
        ):
            _loading(shown, size, count)
    gc.enable()


def run_storm(sizes: Sizes) -> None:
    """The first load when every API refuses what is over a quarter of AWS's published rates,
    against the same where all is allowed."""
    fleet, count = sizes.fleet or STORM, sizes.keys or KEYS
    print(f"key press to painted frame in a throttling storm  (--fleet {fleet}, all rows open)")
    gc.disable()
    for size in (SMALL, LARGE):
        allowed = _first_load(size, count, "--fleet", str(fleet))
        storm = _first_load(size, count, "--fleet", str(fleet), "--rates", "0.25")
        print(f"  {size[0]}x{size[1]}  published rates     {allowed}")
        print(f"    a quarter of them   {storm}")
        print(f"    {_ratio(storm, allowed)}", flush=True)
    gc.enable()


def _first_load(size: tuple[int, int], count: int, *arguments: str) -> Times:
    with (
        served(*arguments) as aws,
        nobody(aws) as env,
        window(size, "tests.bench.big_fleet", "open", env=env) as shown,
    ):
        shown.told("begun")
        return pressed(Cursor(shown, pages=False), count, LOADING_LIMIT)


def _loading(shown: Window, size: tuple[int, int], count: int) -> None:
    rows = shown.told("begun")["begun"]
    cursor = Cursor(shown, pages=False)
    growing = pressed(cursor, count, LOADING_LIMIT)
    loaded = shown.told("loaded")
    took = time.perf_counter() - shown.started
    cursor.wait(3.0)
    calm = pressed(cursor, count, LIMIT)
    shown.say("again")
    cursor.wait(0.5)
    again = pressed(cursor, count, LIMIT)
    print(f"  {size[0]}x{size[1]}  from {rows} rows to {loaded['loaded']:,} in {took:.0f} s")
    print(f"    first load       {growing}")
    print(f"    loaded, calm     {calm}")
    print(f"    all asked again  {again}")
    print(f"    asked again against calm: {_ratio(again, calm)}", flush=True)
