"""The small shell script around a command, and what it writes taken apart again.

ECS Exec and interactive session documents run a command in a pseudo-terminal and never tell its
exit status. So the command is wrapped in a script which switches the terminal's translations off,
and writes a mark before the output and another one, with the status, behind it. The marks hold a
random word that the command cannot know.

A terminal is no way for bytes either: it takes some for keys, and its input has no end. So input
goes through it as lines of base64 with the terminal's own end-of-file key behind the last line,
and `base64 -d` in front of the command makes bytes of it again. Lines hold the sender back as
soon as the terminal is full, and Ctrl-C stays what it is. What the decoder gives on comes in
blocks of some kilobytes: whoever answers line by line through a pipe waits until the input ends.

The agent in a container splits the command line like a shell and runs it directly; on a node it
hands the line to `sh -c`. The quoting here reads the same for both. Needs `/bin/sh` and `printf`
on the target. Without `stty` the terminal's translation of line ends is undone here instead, and
no input is possible; nor is it without `base64`.
"""

import re
import secrets
import shlex
from binascii import b2a_base64
from collections.abc import Sequence
from enum import Enum, auto

from tui.errors import WrongUse


class Manner(Enum):
    """Where a command's input comes from."""

    ALONE = auto()
    """It has none."""
    INPUT = auto()
    """Bytes, up to their end."""
    TERMINAL = auto()
    """A person at a terminal: nothing is taken from it, nothing translated."""


# - `trap` lets the script outlive Ctrl-C, so that it can report status 130; a subshell has to say
#   it again, and the command in a subshell of its own hears the signal as usual.
# - The parentheses keep a command such as `exit 7` from ending the script.
# - The formats hold no mark, so an echo of the script is not taken for one.
# - What follows the last mark keeps the terminal open until its last output was taken; the session
#   is ended as soon as the mark has come.
_BEGIN = 'printf "hw-%s-begin-%s;" {nonce} '
_RUN_AND_END = '("$@"){source}; printf "hw-%s-end-%s;" {nonce} $?; '
_STAY = "while :; do sleep 9; done"
_SCRIPTS = {
    Manner.ALONE: (
        "trap : INT QUIT; "
        "if stty -opost -echo 2>/dev/null; then m=10; else m=00; fi; "
        f"{_BEGIN}$m; {_RUN_AND_END.replace('{source}', ' </dev/null')}read -r _"
    ),
    Manner.INPUT: (
        "trap : INT QUIT; m=00; "
        "stty -opost -echo icanon isig -ixon eof ^D 2>/dev/null && "
        "command -v base64 >/dev/null 2>&1 && m=11; "
        f"{_BEGIN}$m; [ $m = 11 ] || exit 1; "
        "base64 -d 2>/dev/null | { trap : INT QUIT; "
        f"{_RUN_AND_END.replace('{source}', '')}{_STAY}; }}"
    ),
    Manner.TERMINAL: (
        f"trap : INT QUIT; {{size}}{_BEGIN}10; {_RUN_AND_END.replace('{source}', '')}{_STAY}"
    ),
}
_LAST_NOISE = 2048
_FLAGS = re.compile(rb"[01]{0,2}")
_DIGITS = re.compile(rb"[0-9]{0,3}")
_END_OF_FILE = b"\x04"
_OF_A_LINE = 768
"""Octets in a line of 1,024 characters: every terminal takes 4,096 in one."""


def new_nonce() -> str:
    """A word for the marks that no output contains by chance."""
    return secrets.token_hex(8)


def wrap_command(
    argv: Sequence[str],
    nonce: str,
    manner: Manner = Manner.ALONE,
    size: tuple[int, int] | None = None,
) -> str:
    """The command line that runs `argv` between two marks; WrongUse when it cannot be written.

    A person's terminal has `size`, in columns and rows: what the session tells the agent only
    arrives when the command has begun.
    """
    sized = "stty cols {} rows {} 2>/dev/null; ".format(*size) if size else ""
    script = _SCRIPTS[manner].replace("{nonce}", nonce).replace("{size}", sized)
    return command_line(["/bin/sh", "-c", script, "hatchway", *checked(argv)])


def checked(argv: Sequence[str]) -> Sequence[str]:
    """The same words; WrongUse when they cannot be a command."""
    if not argv:
        raise WrongUse("There is no command to run.", "Write it behind `--`.")
    if any("\0" in word for word in argv):
        raise WrongUse("A command cannot contain a NUL character.")
    return argv


def command_line(words: Sequence[str]) -> str:
    """One line of these words, for a shell, or for an agent that splits it as a shell would."""
    # Session documents replace {{ name }} by parameters. Two braces are only ever found inside
    # single quotes, which may be closed and opened again between them.
    return re.sub(r"\{(?=\{)", "{''", shlex.join(words))


class InputLines:
    """Makes the lines that carry a command's input; see the module."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """The lines for `data`; up to two octets wait for the next."""
        data = self._rest + data
        whole = len(data) - len(data) % 3
        self._rest = data[whole:]
        cuts = range(0, whole, _OF_A_LINE)
        return b"".join(b2a_base64(data[at : min(at + _OF_A_LINE, whole)]) for at in cuts)

    def finish(self) -> bytes:
        """The last line and the end of the input."""
        rest, self._rest = self._rest, b""
        return (b2a_base64(rest) if rest else b"") + _END_OF_FILE


class Unwrapper:
    """Takes the output of a wrapped command out of what the terminal writes, cut anywhere."""

    def __init__(self, nonce: str) -> None:
        self._begin = f"hw-{nonce}-begin-".encode()
        self._begun_by = re.compile(re.escape(self._begin) + rb"([01])([01]);")
        self._end = f"hw-{nonce}-end-".encode()
        self._ended_by = re.compile(re.escape(self._end) + rb"([0-9]{1,3});")
        self._kept = b""
        self._translated = False
        self.begun = False
        """Whether the first mark came: the script runs."""
        self.takes_input = False
        """Whether the script is able to take input; known with the first mark."""
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
        cut = found.start() if found else len(kept) - _started(kept, self._begin, _FLAGS)
        self.noise = (self.noise + kept[:cut])[-_LAST_NOISE:]
        self._kept = kept[found.end() if found else cut :]
        if found:
            self.begun = True
            self._translated = found[1] == b"0"
            self.takes_input = found[2] == b"1"

    def _output(self) -> bytes:
        """The output in front of the last mark, or of what may become it."""
        kept = self._kept
        if found := self._ended_by.search(kept):
            self.status = int(found[1])
            self._kept = b""
            return self._plain(kept[: found.start()])
        cut = len(kept) - _started(kept, self._end, _DIGITS)
        if self._translated and kept[:cut].endswith(b"\r"):
            cut -= 1  # the other half of a line end may follow
        self._kept = kept[cut:]
        return self._plain(kept[:cut])

    def _plain(self, output: bytes) -> bytes:
        """Undo the terminal's line ends, if it could not be told to leave them alone."""
        return output.replace(b"\r\n", b"\n") if self._translated else output


def _started(data: bytes, mark: bytes, number: re.Pattern[bytes]) -> int:
    """How many octets at the end of `data` may be the start of `mark` with its number."""
    whole = data.rfind(mark)
    if whole >= 0 and number.fullmatch(data, whole + len(mark)):
        return len(data) - whole
    longest = min(len(data), len(mark) - 1)
    return next((n for n in range(longest, 0, -1) if data.endswith(mark[:n])), 0)
