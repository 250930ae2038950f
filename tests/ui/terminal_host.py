"""An app around one terminal, and a real program in a real pty for it to talk to."""

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Label

from tui.ui.widgets.terminal import Terminal

STYLE = Path(__file__).parents[2] / "styles" / "widgets" / "terminal.tcss"

# Makes the pty the controlling terminal, so that ctrl+c and the window size reach the program.
LOGIN = "import os, sys; os.login_tty(0); os.execvp(sys.argv[1], sys.argv[1:])"


class Sink:
    """A remote that only listens."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.sizes: list[tuple[int, int]] = []
        self.flow: list[str] = []

    def send(self, data: bytes) -> None:
        self.sent += data

    def resize(self, cols: int, rows: int) -> None:
        self.sizes.append((cols, rows))

    def pause(self) -> None:
        self.flow.append("pause")

    def resume(self) -> None:
        self.flow.append("resume")

    def take(self) -> bytes:
        taken = bytes(self.sent)
        self.sent.clear()
        return taken


class Shell(Sink):
    """A program in a pty."""

    def __init__(self, master: int) -> None:
        super().__init__()
        self._master = master

    def send(self, data: bytes) -> None:
        super().send(data)
        os.write(self._master, data)

    def resize(self, cols: int, rows: int) -> None:
        super().resize(cols, rows)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def read_into(self, terminal: Terminal) -> None:
        data = b""
        with suppress(OSError):  # the pty of a program that ended cannot be read
            data = os.read(self._master, 65536)
        if data:
            terminal.feed(data)
        else:
            asyncio.get_running_loop().remove_reader(self._master)
            terminal.end("The shell ended.")


class Host(App[None], inherit_bindings=False):
    """One terminal and something else that can have the focus."""

    ENABLE_COMMAND_PALETTE = False

    CSS_PATH = STYLE

    def __init__(self, remote: Sink) -> None:
        super().__init__()
        self.terminal = Terminal(
            send=remote.send, resize=remote.resize, pause=remote.pause, resume=remote.resume
        )
        self.elsewhere = Label("elsewhere")
        self.elsewhere.can_focus = True
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.elsewhere
        yield self.terminal

    def on_mount(self) -> None:
        self.terminal.focus()

    def on_event_of_terminal(self, message: Message) -> None:
        self.heard.append(message)

    on_terminal_detached = on_event_of_terminal
    on_terminal_close_requested = on_event_of_terminal
    on_terminal_next_requested = on_event_of_terminal
    on_terminal_zoom_requested = on_event_of_terminal
    on_terminal_session_chosen = on_event_of_terminal
    on_terminal_title_changed = on_event_of_terminal
    on_terminal_clipboard_refused = on_event_of_terminal
    on_terminal_stumbled = on_event_of_terminal
    on_terminal_copied = on_event_of_terminal

    @property
    def shown(self) -> list[str]:
        """The rows as they are drawn, without the blanks at their end."""
        height = self.terminal.size.height
        return [self.terminal.render_line(row).text.rstrip() for row in range(height)]


@asynccontextmanager
async def hosted(
    remote: Sink, size: tuple[int, int] = (80, 25)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    host = Host(remote)
    async with host.run_test(size=size) as pilot:
        await until(pilot, lambda: bool(remote.sizes))
        yield host, pilot


@asynccontextmanager
async def shell(
    *command: str, size: tuple[int, int] = (80, 25)
) -> AsyncIterator[tuple[Host, Pilot[None], Shell]]:
    """A running program, shown; it is gone afterwards."""
    master, slave = pty.openpty()
    remote = Shell(master)
    environment = {"TERM": "xterm-256color", "PS1": "$ ", "PATH": os.environ["PATH"]}
    async with hosted(remote, size) as (host, pilot):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOGIN, *command,
            stdin=slave, stdout=slave, stderr=slave, env=environment | {"HOME": os.environ["HOME"]},
        )  # fmt: skip
        os.close(slave)
        loop = asyncio.get_running_loop()
        loop.add_reader(master, remote.read_into, host.terminal)
        try:
            yield host, pilot, remote
        finally:
            loop.remove_reader(master)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            os.close(master)


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str = "") -> None:
    """Wait for a condition; a test fails when it never comes true."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(what or "what was waited for did not happen")


async def until_shown(host: Host, pilot: Pilot[None], text: str) -> None:
    await until(
        pilot,
        lambda: any(text in row for row in host.shown),
        f"{text!r} is not in {[row for row in host.shown if row]}",
    )


async def fed(host: Host, pilot: Pilot[None], data: str | bytes) -> None:
    """Write to the terminal, and wait until it is painted."""
    host.terminal.feed(data.encode() if isinstance(data, str) else data)
    await until_painted(host, pilot)


async def until_painted(host: Host, pilot: Pilot[None]) -> None:
    """Wait until the terminal has nothing left to feed, and no paint planned."""
    terminal = host.terminal
    await until(pilot, lambda: not len(terminal._backlog) and not terminal._feeding)
    await until(pilot, lambda: terminal._paint_timer is None)
    await pilot.pause()
