"""A bad day in full: 50 MB each way through a gateway full of faults, and a shell of 5,000 lines.

The tests do the same in smaller portions, over more seeds (tests/sessions/test_faults.py).
"""

import asyncio
import time

from tests.bench.sizes import Sizes
from tests.sessions.bad_day import largest, scripted_shell, there_and_back

MEGABYTES = 50
SEED = 2024


def run(_: Sizes) -> None:
    """Prints what was suffered; ends with an AssertionError if a single octet is wrong."""
    before = largest()
    started = time.perf_counter()
    suffered = asyncio.run(there_and_back(SEED, MEGABYTES * 1_000_000))
    took = time.perf_counter() - started
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(suffered.items()))
    print(f"{MEGABYTES} MB each way through a bad gateway: every octet once, in {took:.0f} s")
    print(f"  {told}; the process grew by {(largest() - before) / 1e6:.0f} MB")
    suffered = asyncio.run(scripted_shell(SEED, 5_000))
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(suffered.items()))
    print(f"a shell of 5,000 lines: every line once\n  {told}")
