"""A session that AWS's plugin carries instead of us: `Live`, with a program for a connection.

AWS is asked by us and told by us that it is over, whatever the plugin does. Its exit status says
nothing (it is 0 for most failures), so what it writes is read: "Starting session with SessionId:
…" comes before anything is known, "Port N opened for sessionId …" once it listens, and "Cannot
perform start session: …" when it gives up. A plugin that is not wanted any more gets SIGHUP, or
SIGINT if it carries ports, and SIGKILL 3 s later.
"""

import asyncio
import re
import signal
from dataclasses import replace

from tui.errors import PortTaken, SessionTrouble, Trouble
from tui.model.plain import plain
from tui.model.wish import StartSession, Ticket, Wish
from tui.protocol.events import Opened
from tui.protocol.message import Flag
from tui.protocol.ports import PORT
from tui.sessions.carrier import HARD_BOUND
from tui.sessions.live import Live
from tui.sessions.parting import terminated
from tui.sessions.plugin import PLUGIN, Plugin
from tui.sessions.program import Program
from tui.sessions.surroundings import Listeners, Surroundings

PATIENCE_SECONDS = 10.0
"""A shell that is silent for so long is taken for one that waits for its input."""
SHELL = "Standard_Stream"

_BANNER = re.compile(rb"Starting session with SessionId: [^\n]{0,300}\r?\n")
_LISTENS = re.compile(rb"(?:Port (\d{1,5})|Unix socket \S+) opened for session")
_GAVE_UP = re.compile(rb"Cannot perform start session: ([^\r\n]+)")
_REFUSAL = b"Cannot perform start session:"
_EXITING = b"Exiting session with sessionId"
_TIMED_OUT = b" timed out."
_MOST_EARLY = 64 * 1024
_TAIL = 4096
_LONGEST_WORDS = 300


class GuestLive(Live):
    """One session, carried by the plugin in a terminal that nobody sees."""

    def __init__(
        self,
        wish: Wish,
        surroundings: Surroundings,
        listeners: Listeners,
        size: tuple[int, int] | None,
        plugin: Plugin,
        *,
        tunnel: bool = False,
    ) -> None:
        """As `Live`; a `tunnel` is open once the plugin listens on `port`."""
        super().__init__(wish, surroundings, listeners, size)
        self.port = 0
        """Where the plugin listens on loopback."""
        self._plugin = plugin
        self._tunnel = tunnel
        self._asking_to_end = signal.SIGINT if tunnel else signal.SIGHUP
        self._program: Program | None = None
        self._early = b""
        self._tail = b""

    # for whoever uses it

    @property
    def buffered(self) -> int:
        """Octets sent that the plugin has not read."""
        return self._program.backlog if self._program else 0

    def send(self, data: bytes) -> None:
        """Type bytes into the plugin's terminal."""
        if self._program:
            self.idle.touch()
            self._program.write(data)
            if self._program.backlog > HARD_BOUND:
                self.hang_up(SessionTrouble(f"{PLUGIN} does not take what is sent."))

    async def drain(self) -> None:
        """Wait until the plugin has read most of what was sent."""
        if self._program:
            await self._program.drain()

    def flag(self, flag: Flag) -> None:
        """The plugin sends its own flags; ours are not sent."""

    async def settled(self) -> None:
        """Wait until the plugin has read everything."""
        if self._program:
            await self._program.settled()

    def resize(self, cols: int, rows: int) -> None:
        """The terminal has this size now; the plugin looks twice a second."""
        self._size = (cols, rows)
        if self._program:
            self._program.resize(cols, rows)

    def speak_first(self) -> None:
        """The plugin sends what it is given at once."""

    def pause(self) -> None:
        """Read nothing from the plugin for now."""
        if self._program:
            self._program.pause()

    def resume(self) -> None:
        """Read from the plugin again."""
        if self._program:
            self._program.resume()

    # its life

    async def _ask(self) -> None:
        """Ask for the ticket, once it is certain that the plugin can be run."""
        await self._plugin.ready()
        await super()._ask()

    async def _connect(self) -> None:
        """Let the plugin carry until it ends."""
        assert self.ticket is not None
        clock = self._surroundings.clock
        self._program = await self._plugin.start(self.ticket, self._size, self._said)
        self.idle.start()
        timer = clock.call_at(clock.monotonic() + PATIENCE_SECONDS, self._ready)
        try:
            await self._program.ended()
        finally:
            timer.cancel()
        if self._early:
            self._tell(self._early)
        self._conclude(self.ticket)

    async def _part(self) -> bool:
        """End the plugin and, at the same time, the session at AWS, also if it has ended."""
        if self.ticket is None:
            return False
        async with asyncio.TaskGroup() as group:
            told = group.create_task(terminated(self._surroundings.opener, self.ticket))
            if self._program:
                group.create_task(self._program.stop(self._asking_to_end))
        return not told.result()

    # what the plugin says

    def _said(self, data: bytes) -> None:
        """The plugin wrote something, about the session or out of it."""
        try:
            self._take(data)
        except Trouble as trouble:
            self.hang_up(trouble)

    def _take(self, data: bytes) -> None:
        self.idle.touch()
        self._tail = (self._tail + data)[-_TAIL:]
        if self.opening:
            self._tell(data)
            return
        self._early += data
        listens = _LISTENS.search(self._early)
        if listens:
            self._asking_to_end = signal.SIGINT
        if self._tunnel:
            self._early = self._early[-_MOST_EARLY:]
            if listens:
                self.port = int(listens[1] or 0)
                self._open(PORT)
        elif _is_open(self._early):
            self._open(SHELL)

    def _open(self, session_type: str) -> None:
        """The session can be used; what was written until now belongs to it."""
        early, self._early = self._early, b""
        self.opening = Opened(session_type, {}, "", "")
        self._ready()
        self._opened.set()
        self.listeners.change(self)
        # its own words end their lines as for an ordinary terminal, and ours is not one
        banner = _BANNER.search(early)
        own = banner.end() if banner and not self._tunnel else 0
        self._tell(early[:own].replace(b"\n", b"\r\n") + early[own:])

    def _ready(self) -> None:
        """Whoever waits for the start need not wait any more."""
        if not self._tunnel or self.opening:
            self._dialled = True
            self._connected.set()

    def _tell(self, data: bytes) -> None:
        if _EXITING in data:
            at = data.index(_EXITING)
            data = data[:at] + data[at:].replace(b"\n", b"\r\n")
        self.listeners.output(data)

    def _conclude(self, ticket: Ticket) -> None:
        """The plugin has ended by itself: why? Raises the Trouble that it was."""
        gave_up = _GAVE_UP.search(self._tail)
        if gave_up and _EXITING not in self._tail:
            said = gave_up[1].decode("utf-8", "replace").replace(ticket.token, "…")
            said = plain(said)[:_LONGEST_WORDS]
            if "address already in use" in said:
                raise PortTaken(f"{PLUGIN} found its local port in use: {said}.")
            raise SessionTrouble(
                f"{PLUGIN} could not open the session: {said}.", "Try `--engine native`."
            )
        if self.opening is None:
            raise SessionTrouble(
                f"{PLUGIN} ended without opening the session.", "Try `--engine native`."
            )
        timed_out = _TIMED_OUT in self._tail and _EXITING not in self._tail
        self._last_words = "timed out" if timed_out else ""


def on_any_port(wish: StartSession) -> StartSession:
    """The wish, but for the plugin's own port: any that is free, since ours is taken already."""
    if "localPortNumber" not in wish.parameters:
        return wish
    return replace(wish, parameters={**wish.parameters, "localPortNumber": ("0",)})


def _is_open(said: bytes) -> bool:
    """Whether something was written that is neither the plugin's banner nor its refusal."""
    banner = _BANNER.search(said)
    rest = said[banner.end() :].lstrip() if banner else said.lstrip()
    if not banner and len(said) <= _MOST_EARLY:
        return False
    return bool(rest) and not (rest.startswith(_REFUSAL) or _REFUSAL.startswith(rest))
