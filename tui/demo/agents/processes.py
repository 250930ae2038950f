"""Child processes that lead a session of their own, and the end of everything they started."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
GRACE = 0.5
"""Seconds between SIGHUP and SIGKILL."""
_POLLS = 25


async def end(process: Process) -> None:
    """End a process that leads a session, and all that still belongs to the session."""
    session = process.pid
    _tell(session, signal.SIGHUP)
    _tell(session, signal.SIGCONT)
    for _ in range(_POLLS):
        if process.returncode is not None and not any(_members(session)):
            break
        await asyncio.sleep(GRACE / _POLLS)
    _tell(session, signal.SIGKILL)
    await process.wait()


def interrupt(process: Process, number: signal.Signals) -> None:
    """Send a signal to the group of a process that leads it, if it is still there."""
    if process.returncode is None:
        _signal_group(process.pid, number)


def end_all_in(folder: Path) -> None:
    """Kill every process whose home is inside `folder`, also those that fled their session.

    Only where there is a /proc to look at.
    """
    mark = f"HOME={folder}/".encode()
    for process in _processes():
        if _environment_has(process, mark):
            _signal(int(process.name), signal.SIGKILL)


def _tell(session: int, number: signal.Signals) -> None:
    """Send a signal to all processes of a session; without /proc, to its leader's group."""
    _signal_group(session, number)
    for pid in _members(session):
        _signal(pid, number)


def _members(session: int) -> Iterator[int]:
    """The living processes of a session."""
    for process in _processes():
        try:
            stat = (process / "stat").read_bytes()
        except OSError:
            continue
        # the name in parentheses may hold anything, so count from its end
        state, _parent, _group, its_session = stat.rpartition(b")")[2].split()[:4]
        if int(its_session) == session and state not in b"ZX":
            yield int(process.name)


def _processes() -> Iterator[Path]:
    if PROC.is_dir():
        yield from (entry for entry in PROC.iterdir() if entry.name.isdigit())


def _environment_has(process: Path, mark: bytes) -> bool:
    try:
        environment = (process / "environ").read_bytes()
    except OSError:
        return False
    return any(entry.startswith(mark) for entry in environment.split(b"\0"))


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return
