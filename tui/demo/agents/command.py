"""The agent of commands without a terminal: output apart or merged, and the real exit status."""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process

from tui.demo.agents import commands, processes
from tui.demo.agents.agent import Line, TaskFailed
from tui.demo.agents.homes import Homes
from tui.demo.documents import NonInteractive
from tui.demo.machine import Machine
from tui.protocol.message import PayloadType

MOST_MERGED = 64 << 20
"""Bytes of merged output kept until the command has ended; a command that writes more is ended."""

_READ = 65_536
_SIGNALS = {0x03: "SIGINT", 0x1C: "SIGQUIT"}


class CommandAgent:
    """One command on a machine, its standard input empty; see `Agent`."""

    def __init__(self, job: NonInteractive, machine: Machine, homes: Homes) -> None:
        self._job = job
        self._machine = machine
        self._homes = homes
        self._process: Process | None = None

    @property
    def backlog(self) -> int:
        """Nothing is ever waiting: input but for two control characters is discarded."""
        return 0

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Ctrl-C and Ctrl-\\ become signals."""
        if payload_type == PayloadType.OUTPUT and self._process:
            for byte in payload:
                if name := _SIGNALS.get(byte):
                    processes.interrupt(self._process, signal.Signals[name])

    async def run(self, line: Line) -> None:
        """Run the command and report what it wrote, and with separate streams its exit status."""
        environment = self._homes.environment(self._machine)
        words = commands.split(self._job.command)
        if trouble := commands.check(words, self._machine, environment):
            line.send(PayloadType.STDERR, f"Failed to start the command: {trouble}\n".encode())
            raise TaskFailed(trouble)
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE if self._job.separate else STDOUT,
            cwd=environment["HOME"],
            env=environment,
            start_new_session=True,
        )
        self._process = process
        try:
            await (self._apart if self._job.separate else self._merged)(process, line)
        finally:
            self._process = None
            await processes.end(process)

    async def _apart(self, process: Process, line: Line) -> None:
        """Both streams as they come, and at the end the exit status."""
        job = self._job
        streams = (
            (process.stdout, PayloadType.OUTPUT, job.output_prefix),
            (process.stderr, PayloadType.STDERR, job.error_prefix),
        )
        async with asyncio.TaskGroup() as group:
            for stream, kind, prefix in streams:
                if stream:
                    group.create_task(_send(stream, line, kind, prefix.encode()))
        status = await process.wait()
        # like Go, the real agent knows no number for a command that a signal ended
        line.send(PayloadType.EXIT_CODE, f"EXIT_CODE: {max(status, -1)}".encode())

    async def _merged(self, process: Process, line: Line) -> None:
        """Everything at once, after the end."""
        kept = bytearray()
        while process.stdout and (data := await process.stdout.read(_READ)):
            kept += data
            if len(kept) > MOST_MERGED:
                raise TaskFailed(f"The command wrote more than {MOST_MERGED >> 20} MiB.")
        await line.write(PayloadType.OUTPUT, bytes(kept))
        await process.wait()


async def _send(stream: asyncio.StreamReader, line: Line, kind: int, prefix: bytes) -> None:
    """Send a stream live; the prefix comes first, and again after each chunk that ends a line."""
    wants_prefix = bool(prefix)
    while data := await stream.read(_READ):
        await line.write(kind, prefix + data if wants_prefix else data)
        wants_prefix = bool(prefix) and data.endswith(b"\n")
