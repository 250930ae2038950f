"""What a journey may have left behind: sessions in AWS, processes, listening ports."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3

from tui.demo.embedded import EmbeddedAws

_LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""


async def active_sessions(aws: EmbeddedAws) -> dict[str, list[str]]:
    """The targets of active sessions by place, as DescribeSessions tells them in each account and
    region; empty when there are none."""
    found = await asyncio.to_thread(_described, aws)
    return {place: targets for place, targets in found.items() if targets}


def _described(aws: EmbeddedAws) -> dict[str, list[str]]:
    found = {}
    for account in aws.world.accounts:
        session = boto3.Session(profile_name=account.name)
        for region in aws.world.regions(account.number):
            ssm: Any = session.client("ssm", region_name=region)
            pages = ssm.get_paginator("describe_sessions").paginate(State="Active")
            rows = [row for page in pages for row in page["Sessions"]]
            found[f"{account.name}/{region}"] = [row["Target"] for row in rows]
            ssm.close()
    return found


def descendants(ancestor: int = 0) -> set[int]:
    """All processes below one, or below this one, also those that nobody has waited for."""
    ancestor = ancestor or os.getpid()
    parents = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and (parent := _parent(process)):
            parents[int(process.name)] = parent
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in found | {ancestor}} - found:
        found |= more
    return found


def alive(pids: Iterable[int]) -> set[int]:
    """Those of the processes that still run; one that only waits to be waited for does not."""
    return {pid for pid in pids if _state(pid) not in ("", "Z", "X")}


def _state(pid: int) -> str:
    """A process's state in one letter, empty when it has gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[0]


def _parent(process: Path) -> int:
    """0 for a process that has gone meanwhile."""
    try:
        stat = (process / "stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def listeners() -> set[int]:
    """The TCP ports on which this process listens."""
    mine = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            mine.add(str(descriptor.readlink()))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and f"socket:[{fields[9]}]" in mine:
                found.add(int(fields[1].rpartition(":")[2], 16))
    return found
