"""A browser that has loaded a whole fleet, which rests: its memory, and the CPU it takes to watch.

The embedded AWS runs in a process of its own. Memory is what is resident (Linux counts it by page),
2 s after the last listing has come; nobody's snapshot of an earlier run helps.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.embedded import served
from tests.bench.nobody import nobody
from tests.bench.sizes import Sizes
from tests.bench.window import SMALL, Window, window

FLEETS = (1, 20_000, 100_000)
"""The first is the program itself."""
IDLE_FLEET = 20_000
SECONDS = 60
_SETTLES = 2.0


def run_memory(sizes: Sizes) -> None:
    """Prints resident memory, closed and with every row open, and what a container takes of it."""
    print(f"resident memory of the browser  (os {os.uname().sysname}, 80x24)")
    base = 0
    for fleet in (1, sizes.fleet) if sizes.fleet else FLEETS:
        with _loaded(fleet) as (shown, report):
            count = report["containers"]
            closed = _resident(shown)
            shown.say("expand")
            shown.told("expanded")
            opened = _resident(shown)
        base = base or closed
        print(f"  --fleet {fleet:7,}   {count:7,} containers, {report['loaded']:7,} rows in all")
        for how, bytes_ in (("closed", closed), ("all rows open", opened)):
            each = f"   {(bytes_ - base) / count:6.0f} bytes a container" if fleet > 1 else ""
            print(f"    {how:14} {bytes_ / 1e6:7.1f} MB{each}", flush=True)


def run_idle(sizes: Sizes) -> None:
    """Prints how much of one core a loaded browser takes that nobody touches."""
    fleet, seconds = sizes.fleet or IDLE_FLEET, sizes.seconds or SECONDS
    print(f"CPU of a loaded browser that nobody touches  (--fleet {fleet}, {seconds} s)")
    with _loaded(fleet) as (shown, report):
        shown.drain(_SETTLES)
        before, started = shown.cpu(), time.perf_counter()
        shown.drain(seconds)
        took, cpu = time.perf_counter() - started, shown.cpu() - before
    print(f"  {report['loaded']:,} rows: {cpu:.2f} s of CPU, {cpu / took:.1%} of a core")


@contextmanager
def _loaded(fleet: int) -> Iterator[tuple[Window, dict[str, int]]]:
    with (
        served("--fleet", str(fleet)) as aws,
        nobody(aws) as env,
        window(SMALL, "tests.bench.big_fleet", env=env) as shown,
    ):
        yield shown, shown.told("loaded")


def _resident(shown: Window) -> int:
    shown.drain(_SETTLES)
    return shown.memory()
