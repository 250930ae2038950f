"""Which function runs which verb."""

from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping

from tui.cli.connect import execute, session
from tui.cli.forward import forward
from tui.cli.ls import ls
from tui.cli.rdp import rdp
from tui.cli.sessions import sessions
from tui.cli.ssh_proxy import ssh_proxy

RUN: Mapping[str, Callable[[Namespace], Awaitable[int]]] = {
    "exec": execute,
    "forward": forward,
    "ls": ls,
    "rdp": rdp,
    "session": session,
    "ssh-proxy": ssh_proxy,
    "sessions": sessions,
}
