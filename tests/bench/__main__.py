"""`make bench`: what can be felt, measured on this machine, in one run."""

import os
import platform
import signal
import sys

from tests.bench import (
    against_the_plugin,
    crawl,
    faults,
    filtering,
    first_paint,
    keys,
    loaded,
    sizes,
    through_a_session,
)

PARTS = {
    "paint": first_paint.run,
    "crawl": crawl.run,
    "keys": keys.run,
    "loading": keys.run_loading,
    "storm": keys.run_storm,
    "filter": filtering.run,
    "memory": loaded.run_memory,
    "idle": loaded.run_idle,
    "session": through_a_session.run,
    "plugin": against_the_plugin.run,
    "faults": faults.run,
}


def main() -> None:
    """Runs the parts that are named, or all."""
    # every part ends what it has started, also when it is told to end
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    names, chosen = sizes.parsed(sys.argv[1:], list(PARTS))
    print(
        f"$ {' '.join(['python -m tests.bench', *sys.argv[1:]])}\n"
        f"python {platform.python_version()} on {platform.system()}, {os.cpu_count()} cores,"
        f" load average {os.getloadavg()[0]:.1f} before\n"
    )
    for name in names:
        PARTS[name](chosen)
        print(flush=True)


main()
