"""The Remote Desktop client on this computer: which one there is, and running it.

A client gets the address of the tunnel as an argument, and a password only through a pipe. It runs
in a session of its own, so that Ctrl-C in our terminal is not also its end.
"""

import asyncio
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Self
from urllib.parse import quote

from tui.errors import SessionTrouble, WrongSettings
from tui.sessions.windows_password import Secret

NEVER = "none"
"""Instead of a command in the settings: no client is ever started."""
_FREERDP = ("xfreerdp3", "xfreerdp")
_HAND_OVER = frozenset({"open", "remmina", "xdg-open"})
"""Programs that may ask a running one to show the desktop, and end at once."""
_FROM_STDIN = "/from-stdin"
"""FreeRDP's option; with `:force` it reads one line, the password, before it connects."""
_PLACES = ("address", "host", "port", "user")
_PIPE_SECONDS = 5.0
_HAND_OVER_SECONDS = 3.0
_END_SECONDS = 2.0
_PRIVATE = ("AWS_", "HATCHWAY_")
"""Variables that are no business of a client."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The desktop to be shown."""

    host: str
    port: int
    user: str
    password: bool = False
    """Whether a password is known."""
    login_first: bool = False
    """Whether the desktop wants the password before it shows anything."""

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Client:
    """A client that can be started."""

    argv: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return "Windows App" if self.argv[0] == "open" else PurePath(self.argv[0]).stem

    @property
    def takes_password(self) -> bool:
        """Whether it reads the password from a pipe."""
        return any(word.startswith(_FROM_STDIN) for word in self.argv[1:])

    @property
    def may_hand_over(self) -> bool:
        """Whether its end need not mean the end of the desktop."""
        return PurePath(self.argv[0]).name in _HAND_OVER


@dataclass(frozen=True, slots=True)
class Computer:
    """What the choice of a client depends on."""

    platform: str
    """As sys.platform has it."""
    has_display: bool
    which: Callable[[str], str | None] = shutil.which

    @classmethod
    def this(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The computer that we run on."""
        environ = os.environ if environ is None else environ
        windows = sys.platform in ("win32", "darwin")
        shown = windows or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
        return cls(sys.platform, bool(shown))


def command(template: str) -> tuple[str, ...]:
    """The words of a command from the settings; raises WrongSettings for what makes no sense."""
    try:
        words = shlex.split(template)
    except ValueError as error:
        raise WrongSettings(
            f"rdp_client cannot be read: {error}.", f"It is {template!r}."
        ) from error
    if not words:
        raise WrongSettings(
            "rdp_client is blank.", "Leave it out for the client that is installed."
        )
    if any("{password}" in word for word in words):
        raise WrongSettings(
            "rdp_client has {password}: others can read the arguments of a program.",
            "A client that has /from-stdin:force in its command gets it through a pipe.",
        )
    return tuple(words)


def find_client(template: str, desk: Desk, computer: Computer) -> Client:
    """The client for a desktop: the one of the settings, or the first that is installed.

    Raises a SessionTrouble that says what is missing and where the desktop is.
    """
    if not computer.has_display:
        raise SessionTrouble("There is no display here to show a desktop on.", _by_hand(desk))
    if template:
        return _chosen(command(template), desk, computer)
    if computer.platform == "win32":
        return _installed(Client(("mstsc", f"/v:{desk.address}")), desk, computer)
    if computer.platform == "darwin":
        return Client(("open", _uri(desk)))
    return _on_linux(desk, computer)


def _chosen(words: tuple[str, ...], desk: Desk, computer: Computer) -> Client:
    filled = []
    for word in words:
        for place in _PLACES:
            word = word.replace(f"{{{place}}}", str(getattr(desk, place)))
        filled.append(word)
    return _installed(Client(tuple(filled)), desk, computer)


def _installed(client: Client, desk: Desk, computer: Computer) -> Client:
    if computer.which(client.argv[0]) is None:
        raise SessionTrouble(f"There is no program {client.argv[0]} here.", _by_hand(desk))
    return client


def _on_linux(desk: Desk, computer: Computer) -> Client:
    """FreeRDP has no window to ask in: without a password it can show only a login screen."""
    able = desk.password or not desk.login_first
    free = next((name for name in _FREERDP if computer.which(name)), None)
    if free and able:
        login = f"{_FROM_STDIN}:force" if desk.password else "/sec:tls"
        # The certificate is of the machine's own making, and the tunnel ends inside the machine.
        looks = ("/cert:ignore", "/dynamic-resolution")
        return Client((free, f"/v:{desk.address}", f"/u:{desk.user}", login, *looks))
    if computer.which("remmina"):
        return Client(("remmina", "-c", f"rdp://{quote(desk.user, safe='')}@{desk.address}"))
    if free:
        raise SessionTrouble(
            f"The desktop wants its password first, and {free} cannot ask for it.",
            f"Give the instance's key file (rdp_key), or install remmina. {_by_hand(desk)}",
        )
    raise SessionTrouble(
        "No Remote Desktop client was found.",
        f"Install FreeRDP (xfreerdp3 or xfreerdp) or remmina, or set rdp_client. {_by_hand(desk)}",
    )


def _uri(desk: Desk) -> str:
    """The address as the Windows App takes it (Remote Desktop's legacy URI scheme)."""
    return f"rdp://full%20address=s:{desk.address}&username=s:{quote(desk.user, safe='')}"


def _by_hand(desk: Desk) -> str:
    return f"Point a client to {desk.address}."


class Showing:
    """A client that was started."""

    def __init__(self, client: Client, process: asyncio.subprocess.Process) -> None:
        self.client = client
        self._process = process

    @property
    def handed_over(self) -> bool:
        """Whether it has left the desktop to another program, which we know nothing of."""
        return self.client.may_hand_over and self._process.returncode == 0

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.returncode is not None

    async def wait(self) -> int:
        """Wait for its end; its exit status, negative for a signal."""
        return await self._process.wait()

    async def end(self) -> None:
        """End it and what it has started, if it has not ended by itself."""
        if self.ended:
            return
        self._signal(terminate=True)
        try:
            async with asyncio.timeout(_END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._signal(terminate=False)
            await self._process.wait()

    def _signal(self, *, terminate: bool) -> None:
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.terminate()
            else:
                os.killpg(self._process.pid, signal.SIGTERM if terminate else signal.SIGKILL)


async def show(client: Client, password: Secret | None = None) -> Showing:
    """Start a client, and hand it the password if it takes one; it cannot write to our terminal.

    Raises SessionTrouble when it does not start, or when it hands over and nobody takes it.
    """
    piped = password is not None and client.takes_password
    try:
        process = await asyncio.create_subprocess_exec(
            *client.argv,
            stdin=asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.startswith(_PRIVATE)},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise SessionTrouble(f"{client.name} does not start: {error}.") from error
    showing = Showing(client, process)
    try:
        if password is not None and piped:
            await _hand(process, password)
        if client.may_hand_over:
            await _handed_over(showing)
    except BaseException:
        await showing.end()
        raise
    return showing


async def _hand(process: asyncio.subprocess.Process, password: Secret) -> None:
    """Write the password and close the pipe; a client that is gone already will be noticed."""
    assert process.stdin is not None
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_PIPE_SECONDS):
            process.stdin.write(password.reveal().encode() + b"\n")
            await process.stdin.drain()
    process.stdin.close()


async def _handed_over(showing: Showing) -> None:
    """A refusal comes at once; a client that goes on running shows the desktop itself."""
    try:
        async with asyncio.timeout(_HAND_OVER_SECONDS):
            status = await showing.wait()
    except TimeoutError:
        return
    if status:
        raise SessionTrouble(
            f"{showing.client.name} does not start: it ended with status {status}.",
            "Is a Remote Desktop client installed?",
        )
