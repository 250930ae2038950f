"""The local end of a forward: a port on this computer's own loopback network, and nowhere else."""

import errno
import ipaddress
import os
import socket

from tui.errors import PortTaken, WrongUse

LOOPBACK = "127.0.0.1"
_BACKLOG = 128
_LARGEST_PORT = 65_535


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
