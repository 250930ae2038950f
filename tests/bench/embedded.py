"""The embedded AWS in a process of its own, as the browser's demo has it, for benchmarks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def served(*arguments: str) -> Iterator[dict[str, str]]:
    """Serves until the block is left; gives the environment for clients."""
    with served_by(*arguments) as (_, environment):
        yield environment


@contextmanager
def served_by(*arguments: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The same, and the process that serves."""
    command = [sys.executable, "-m", "tui", "demo", "--serve", "--handshake", *arguments]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=plain, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.pid, plain | json.loads(process.stdout.readline())["environment"]
        finally:
            process.stdin.close()
            process.wait(10)
