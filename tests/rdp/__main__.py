"""A desktop to try by hand: `python -m tests.rdp` serves a demo with a real xrdp behind 3389.

It says what to type in another terminal, and ends with Ctrl-C. The desktop is xrdp's login screen.
"""

import asyncio
import shlex
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.rdp.programs import MISSING, xrdp
from tui.demo.clock import RealClock
from tui.demo.embedded import EmbeddedAws


async def serve() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            xrdp(Path(folder)) as desktop,
            EmbeddedAws(clock=RealClock(), rdp_port=desktop.port) as aws,
        ):
            node = next(
                node.id
                for site in aws.world.sites.values()
                for node in site.nodes.values()
                if node.windows and site.ping(node)[0] == "Online"
            )
            for name, value in aws.environment.items():
                sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
            sys.stdout.write(f"hatchway rdp {node}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    if "xrdp" in MISSING:
        sys.exit("xrdp is not installed.")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
