"""From the words on the command line to an exit status."""

import asyncio
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from logging.handlers import RotatingFileHandler

from tui import paths
from tui.cli.parser import parse
from tui.errors import Trouble
from tui.model.plain import plain
from tui.ui.keyboard import prepare_environment

INTERRUPTED = 130
"""The exit status after Ctrl-C."""

_LOG_BYTES = 1 << 20
_PAINTS_A_SECOND = "240"
"""Four times Textual's own: at 60, a key waits up to 16 ms for the paint that shows it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb and gives the exit status; a Trouble is one line on stderr."""
    try:
        return _run(parse(sys.argv[1:] if arguments is None else arguments))
    except Trouble as trouble:
        complain(trouble)
        return trouble.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone: nothing is left to be said, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def complain(trouble: Trouble) -> None:
    """One line on stderr: what happened and what to do."""
    sys.stderr.write(f"hatchway: {plain(str(trouble))}\n")


def _run(options: Namespace) -> int:
    _keep_a_log()
    # verbs are imported when they run: the browser paints before any AWS library is loaded
    if options.verb == "demo":
        from tui.cli.demo import demo

        return demo(options)
    return run(lambda: _verb(options))


def prepare_the_screen() -> None:
    """What has to be set before Textual is imported for the first time."""
    os.environ.setdefault("TEXTUAL_FPS", _PAINTS_A_SECOND)
    prepare_environment()


async def _verb(options: Namespace) -> int:
    if options.verb == "":
        prepare_the_screen()
        from tui.cli.browse import browse

        return await browse(options)
    from tui.cli import verbs

    return await verbs.RUN[options.verb](options)


def run(work: Callable[[], Coroutine[None, None, int]]) -> int:
    """Runs `work` on an event loop; SIGINT, SIGTERM and SIGHUP cancel it, and it cleans up.

    The exit status after a signal is 128 and its number, as shells have it.
    """
    caught: list[int] = []

    async def guarded() -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None

        def stop(number: int) -> None:
            caught.append(number)
            task.cancel()

        for number in _deadly():
            loop.add_signal_handler(number, stop, number)
        return await work()

    try:
        status = asyncio.run(guarded())
    except asyncio.CancelledError:
        status = INTERRUPTED
    # the screen ends as if it had been left when it is cancelled
    return 128 + caught[0] if caught else status


def _deadly() -> tuple[signal.Signals, ...]:
    """The signals that end a program and leave it time to clean up."""
    if sys.platform == "win32":
        return ()  # the loop takes no handlers there; Ctrl-C comes as KeyboardInterrupt
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _keep_a_log() -> None:
    """Warnings and worse go to the log file; the SDK's own logs stay out: they hold requests."""
    try:
        handler = RotatingFileHandler(
            paths.log_file(), maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        return  # a home that cannot be written to is no reason not to work
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("tui").addHandler(handler)
    logging.getLogger("tui").setLevel(logging.WARNING)
