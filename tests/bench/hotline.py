"""What a benchmark and the program that it watches say to each other beside the terminal.

Two pipes whose descriptors are in the program's environment: commands as lines of words go down,
reports as lines of JSON come up. The keys and the picture take the pty and nothing else does.
"""

import asyncio
import json
import os
import threading
from collections.abc import Callable, Mapping

WIRES = "BENCH_WIRES"
"""The environment variable with the program's two descriptors."""

Handlers = Mapping[str, Callable[[str], None]]
"""What each command does with its words; called on the event loop."""


def report(**said: int) -> None:
    """Tells the benchmark something; nobody hears it when there is no benchmark."""
    if WIRES in os.environ:
        up = int(os.environ[WIRES].split(",")[1])
        os.write(up, json.dumps(said).encode() + b"\n")


def obey(handlers: Handlers) -> None:
    """Carries commands to the running event loop until the benchmark hangs up."""
    if WIRES not in os.environ:
        return
    down = int(os.environ[WIRES].split(",")[0])
    loop = asyncio.get_running_loop()

    def listen() -> None:
        with os.fdopen(down) as lines:
            for line in lines:
                command, _, words = line.strip().partition(" ")
                loop.call_soon_threadsafe(handlers[command], words)

    threading.Thread(target=listen, daemon=True).start()
