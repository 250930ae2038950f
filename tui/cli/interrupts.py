"""Ctrl-C while a command runs elsewhere: first the command hears of it, then we go."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

PATIENCE_SECONDS = 2.0
"""How long a command may take to end after Ctrl-C."""


class Interruptible(Protocol):
    """A command that runs elsewhere."""

    @property
    def begun(self) -> bool:
        """Whether it would hear Ctrl-C."""

    def interrupt(self) -> None:
        """Ctrl-C for it."""


@contextmanager
def ctrl_c(command: Interruptible, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Meanwhile SIGINT goes to the command.

    A second one, or `patience` seconds without an end, cancels the task of the caller instead, as
    SIGINT does before and after.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    waiting: asyncio.TimerHandle | None = None

    def leave() -> None:
        sys.stderr.write("hatchway: the command did not end with Ctrl-C; its session is closed\n")
        task.cancel()

    def pressed() -> None:
        nonlocal waiting
        if waiting or not command.begun:
            task.cancel()
            return
        command.interrupt()
        waiting = loop.call_later(patience, leave)

    loop.add_signal_handler(signal.SIGINT, pressed)
    try:
        yield
    finally:
        if waiting:
            waiting.cancel()
        loop.add_signal_handler(signal.SIGINT, task.cancel)
