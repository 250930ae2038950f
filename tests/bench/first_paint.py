"""From the command to the first painted frame, against `python -c "import textual"`."""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time

from tests.bench.sizes import Sizes

ROUNDS = 7
HATCHWAY = [sys.executable, "-m", "tui", "demo"]
TEXTUAL = [sys.executable, "-c", "import textual"]
SIGN = b"Hatchway"
"""Stands in the header of the first frame."""


def run(_: Sizes) -> None:
    """Prints both times and their ratio; the runs take turns, so that noise hits both."""
    paints, imports = [], []
    for _round in range(ROUNDS):
        paints.append(first_paint())
        imports.append(plain_import())
    paint, plain = statistics.median(paints), statistics.median(imports)
    print(f"time to first paint  ({' '.join(HATCHWAY[1:])}, 80x24, median of {ROUNDS})")
    print(f"  first frame {paint * 1000:7.0f} ms")
    print(f"  python -c 'import textual' {plain * 1000:7.0f} ms   ratio {paint / plain:.2f}")


def first_paint() -> float:
    """Seconds from starting the browser's demo to its header on the terminal."""
    started = time.perf_counter()
    child, fd = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(HATCHWAY[0], HATCHWAY)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    try:
        while SIGN not in seen:
            if not select.select([fd], [], [], 30)[0]:
                raise RuntimeError(f"no first frame within 30 s: {seen[-500:]!r}")
            seen += os.read(fd, 65536)
        return time.perf_counter() - started
    finally:
        os.kill(child, signal.SIGTERM)
        _drain_until_gone(child, fd)


def _drain_until_gone(child: int, fd: int) -> None:
    """A program that leaves still writes; a full pty would hold it up."""
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if select.select([fd], [], [], 0.05)[0]:
            try:
                os.read(fd, 65536)
            except OSError:
                break
    os.close(fd)


def plain_import() -> float:
    """Seconds that python takes to import textual and end."""
    started = time.perf_counter()
    subprocess.run(TEXTUAL, check=True)
    return time.perf_counter() - started
