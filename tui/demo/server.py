"""`hatchway demo --serve`: the embedded AWS in a process of its own, until it is told to end."""

import asyncio
import gc
import json
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tui.demo.clock import RealClock
from tui.demo.embedded import EmbeddedAws
from tui.demo.world.world import DEFAULT_SEED

_COLLECT = (50_000, 20, 50)
"""Python's own are 700, 10 and 10."""


_NICE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How to serve."""

    port: int = 0
    """On 127.0.0.1; 0 for any."""
    fleet: int | None = None
    """How many containers; None for the default fleet."""
    seed: int = DEFAULT_SEED
    rdp_port: int = 0
    """A real Remote Desktop server on this loopback port; 0 for the pretended ones."""
    rates: float = 0.0
    """The share of AWS's published rates that is allowed; 0 for no limits."""
    handshake: bool = False
    """For a parent process: one line of JSON instead of text, and the end when stdin closes."""


def main(options: DemoOptions) -> int:
    """Serve until Ctrl-C, SIGTERM or the parent's end; PortTaken if the port may not be had."""
    # A large fleet is a million objects that stay: looking through them at the usual pace would
    # take longer than answering.
    gc.set_threshold(*_COLLECT)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options))
    return 0


async def serve(options: DemoOptions) -> None:
    """Serve until told to end; afterwards every shell and temporary file is gone."""
    end = asyncio.Event()
    _on_signals(end.set)
    clock = RealClock()
    async with EmbeddedAws(
        seed=options.seed,
        fleet=options.fleet,
        clock=clock,
        port=options.port,
        denials=True,
        rdp_port=options.rdp_port,
    ) as aws:
        if options.rates:
            aws.conditions.limit(options.rates)
        if options.handshake:
            _stand_back()
            _on_closed_stdin(asyncio.get_running_loop(), end.set)
            _say(json.dumps({"environment": aws.environment}) + "\n")
        else:
            _say(greeting(aws))
        async with asyncio.TaskGroup() as group:
            living = group.create_task(aws.live())
            await end.wait()
            living.cancel()


def greeting(aws: EmbeddedAws) -> str:
    """What a person reads: the environment to use, and what to try."""
    exports = "\n".join(
        f"export {name}={shlex.quote(value)}" for name, value in aws.environment.items()
    )
    others = " ".join(account.name for account in aws.world.accounts[1:4])
    return (
        f"# An embedded AWS is at {aws.url} until Ctrl-C. In another terminal:\n\n"
        f"unset AWS_PROFILE AWS_SESSION_TOKEN\n{exports}\n\n"
        "aws ecs list-clusters\n"
        "aws ssm describe-instance-information\n"
        f"aws --profile {aws.world.accounts[-1].name} sts get-caller-identity\n"
        f"hatchway\n\n# Profiles: {aws.world.accounts[0].name} {others}\n"
    )


def _stand_back() -> None:
    """Leave the processors to the browser: AWS's own machines are elsewhere, too."""
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(_NICE)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers; there Ctrl-C arrives as KeyboardInterrupt.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)


def _on_closed_stdin(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Call `stop` when stdin ends: the parent is gone or wants us to go.

    A thread, because no event loop can wait for every kind of stdin on every system; it reads the
    bare descriptor, so that it holds no lock when the interpreter ends.
    """

    def watch() -> None:
        with suppress(OSError):
            while os.read(0, 4_096):
                pass
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=watch, name="parent", daemon=True).start()
