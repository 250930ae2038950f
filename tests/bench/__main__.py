"""`make bench`: what can be felt, measured on this machine, in one run."""

import os
import platform
import sys
import textwrap

from tests.bench import against_the_plugin, faults, first_paint, through_a_session

PARTS = {
    "paint": first_paint.run,
    "session": through_a_session.run,
    "plugin": against_the_plugin.run,
    "faults": faults.run,
}


def main() -> None:
    """Runs the parts that are named, or all."""
    print(
        f"$ {' '.join(['python -m tests.bench', *sys.argv[1:]])}\n"
        f"python {platform.python_version()} on {platform.system()}, {os.cpu_count()} cores\n"
    )
    for name in sys.argv[1:] or PARTS:
        if name not in PARTS:
            sys.exit(textwrap.fill(f"There is no benchmark {name}: {', '.join(PARTS)}."))
        PARTS[name]()
        print(flush=True)


main()
