"""`hatchway ssh-proxy`: standard input and output as a connection to a port, for ssh.

Nothing but the port's own bytes goes to standard output; what there is to say goes to stderr.
"""

import asyncio
import re
import sys
from argparse import Namespace
from dataclasses import replace

from tui.cli.descriptors import read
from tui.cli.outlet import Outlet
from tui.cli.rooms import Rooms, joined
from tui.cli.targets import resolve
from tui.errors import ConnectionLost, LoginExpired, SessionTrouble, Unsupported, WrongSettings
from tui.model.abilities import Ability, forward_wish, target_for
from tui.model.wish import StartSession
from tui.protocol.ports import port_mode
from tui.sessions.forward import HANDSHAKE_SECONDS
from tui.sessions.live import Live
from tui.sessions.parting import Ending
from tui.sessions.plugin import NO_PIPES

DOCUMENT = "AWS-StartSSHSession"
"""AWS's document for one connection, whose bytes are the session's."""
QUIET_SECONDS = 1.0
"""After the end of the input, the port has said its last word when it is silent for this long."""
_RAW = re.compile(r"m?i-[0-9a-f]{8,17}")
_HIGH_WATER = 256 * 1024
_LOW_WATER = 64 * 1024


async def ssh_proxy(options: Namespace) -> int:
    """Carries until either side ends. The id of a machine needs no look-up in the tree."""
    pipe = Pipe()
    async with joined(options) as rooms:
        if rooms.engine.has_plugin:
            raise Unsupported(*NO_PIPES)
        live = await _started(rooms, options, pipe)
        return said(await pipe.run(live), options.port)


async def _started(rooms: Rooms, options: Namespace, pipe: "Pipe") -> Live:
    """The session; by the tree when the target is no id, or when nothing says where the id is."""
    given = {"portNumber": (str(options.port),)}
    if _RAW.fullmatch(options.target):
        wish = StartSession(
            region=options.region, target=options.target, document=DOCUMENT, parameters=given
        )
        try:
            return await rooms.engine.session(wish, title=options.target, on_output=pipe.write)
        except (WrongSettings, LoginExpired):
            if options.profile:
                raise
    named = await resolve(rooms, options.target)
    target = target_for(rooms.store, named, Ability.FORWARD)
    wish = replace(forward_wish(target, options.port), document=DOCUMENT, parameters=given)
    return await rooms.engine.session(wish, title=target.name, on_output=pipe.write)


def said(ending: Ending, port: int) -> int:
    """The exit status: 0 when either side just ended it. Raises what went wrong else."""
    if ending.trouble:
        raise ending.trouble
    if not ending.clean:
        raise SessionTrouble(ending.reason, f"Does anything listen on port {port} there?")
    return 0


class Pipe:
    """Two descriptors as the near end of a session."""

    def __init__(self, stdin_fd: int = 0, stdout_fd: int = 1) -> None:
        if sys.platform == "win32":
            raise Unsupported("ssh-proxy is not possible on Windows yet.", "Use a forward.")
        self._stdin = stdin_fd
        self._out = Outlet(stdout_fd, self._relieved)
        self._live: Live | None = None
        self._heard = asyncio.Event()

    def write(self, data: bytes) -> None:
        """Queue what the port said; the session is paused while nobody takes it."""
        self._out.put(data)
        self._heard.set()
        if self._live and self._out.waiting > _HIGH_WATER:
            self._live.pause()

    def _relieved(self) -> None:
        if self._live and self._out.waiting <= _LOW_WATER:
            self._live.resume()

    async def run(self, live: Live) -> Ending:
        """Carry until either side ends; raises Unsupported for a session that is no connection.

        The session is closed when this is cancelled.
        """
        self._live = live
        try:
            await _connected(live)
            self.write(b"")  # what came before counts for holding back, too
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(live))
                group.create_task(self._show(live))
                ending = await live.wait()
                sending.cancel()
                self._out.complete()
        finally:
            live.hang_up()
        return ending

    async def _send(self, live: Live) -> None:
        """Send the input; after its end the port may finish what it has to say."""
        while data := await read(self._stdin):
            live.send(data)
            await live.drain()
        await live.settled()
        while await self._said_more() or self._out.waiting:
            pass
        live.hang_up()

    async def _said_more(self) -> bool:
        self._heard.clear()
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                await self._heard.wait()
        except TimeoutError:
            return False
        return True

    async def _show(self, live: Live) -> None:
        """Without anybody who takes the output, the connection makes no sense."""
        if not await self._out.show():
            live.hang_up()


async def _connected(live: Live) -> None:
    """Wait for the agent, and see that it connects one thing to one other."""
    opened = await live.opened(HANDSHAKE_SECONDS)
    if opened is None:
        if live.ending is None:
            raise ConnectionLost(
                f"The agent of the target said nothing for {HANDSHAKE_SECONDS:g} s.",
                "Is it still running?",
            )
        return  # it has ended, which is told soon
    if port_mode(opened.agent_version, opened.session_type, opened.properties) != "stdio":
        raise Unsupported("The session document does not carry a plain connection.")
