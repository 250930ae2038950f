"""One command with its exact output and its real exit status, over a terminal that has neither.

ECS Exec and interactive session documents run a command in a pseudo-terminal and never tell its
exit status. So the command is wrapped in a small shell script which switches the terminal's
translations off, and writes a mark before the output and another one, with the status, behind it.
The marks hold a random word that the command cannot know. A terminal has one output: standard
output and standard error arrive together. Standard input is empty.

The agent in a container splits the command line like a shell and runs it directly; on a node it
hands the line to `sh -c`. The quoting here reads the same for both. Needs `/bin/sh` and `printf`
on the target; without `stty` the terminal's translation of line ends is undone here instead.
"""

import re
import secrets
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace

from tui.errors import SessionTrouble, Unsupported, WrongUse
from tui.model.wish import StartSession, Wish
from tui.sessions.live import Live
from tui.sessions.parting import Ending

DOCUMENT = "AWS-StartInteractiveCommand"
"""AWS's own document for one interactive command; its parameter is `command`."""
_INTERRUPT = b"\x03"

# - `trap` lets the script outlive Ctrl-C, so that it can report status 130.
# - The parentheses keep a command such as `exit 7` from ending the script.
# - The formats hold no mark, so an echo of the script is not taken for one.
# - `read` keeps the terminal open until its last output was taken; nothing is ever sent to it.
_SCRIPT = (
    "trap : INT QUIT; "
    "if stty -opost -echo 2>/dev/null; then m=1; else m=0; fi; "
    'printf "hw-%s-begin-%s;" {nonce} $m; '
    '("$@") </dev/null; '
    'printf "hw-%s-end-%s;" {nonce} $?; '
    "read -r _"
)
_LAST_NOISE = 2048
_DIGITS = re.compile(rb"[0-9]{0,3}")
_LONGEST_QUOTE = 300
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")


def new_nonce() -> str:
    """A word for the marks that no output contains by chance."""
    return secrets.token_hex(8)


def wrap_command(argv: Sequence[str], nonce: str) -> str:
    """The command line that runs `argv` between two marks; WrongUse when it cannot be written."""
    if not argv:
        raise WrongUse("There is no command to run.", "Write it behind `--`.")
    if any("\0" in word for word in argv):
        raise WrongUse("A command cannot contain a NUL character.")
    script = _SCRIPT.format(nonce=nonce)
    line = shlex.join(["/bin/sh", "-c", script, "hatchway", *argv])
    # Session documents replace {{ name }} by parameters. Two braces are only ever found inside
    # single quotes, which may be closed and opened again between them.
    return re.sub(r"\{(?=\{)", "{''", line)


def command_wish(wish: Wish, line: str) -> Wish:
    """The wish that runs a wrapped command line where `wish` leads."""
    if isinstance(wish, StartSession):
        document = wish.document or DOCUMENT
        return replace(wish, document=document, parameters={"command": [line]})
    return replace(wish, command=line)


class Unwrapper:
    """Takes the output of a wrapped command out of what the terminal writes, cut anywhere."""

    def __init__(self, nonce: str) -> None:
        self._begin = f"hw-{nonce}-begin-".encode()
        self._begun_by = re.compile(re.escape(self._begin) + rb"([01]);")
        self._end = f"hw-{nonce}-end-".encode()
        self._ended_by = re.compile(re.escape(self._end) + rb"([0-9]{1,3});")
        self._kept = b""
        self._translated = False
        self.begun = False
        """Whether the first mark came: the script runs."""
        self.status: int | None = None
        """The command's exit status, once the last mark came."""
        self.noise = b""
        """The last of what came before the first mark: a refusal, when there is no such mark."""

    def feed(self, data: bytes) -> bytes:
        """What of the command's output can be told apart by now; the rest is kept for later."""
        if self.status is not None:
            return b""
        self._kept += data
        if not self.begun:
            self._look_for_begin()
        return self._output() if self.begun else b""

    def finish(self) -> bytes:
        """The output that was kept, when nothing follows and the last mark never came."""
        kept, self._kept = self._kept, b""
        if self.status is not None or not self.begun:
            return b""
        return self._plain(kept)

    def _look_for_begin(self) -> None:
        """Step over the first mark; keep no more than may be the start of it."""
        kept = self._kept
        found = self._begun_by.search(kept)
        cut = found.start() if found else len(kept) - _started(kept, self._begin)
        self.noise = (self.noise + kept[:cut])[-_LAST_NOISE:]
        self._kept = kept[found.end() if found else cut :]
        if found:
            self.begun = True
            self._translated = found[1] == b"0"

    def _output(self) -> bytes:
        """The output in front of the last mark, or of what may become it."""
        kept = self._kept
        if found := self._ended_by.search(kept):
            self.status = int(found[1])
            self._kept = b""
            return self._plain(kept[: found.start()])
        cut = len(kept) - _started(kept, self._end)
        if self._translated and kept[:cut].endswith(b"\r"):
            cut -= 1  # the other half of a line end may follow
        self._kept = kept[cut:]
        return self._plain(kept[:cut])

    def _plain(self, output: bytes) -> bytes:
        """Undo the terminal's line ends, if it could not be told to leave them alone."""
        return output.replace(b"\r\n", b"\n") if self._translated else output


def _started(data: bytes, mark: bytes) -> int:
    """How many octets at the end of `data` may be the start of `mark` with its number."""
    whole = data.rfind(mark)
    if whole >= 0 and _DIGITS.fullmatch(data, whole + len(mark)):
        return len(data) - whole
    longest = min(len(data), len(mark) - 1)
    return next((n for n in range(longest, 0, -1) if data.endswith(mark[:n])), 0)


class Command:
    """A wrapped command, running."""

    def __init__(self, nonce: str, on_output: Callable[[bytes], None]) -> None:
        self._unwrapper = Unwrapper(nonce)
        self._on_output = on_output
        self._live: Live | None = None

    @property
    def live(self) -> Live:
        """The session it runs in."""
        assert self._live is not None
        return self._live

    def attach(self, live: Live) -> None:
        """This is the session it runs in."""
        self._live = live

    def take_in(self, data: bytes) -> None:
        """The terminal wrote something."""
        if output := self._unwrapper.feed(data):
            self._on_output(output)
        if self._unwrapper.status is not None:
            self.live.hang_up()

    def ended(self, _: Ending) -> None:
        """The session is over: what was kept back is output after all."""
        if rest := self._unwrapper.finish():
            self._on_output(rest)

    def interrupt(self) -> None:
        """Ctrl-C for the command; its status is 130 then, unless it has its own way with it."""
        self.live.send(_INTERRUPT)

    async def close(self) -> None:
        """End the session, and whatever runs in it."""
        await self.live.close()

    async def wait(self) -> int:
        """The command's exit status; SessionTrouble when it stays unknown, with what was said."""
        ending = await self.live.wait()
        status = self._unwrapper.status if ending.exit_code is None else ending.exit_code
        if status is not None:
            return status
        if ending.trouble:
            raise ending.trouble
        raise SessionTrouble(
            "The exit status of the command is unknown: the session ended before it.",
            self._explanation(ending.reason),
        )

    def _explanation(self, reason: str) -> str:
        """The remote side's own words, without anything that a terminal would obey."""
        said = _CONTROL.sub(" ", self._unwrapper.noise.decode("utf-8", "replace"))
        said = " ".join(said.split())[-_LONGEST_QUOTE:]
        if self._unwrapper.begun:
            return f"It ended with: {reason[:_LONGEST_QUOTE]}."
        return f"It said: {said or reason[:_LONGEST_QUOTE]}. Is there a /bin/sh on the target?"


def refuse_windows(*, windows: bool) -> None:
    """PowerShell has no such script yet."""
    if windows:
        raise Unsupported(
            "A command with an exit status cannot be run on Windows yet.",
            "Open a shell there, or use AWS-StartNonInteractiveCommand with `hatchway session`.",
        )
