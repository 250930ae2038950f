"""Which program a session runs on a machine, and what stops it from running."""

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tui.demo.agents.agent import TaskFailed
from tui.demo.machine import Machine

ON_TERMINAL = (sys.executable, "-I", "-S", str(Path(__file__).with_name("ontty.py")))
"""Put before a command, it gets the terminal on its standard input as its own."""


def login_shell(machine: Machine, path: str) -> list[str]:
    """The shell of a session without a command."""
    if machine.system == "windows" and (powershell := shutil.which("pwsh", path=path)):
        return [powershell, "-NoLogo"]
    if machine.has_bash and machine.system != "windows" and shutil.which("bash", path=path):
        return ["bash"]
    return ["sh"]


def split(command: str) -> list[str]:
    """The words of a command, as a shell would part them, without any of its other powers.

    Raises TaskFailed for a command that is empty or not well formed.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise TaskFailed(f"Failed to parse the command: {error}") from error
    if not words:
        raise TaskFailed("Commands cannot be empty for this session type.")
    return words


def check(words: list[str], machine: Machine, environment: Mapping[str, str]) -> str:
    """Why the program cannot be executed, in the words of the agents' language; empty when it can.

    A machine without bash has none, wherever the command looks for it.
    """
    program = words[0]
    missing = not machine.has_bash and PurePosixPath(program).name == "bash"
    if "/" in program:
        file = Path(environment["HOME"], program)
        if missing or not file.exists():
            return f"fork/exec {program}: no such file or directory"
        return "" if shutil.which(file) else f"fork/exec {program}: permission denied"
    if missing or not shutil.which(program, path=environment["PATH"]):
        return f'exec: "{program}": executable file not found in $PATH'
    return ""
