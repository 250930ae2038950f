"""A full load of a fleet: Hatchway's engine against plain boto3, each a process of its own.

All ask the same embedded AWS, over loopback: on the way to AWS each call takes some 50 ms more,
which a program pays for every call that it makes in turn. One of the plain programs lists per
service, as other tools do; the other makes the calls of our engine, one after the other. Each
client's CPU is that of its whole process, with Python's start; the server's is told apart, because
on a machine with few cores they share them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import process
from tests.bench.embedded import served_by
from tests.bench.nobody import nobody
from tests.bench.sizes import Sizes

FLEET = 20_000
ROUNDS = 3
OURS = "hatchway's engine"


@dataclass(frozen=True, slots=True)
class Load:
    """What one load took."""

    wall: float
    """Seconds from the start of the process to its end."""
    cpu: float
    """Seconds of the client."""
    server: float
    """Seconds of the server's CPU meanwhile."""
    said: dict[str, int]
    """Calls, and how many tasks, containers and nodes came."""


def run(sizes: Sizes) -> None:
    """Prints a line for each program, and what it took in terms of ours; they take turns."""
    fleet, rounds = sizes.fleet or FLEET, sizes.rounds or ROUNDS
    print(f"full load of demo --serve --fleet {fleet}  (median of {rounds})")
    loads: dict[str, list[Load]] = {}
    with (
        served_by("--fleet", str(fleet)) as (server, aws),
        nobody(aws) as env,
        tempfile.TemporaryDirectory() as folder,
    ):
        calls = str(Path(folder) / "calls.json")
        for _ in range(rounds):
            for title, *command in (
                (OURS, "tests.bench.crawl_ours", calls),
                ("boto3, the same calls in turn", "tests.bench.crawl_plainly", "same", calls),
                ("boto3, lists per service", "tests.bench.crawl_plainly", "services"),
                ("hatchway ls", "tui", "ls"),
            ):
                loads.setdefault(title, []).append(_load(server, env, *command))
    middle = {title: sorted(some, key=_wall)[len(some) // 2] for title, some in loads.items()}
    for title, load in middle.items():
        _say(title, load, middle[OURS])


def _wall(load: Load) -> float:
    return load.wall


def _load(server: int, env: Mapping[str, str], *module: str) -> Load:
    before, started = process.cpu(server), time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", *module], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as client:
        assert client.stdout is not None
        lines = client.stdout.read().splitlines()
        _, _, usage = os.wait4(client.pid, 0)
        client.returncode = 0
    wall = time.perf_counter() - started
    server_cpu = process.cpu(server) - before
    said = json.loads(lines[-1]) if lines and lines[-1].startswith(b"{") else {}
    return Load(wall, usage.ru_utime + usage.ru_stime, server_cpu, said)


def _say(title: str, load: Load, ours: Load) -> None:
    calls = load.said.get("calls")
    print(
        f"  {title:32} {load.wall:7.1f} s ({load.wall / ours.wall:5.2f})"
        f"   client CPU {load.cpu:6.1f} s ({load.cpu / ours.cpu:5.2f})"
        f"   server CPU {load.server:6.1f} s"
    )
    if calls:
        came = ", ".join(f"{load.said.get(k, 0):,} {k}s" for k in ("task", "container", "node"))
        print(f"  {'':32} {calls:7,} calls ({calls / ours.said['calls']:.2f})   {came}", flush=True)
