"""`hatchway demo`: the embedded AWS, alone or with the browser in front of it.

The browser takes exactly the road to it that it takes to AWS, so the embedded AWS runs in a
process of its own: its work cannot hold up a key, and it ends when its standard input closes, even
if the browser was killed.
"""

import asyncio
import json
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from tui.errors import Trouble

_START_SECONDS = 20.0
_END_SECONDS = 5.0
_LONGEST_COMPLAINT = 65536


def demo(options: Namespace) -> int:
    """Serves until a signal, or shows the browser until it is left."""
    if options.serve:
        from tui.demo.server import DemoOptions, main

        chosen = {} if options.seed is None else {"seed": options.seed}
        return main(
            DemoOptions(
                port=options.port,
                fleet=options.fleet,
                handshake=options.handshake,
                rdp_port=options.rdp_port,
                rates=options.rates,
                **chosen,
            )
        )
    from tui.cli.main import prepare_the_screen, run

    prepare_the_screen()
    from tui.cli.browse import browse

    return run(lambda: browse(options, world=_in_its_place(options)))


@asynccontextmanager
async def _in_its_place(options: Namespace) -> AsyncIterator[None]:
    """Puts an embedded AWS where AWS was, for this process."""
    with tempfile.TemporaryFile() as complaints:  # not a pipe: nobody would empty it later
        process = await asyncio.create_subprocess_exec(
            *_command(options),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            env=_without_aws(),
            start_new_session=True,
        )
        try:
            await _moved_in(options, process, complaints)
            yield
        finally:
            await _ended(process)


async def _moved_in(
    options: Namespace, process: asyncio.subprocess.Process, complaints: IO[bytes]
) -> None:
    environment = await _greeting(process, complaints)
    for name in set(os.environ) - set(_without_aws()):
        del os.environ[name]
    os.environ.update(environment)
    options.endpoint_url = environment["AWS_ENDPOINT_URL"]


def _command(options: Namespace) -> list[str]:
    command = [sys.executable, "-m", "tui", "demo", "--serve", "--handshake"]
    command += ["--port", str(options.port)] if options.port else []
    command += ["--fleet", str(options.fleet)] if options.fleet else []
    command += ["--rates", str(options.rates)] if options.rates else []
    return command + (["--seed", str(options.seed)] if options.seed is not None else [])


def _without_aws() -> dict[str, str]:
    """This environment without a person's own AWS account."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


async def _greeting(process: asyncio.subprocess.Process, complaints: IO[bytes]) -> dict[str, str]:
    """The environment that the embedded AWS gives its clients."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START_SECONDS):
            line = await process.stdout.readline()
    except TimeoutError as error:
        raise Trouble(f"The demo did not start within {_START_SECONDS:.0f} s.") from error
    if not line:
        complaints.seek(0)
        said = complaints.read(_LONGEST_COMPLAINT).decode(errors="replace").strip()
        raise Trouble("The demo did not start.", said.splitlines()[-1] if said else "")
    environment: dict[str, str] = json.loads(line)["environment"]
    return environment


async def _ended(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
