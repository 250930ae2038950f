"""The agent of shells and interactive commands: a real program in a real pseudo-terminal."""

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import Mapping

from tui.demo.agents import commands, processes
from tui.demo.agents.agent import Line, TaskFailed
from tui.demo.agents.homes import Homes
from tui.demo.agents.terminal import Terminal
from tui.demo.behaviour import Behaviour
from tui.demo.documents import Interactive, Shell
from tui.demo.machine import Machine
from tui.protocol.message import PayloadType

_READ = 65_536
_LARGEST_SIDE = 65_535
_START_ERROR = "----------ERROR-------\nUnable to start command: Failed to start pty: "
"""How the real agent opens the text of a channel that it could not start."""


class ShellAgent:
    """A shell, or one command, on a machine; see `Agent`."""

    def __init__(
        self, job: Shell | Interactive, machine: Machine, homes: Homes, behaviour: Behaviour
    ) -> None:
        self._job = job
        self._machine = machine
        self._homes = homes
        self._behaviour = behaviour
        self._size = (80, 24)
        self._early = bytearray()
        self._terminal: Terminal | None = None

    @property
    def backlog(self) -> int:
        """Bytes typed that the program has not read."""
        return self._terminal.backlog if self._terminal else len(self._early)

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Keys and sizes; anything else means nothing to a terminal."""
        if payload_type == PayloadType.SIZE:
            self._resize(payload)
        elif payload_type == PayloadType.OUTPUT:
            if self._terminal:
                self._terminal.write(payload)
            else:
                self._early += payload

    async def run(self, line: Line) -> None:
        """Start the program, carry its output, and end all it started."""
        environment = self._homes.environment(self._machine)
        words = self._words(environment)
        terminal = Terminal(*self._size, line.relieved)
        try:
            process = await asyncio.create_subprocess_exec(
                *commands.ON_TERMINAL,
                *words,
                stdin=terminal.program_side,
                stdout=terminal.program_side,
                stderr=terminal.program_side,
                cwd=environment["HOME"],
                env=environment,
                start_new_session=True,
            )
            terminal.hand_over()
            self._terminal = terminal
            terminal.write(bytes(self._early))
            try:
                await self._carry(process, terminal, line)
            finally:
                await processes.end(process)
        finally:
            self._terminal = None
            terminal.close()

    def _words(self, environment: Mapping[str, str]) -> list[str]:
        """The command line to execute."""
        job = self._job
        if isinstance(job, Shell):
            return commands.login_shell(self._machine, environment["PATH"])
        if not job.direct:
            return ["sh", "-c", job.command]
        words = commands.split(job.command)
        if trouble := commands.check(words, self._machine, environment):
            raise TaskFailed(_START_ERROR + trouble)
        return words

    def _resize(self, payload: bytes) -> None:
        """Take a size that makes sense; ignore any other, as the real agent does."""
        try:
            fields = json.loads(payload)
            cols, rows = fields["cols"], fields["rows"]
        except (ValueError, RecursionError, TypeError, KeyError):
            return
        if all(isinstance(n, int) and 0 < n <= _LARGEST_SIDE for n in (cols, rows)):
            self._size = (cols, rows)
            if self._terminal:
                self._terminal.resize(cols, rows)

    async def _carry(self, process: Process, terminal: Terminal, line: Line) -> None:
        """Send what the program writes, until it and its terminal are at their end."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_output(terminal, line))
            await process.wait()
            # what it left in the background would keep the terminal open
            await processes.end(process)
            terminal.finish()

    async def _send_output(self, terminal: Terminal, line: Line) -> None:
        """Read and send; never part a character over two payloads."""
        await asyncio.sleep(self._behaviour.start_delay)
        most = self._behaviour.payload_bytes
        held = b""
        while data := await terminal.read(_READ):
            data = held + data
            at = 0
            while (end := _cut(data, at, most)) > at:
                await line.put(PayloadType.OUTPUT, data[at:end])
                at = end
            held = data[at:]
        if held:
            await line.put(PayloadType.OUTPUT, held)


def _cut(data: bytes, start: int, most: int) -> int:
    """Where the payload that begins at `start` ends: before a character that is not complete.

    Bytes that are no UTF-8 pass; at most three are held back.
    """
    end = min(start + most, len(data))
    for back in range(1, min(4, end - start + 1)):
        byte = data[end - back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return end - back if length > back else end
        if byte < 0x80:
            return end
    return end
