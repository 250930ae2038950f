"""AWS's session-manager-plugin, for people who have to use it: found, checked and started.

It is given the session as `aws ssm start-session` gives it: the answer of StartSession in an
environment variable, never in an argument; the region, the profile and the endpoint, so that it
can sign and call ResumeSession itself. It reads the credentials of that profile where ours come
from, so none of them pass through here.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from tui.errors import SessionTrouble, Unsupported, WrongSettings
from tui.model.wish import Ticket
from tui.protocol.ports import newer
from tui.sessions.hosts import stream_allowed
from tui.sessions.program import Program

PLUGIN = "session-manager-plugin"
"""The name of the program."""
ANSWER = "AWS_SSM_START_SESSION_RESPONSE"
"""The variable that holds the session; the plugin removes it from its own environment."""
VERSION_SECONDS = 3.0
"""How long it may take to tell its version."""
OLDEST = "1.2.764.0"
"""The oldest plugin that AWS says can open its gateways, as these ask for a signature."""
_BEFORE_OLDEST = "1.2.763.999999999"
_NATIVE = "`--engine native` needs no plugin."
NO_COMMANDS = (
    f"{PLUGIN} does not tell the exit status of a command, nor its exact output.",
    "Use `--engine native` for it.",
)
"""Why no single command is run through it, and what to do."""
NO_PIPES = (f"ssh-proxy does not go through {PLUGIN}.", "Use `--engine native` for it.")
"""The same for the one connection of ssh."""
_INSTALL = (
    "AWS describes how to install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    f"session-manager-working-with-install-plugin.html. {_NATIVE}"
)
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,3}")
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")

Access = Callable[[Ticket], Awaitable[tuple[str, str]]]
"""The profile that has the credentials for a ticket (empty for the environment's own ones), and
the endpoint of Systems Manager there."""


class Plugin:
    """The plugin that is on PATH."""

    def __init__(self, access: Access, warn: Callable[[str], None]) -> None:
        """`warn` is told once when the plugin is too old to be relied on."""
        self._access = access
        self._warn = warn
        self._checking = asyncio.Lock()
        self._path = ""

    async def ready(self) -> None:
        """Make sure that there is one that works, before AWS starts a session for it.

        Raises WrongSettings when none is installed, Unsupported when it does not run.
        """
        if sys.platform == "win32":
            raise Unsupported("The plugin cannot be used from Hatchway on Windows.", _NATIVE)
        async with self._checking:
            if self._path and shutil.which(self._path):
                return
            path = shutil.which(PLUGIN)
            if path is None:
                raise WrongSettings(f"{PLUGIN} is not installed, or not on PATH.", _INSTALL)
            version = await _version(path)
            if not newer(version, _BEFORE_OLDEST):
                self._warn(
                    f"{PLUGIN} is version {version or 'unknown'}; AWS asks for {OLDEST} or newer. "
                    f"Sessions may fail. {_NATIVE}"
                )
            self._path = path

    async def start(
        self, ticket: Ticket, size: tuple[int, int] | None, heard: Callable[[bytes], None]
    ) -> Program:
        """Give the session of `ticket` to the plugin, in a terminal of `size` columns and rows.

        Raises ProtocolTrouble when the ticket's gateway may not receive the token, and a
        SessionTrouble when the plugin does not start.
        """
        stream_allowed(ticket.stream_url, ticket.region, ticket.loopback_allowed)
        profile, endpoint = await self._access(ticket)
        command = [
            *(self._path, ANSWER, ticket.region, "StartSession", profile),
            *(json.dumps({"Target": ticket.target}), endpoint),
        ]
        try:
            return await Program.start(command, environment(ticket, profile), size, heard)
        except OSError as error:
            raise SessionTrouble(f"{PLUGIN} did not start: {error.strerror}.", _NATIVE) from None


def environment(
    ticket: Ticket, profile: str, ours: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What the plugin finds around it: our own environment, the session, and whose keys to use.

    Keys of our environment would take precedence over the row's profile, so they stay out then.
    """
    child = dict(os.environ if ours is None else ours)
    if profile:
        for name in (*_KEYS, "AWS_DEFAULT_PROFILE"):
            child.pop(name, None)
        child["AWS_PROFILE"] = profile
    child |= {
        "AWS_SDK_LOAD_CONFIG": "1",
        "AWS_REGION": ticket.region,
        "AWS_DEFAULT_REGION": ticket.region,
        "TERM": "xterm-256color",
        ANSWER: json.dumps(
            {
                "SessionId": ticket.session_id,
                "StreamUrl": ticket.stream_url,
                "TokenValue": ticket.token,
            }
        ),
    }
    return child


async def _version(path: str) -> str:
    """What a plugin says its version is; empty when it says something else."""
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            "--version",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise Unsupported(f"{path} does not run: {error.strerror}.", _INSTALL) from None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(VERSION_SECONDS):
            said = await process.stdout.read(256)
            if not said.strip():
                said = await process.stdout.read(256)
    except TimeoutError:
        raise Unsupported(
            f"{path} --version said nothing for {VERSION_SECONDS:g} s.", _INSTALL
        ) from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    words = said.decode("ascii", "replace").split()
    return words[0] if words and _VERSION.fullmatch(words[0]) else ""
