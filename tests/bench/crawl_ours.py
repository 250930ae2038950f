"""Loads the whole fleet with Hatchway's own engine, as `hatchway ls` does: a program for `crawl`.

It writes every call that was made to the file named on its command line, so that another program
can make the same ones, and prints one line of JSON.
"""

import asyncio
import json
import os
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tui.aws.asker import Asker
from tui.aws.fields import Fields
from tui.aws.options import Place
from tui.cli.rooms import joined

Asked = tuple[str, str, str, str, dict[str, object]]
"""Profile, region, service, operation and parameters."""


def recorded() -> list[Asked]:
    """What the engine asks from now on."""
    asked: list[Asked] = []
    ask = Asker.__call__

    async def remembered(
        self: Asker,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        asked.append((place.profile.name, place.region, service, operation, dict(parameters or {})))
        return await ask(self, place, service, operation, parameters, target=target)

    recording = "__call__"
    setattr(Asker, recording, remembered)
    return asked


async def _run() -> dict[str, int | float]:
    started = time.perf_counter()
    options = Namespace(
        profile="", region="", endpoint_url=os.environ["AWS_ENDPOINT_URL"], engine=""
    )
    async with joined(options) as rooms:
        await rooms.watcher.load()
        took = time.perf_counter() - started
        calls = rooms.aws.calls
        kinds = Counter(row.kind.value for row in rooms.store.below())
    found = {kind: kinds[kind] for kind in ("task", "container", "node")}
    return {"wall": took, "calls": sum(calls.values()), **found}


def main(file: Path) -> None:
    """Loads, and writes the calls to `file`."""
    asked = recorded()
    said = asyncio.run(_run())
    file.write_text(json.dumps(asked))
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
