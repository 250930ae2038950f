"""One command with its exact output and its real exit status, on containers and on nodes.

On a node the session document for commands without a terminal is asked first: its agent runs the
command, keeps standard output and standard error apart and tells the exit status. The account may
not have that document, its document may be too old for separate streams, or IAM may not allow it:
then, and wherever there is input, the command is wrapped for a terminal (`tui.sessions.wrapping`),
as it always is in a container, where ECS Exec knows nothing else. A terminal has one output:
standard output and standard error arrive together there.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui.errors import SessionTrouble, Unsupported
from tui.model.wish import StartSession, Wish
from tui.sessions.live import Live
from tui.sessions.parting import Ending
from tui.sessions.wrapping import (
    InputLines,
    Manner,
    Unwrapper,
    checked,
    command_line,
    new_nonce,
    wrap_command,
)

DOCUMENT = "AWS-StartInteractiveCommand"
"""AWS's own document for one interactive command; its parameter is `command`."""
DOCUMENT_APART = "AWS-StartNonInteractiveCommand"
"""AWS's own document for one command without a terminal."""
INTERRUPTED = 130
"""The exit status of a command that Ctrl-C has ended, as shells have it."""
BY_A_SIGNAL = 255
"""The exit status of a command that a signal has ended, where the agent does not tell which."""

_INTERRUPT = b"\x03"
_LONGEST_QUOTE = 300
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")


class Command:
    """A command that its agent runs without a terminal: streams apart, the status from the agent.

    The agent splits the line and executes it directly. `exec` makes the command the process that
    hears Ctrl-C and that ends with the session, and turns what cannot be executed into 127.
    """

    def __init__(self, on_output: Callable[[bytes], None]) -> None:
        self._on_output = on_output
        self._live: Live | None = None
        self._interrupted = False

    @property
    def live(self) -> Live:
        """The session it runs in."""
        assert self._live is not None
        return self._live

    @property
    def begun(self) -> bool:
        """Whether it runs, so that there is something to interrupt."""
        return self.live.opening is not None

    def attach(self, live: Live) -> None:
        """This is the session it runs in."""
        self._live = live

    def take_in(self, data: bytes) -> None:
        """The remote side wrote something."""
        self._on_output(data)

    def ended(self, _: Ending) -> None:
        """The session is over."""

    def interrupt(self) -> None:
        """Ctrl-C for the command; its status is 130 then, unless it has its own way with it."""
        self._interrupted = True
        self.live.send(_INTERRUPT)

    async def send(self, data: bytes) -> None:
        """Standard input, once the command has begun; waits while much of it is on its way."""
        self.live.send(data)
        await self.live.drain()

    async def finish(self) -> None:
        """The end of the standard input."""

    async def close(self) -> None:
        """End the session, and whatever runs in it."""
        await self.live.close()

    async def wait(self) -> int:
        """The command's exit status; SessionTrouble when it stays unknown, with what was said."""
        ending = await self.live.wait()
        status = self._status(ending)
        if status is not None:
            return status
        if ending.trouble:
            raise ending.trouble
        raise SessionTrouble(
            "The exit status of the command is unknown: the session ended before it.",
            self._explanation(ending.reason),
        )

    def _status(self, ending: Ending) -> int | None:
        """What the agent told; it knows no number for a command that a signal has ended."""
        if ending.exit_code is not None and ending.exit_code < 0:
            return INTERRUPTED if self._interrupted else BY_A_SIGNAL
        return ending.exit_code

    def _explanation(self, reason: str) -> str:
        return f"It ended with: {plain_words(reason)}. An old SSM Agent does not tell the status."


class WrappedCommand(Command):
    """A command between two marks in a terminal; see `tui.sessions.wrapping`."""

    def __init__(self, nonce: str, manner: Manner, on_output: Callable[[bytes], None]) -> None:
        super().__init__(on_output)
        self._unwrapper = Unwrapper(nonce)
        self._manner = manner
        self._lines = InputLines()
        self._ready = asyncio.Event()

    @property
    def begun(self) -> bool:
        """Whether it runs, so that there is something to interrupt."""
        return self._unwrapper.begun

    def take_in(self, data: bytes) -> None:
        """The terminal wrote something."""
        if output := self._unwrapper.feed(data):
            self._on_output(output)
        if self._unwrapper.status is not None:
            self.live.hang_up()
        elif self._unwrapper.begun and not self._ready.is_set():
            self._ready.set()
            if self._manner is Manner.INPUT and not self._unwrapper.takes_input:
                self.live.hang_up(
                    Unsupported(
                        "Nothing can be piped into this target: it has no base64, or no stty.",
                        "Without input the command can run: </dev/null",
                    )
                )

    def ended(self, _: Ending) -> None:
        """The session is over: what was kept back is output after all."""
        if rest := self._unwrapper.finish():
            self._on_output(rest)

    async def send(self, data: bytes) -> None:
        """Standard input, once the command has begun; waits while much of it is on its way."""
        if self._manner is Manner.INPUT:
            await self._ready.wait()
            data = self._lines.feed(data)
        await super().send(data)

    async def finish(self) -> None:
        """The end of the standard input; a terminal has none."""
        if self._manner is Manner.INPUT:
            await self._ready.wait()
            await super().send(self._lines.finish())

    def _status(self, ending: Ending) -> int | None:
        return self._unwrapper.status if ending.exit_code is None else ending.exit_code

    def _explanation(self, reason: str) -> str:
        if self._unwrapper.begun:
            return f"It ended with: {plain_words(reason)}."
        said = plain_words(self._unwrapper.noise.decode("utf-8", "replace")) or plain_words(reason)
        return f"It said: {said}. Is there a /bin/sh on the target?"


def plain_words(said: str) -> str:
    """The remote side's own last words, bounded, without anything that a terminal would obey."""
    return " ".join(_CONTROL.sub(" ", said).split())[-_LONGEST_QUOTE:].rstrip(".")


@dataclass(frozen=True, slots=True)
class Caller:
    """The near end of a command."""

    manner: Manner = Manner.ALONE
    size: tuple[int, int] | None = None
    """Columns and rows of the terminal, if there is one."""


ALONE = Caller()
"""Nobody: no input and no terminal."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to run a command."""

    wish: Wish
    command: Command


def plans(
    wish: Wish, argv: Sequence[str], caller: Caller, on_output: Callable[[bytes], None]
) -> list[Plan]:
    """The ways to run `argv` where `wish` leads; another one is for when AWS refuses the first.

    The wish's own command or parameters are replaced. Raises WrongUse for what is no command.
    """
    ways = []
    manner = caller.manner
    if manner is Manner.ALONE and isinstance(wish, StartSession) and not wish.document:
        line = command_line(["/bin/sh", "-c", 'exec "$@"', "hatchway", *checked(argv)])
        parameters = {"command": [line], "separateOutputStream": ["True"]}
        apart = replace(wish, document=DOCUMENT_APART, parameters=parameters)
        ways.append(Plan(apart, Command(on_output)))
    nonce = new_nonce()
    line = wrap_command(argv, nonce, manner, caller.size)
    ways.append(Plan(command_wish(wish, line), WrappedCommand(nonce, manner, on_output)))
    return ways


def command_wish(wish: Wish, line: str) -> Wish:
    """The wish that runs a wrapped command line where `wish` leads."""
    if isinstance(wish, StartSession):
        document = wish.document or DOCUMENT
        return replace(wish, document=document, parameters={"command": [line]})
    return replace(wish, command=line)


def refuse_windows(*, windows: bool) -> None:
    """PowerShell has no such script yet."""
    if windows:
        raise Unsupported(
            "A command with an exit status cannot be run on Windows yet.",
            "Open a shell there: `hatchway exec TARGET` without a command.",
        )
