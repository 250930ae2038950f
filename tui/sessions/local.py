"""The local end of a forward: a port on this computer's own loopback network, or a unix socket.

Nobody else can reach either: a unix socket belongs to its owner alone (mode 0600).
"""

import asyncio
import errno
import ipaddress
import os
import socket
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tui.errors import PortTaken, Unsupported, WrongUse
from tui.sessions.lockfile import LockFile
from tui.sessions.socket_files import SocketFiles

LOOPBACK = "127.0.0.1"
_BACKLOG = 128
_LARGEST_PORT = 65_535
_OWNER_ONLY = 0o177
"""The umask of a socket file that nobody else may use."""


class LocalEnd:
    """Where local programs connect; it listens until it is closed, and leaves no file behind."""

    def __init__(
        self, listening: socket.socket, path: Path | None = None, note: LockFile | None = None
    ) -> None:
        """`note` is where the unix socket `path` is written down while it is open."""
        self._listening = listening
        self._path = path
        self._note = note
        self._file = _identity(path) if path else None
        self._server: asyncio.Server | None = None
        where = ("", 0) if path else listening.getsockname()[:2]
        self.host: str = where[0]
        """Empty for a unix socket."""
        self.port: int = where[1]
        self.path = str(path or "")
        """Of the unix socket; empty for a port."""

    @property
    def shown(self) -> str:
        """What a person gives to a program: `127.0.0.1:8080` or `unix:/run/db`."""
        return f"unix:{self.path}" if self.path else f"{self.host}:{self.port}"

    async def serve(self, accept: Callable[[], asyncio.Protocol]) -> None:
        """Accept connections, also those that came before."""
        loop = asyncio.get_running_loop()
        serve = loop.create_unix_server if self._path else loop.create_server
        self._server = await serve(accept, sock=self._listening)

    def close(self) -> None:
        """Accept no more; a unix socket's file goes, unless another one stands there by now."""
        if self._server:
            self._server.close()
        self._listening.close()
        if self._path and self._file == _identity(self._path):
            self._path.unlink(missing_ok=True)
        self._file = None
        if self._note:
            self._note.remove()


def local_end(
    host: str = LOOPBACK, port: int = 0, path: str = "", files: SocketFiles | None = None
) -> LocalEnd:
    """A local end: the unix socket `path` if it is given, else a port as `local_socket` has it.

    A unix socket is written down in `files` as long as it is open.
    Raises PortTaken and WrongUse as that does, and Unsupported for a unix socket on Windows.
    """
    if not path:
        return LocalEnd(local_socket(host, port))
    whole = Path(path).absolute()
    listening = _unix_socket(Path(path))
    return LocalEnd(listening, whole, files.note(whole) if files else None)


def _unix_socket(path: Path) -> socket.socket:
    """A listening unix socket of which only its owner may make use.

    What a program left there that has gone is replaced; nothing else ever is.
    """
    if sys.platform == "win32":
        raise Unsupported("Windows has no unix sockets here.", "Forward to a port.")
    _make_way(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(_OWNER_ONLY)
    try:
        made.bind(str(path))
    except OSError as error:
        made.close()
        raise _no_file(error, path) from None
    finally:
        os.umask(before)
    made.listen(_BACKLOG)
    made.setblocking(False)
    return made


def _make_way(path: Path) -> None:
    """Remove a socket on which nobody listens any more; raises PortTaken for all else."""
    try:
        kind = path.lstat().st_mode
    except OSError:
        return  # nothing there, or nothing that we may see: binding will tell
    if not stat.S_ISSOCK(kind):
        raise PortTaken(f"“{path}” is there already, and no socket.", "Choose another path.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
        knocking.setblocking(False)
        try:
            knocking.connect(str(path))
        except ConnectionRefusedError:
            with suppress(OSError):
                path.unlink()
            return
        except OSError:
            pass  # its owner is busy, or it is not for us
    raise PortTaken(f"The unix socket “{path}” is in use.", "Choose another path.")


def _no_file(error: OSError, path: Path) -> PortTaken:
    return PortTaken(
        f"The unix socket “{str(path)[:150]}” cannot be made ({error.strerror or error}).",
        "Choose another path: short, and in a directory that you may write to.",
    )


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file it is; None when it is not there."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def local_socket(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; port 0 takes any that is free.

    Connections wait in it until somebody accepts them. Raises PortTaken, and WrongUse for an
    address that others could reach or a port that cannot be.
    """
    address = _loopback(host)
    if not 0 <= port <= _LARGEST_PORT:
        raise WrongUse(f"There is no port {port}.", "Ports go from 1 to 65535; 0 takes any.")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # A port that was closed a moment ago can be had again; one in use cannot.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((str(address), port))
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError as error:
        made.close()
        raise _taken(error, port) from None
    return made


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The loopback address that is meant; a forward is never offered to the network."""
    try:
        address = ipaddress.ip_address(LOOPBACK if host in {"", "localhost"} else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise WrongUse(
            f"A forward cannot listen on “{host[:100]}”.",
            "It listens on this computer only: 127.0.0.1, ::1 or localhost.",
        )
    return address


def _taken(error: OSError, port: int) -> PortTaken:
    """Why the port cannot be opened."""
    other = "Choose another one, or 0 for any that is free."
    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"The local port {port} is in use.", other)
    if error.errno == errno.EACCES:
        return PortTaken(f"The local port {port} is reserved for the administrator.", other)
    return PortTaken(f"The local port {port} cannot be opened ({error.strerror}).", other)
