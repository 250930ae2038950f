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
    command = [sys.executable, "-m", "tui", "demo", "--serve", "--handshake", *arguments]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=plain, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield plain | json.loads(process.stdout.readline())["environment"]
        finally:
            process.stdin.close()
            process.wait(10)
