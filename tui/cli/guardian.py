"""Restores the caller's terminal when this process is killed in a way that it cannot see.

A process of its own, in a session of its own, holds the terminal and waits for one end of a pipe
to close, whose other end only we have: that happens when we die, however. It then restores the
terminal's modes, but only if they are still exactly those that we set: a shell that takes its
terminal back mends them itself. When we leave in an ordinary way it is ended first. It imports
nothing but two modules of the system and reads no file of the user's.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import termios

Modes = list[int | list[bytes | int]]
"""What termios knows of a terminal: four sets of flags, two speeds, the control characters."""

_PROGRAM = """
import json, os, sys, termios
def modes(text):
    found = json.loads(text)
    found[6] = [bytes.fromhex(one) if isinstance(one, str) else one for one in found[6]]
    return found
before, ours = modes(sys.argv[1]), modes(sys.argv[2])
while os.read(0, 1):
    pass
try:
    if termios.tcgetattr(1)[:4] == ours[:4]:
        termios.tcsetattr(1, termios.TCSAFLUSH, before)
except termios.error:
    pass
"""


@contextmanager
def raw(fd: int) -> Iterator[None]:
    """Raw mode, if it is a terminal; what was typed ahead at the end is not left to the shell."""
    if sys.platform == "win32" or not os.isatty(fd):
        yield
        return
    before = termios.tcgetattr(fd)
    ours = _made_raw(before)
    with _guarded(fd, before, ours):
        try:
            termios.tcsetattr(fd, termios.TCSANOW, ours)
            yield
        finally:
            with suppress(termios.error):  # the terminal is gone, and its mode with it
                termios.tcsetattr(fd, termios.TCSAFLUSH, before)


@contextmanager
def _guarded(fd: int, before: Modes, ours: Modes) -> Iterator[None]:
    """Whatever happens to us, the terminal's modes go from `ours` back to `before`."""
    program = [sys.executable, "-I", "-S", "-c", _PROGRAM, _as_text(before), _as_text(ours)]
    reading, writing = os.pipe()  # nobody inherits the end that we keep
    try:
        guardian = subprocess.Popen(
            program,
            stdin=reading,
            stdout=fd,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # what is done to our process group does not reach it
        )
    except OSError:  # no more processes: then without one
        guardian = None
    finally:
        os.close(reading)
    try:
        yield
    finally:
        if guardian:
            guardian.kill()
            guardian.wait()
        os.close(writing)


def _made_raw(before: Modes) -> Modes:
    """The same modes, but every octet passes in both directions as it is."""
    iflag, oflag, cflag, lflag, *speeds, characters = before
    assert isinstance(iflag, int)
    assert isinstance(oflag, int)
    assert isinstance(cflag, int)
    assert isinstance(lflag, int)
    assert isinstance(characters, list)
    characters = list(characters)
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    return [
        iflag & ~(termios.BRKINT | termios.ICRNL | termios.INPCK | termios.ISTRIP | termios.IXON),
        oflag & ~termios.OPOST,
        cflag & ~(termios.CSIZE | termios.PARENB) | termios.CS8,
        lflag & ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG),
        *speeds,
        characters,
    ]


def _as_text(modes: Modes) -> str:
    characters = modes[-1]
    assert isinstance(characters, list)
    plain = [one.hex() if isinstance(one, bytes) else one for one in characters]
    return json.dumps([*modes[:-1], plain])
