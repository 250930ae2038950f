"""What tests do to sessions from outside, and what they look at afterwards."""

import os
import re
from pathlib import Path
from socket import SHUT_RDWR

from tests.demo.far_side import NODE, Client, FarSide


def processes_with(name: bytes) -> set[int]:
    """The processes whose command line contains `name`."""
    found = set()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if name in line:
                found.add(int(process.name))
    return found


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()


async def busy_shell(far: FarSide) -> tuple[Client, list[int]]:
    """A shell with a job in the background and one in front, neither of which minds SIGHUP."""
    client = await far.client()
    await client.says(b"$ ")
    client.send(b"trap '' HUP; sleep 1234 & echo pid=$!, pid=$$.\r")
    said = await client.says(b", pid=")
    while not (found := re.search(rb"pid=(\d+), pid=(\d+)\.", said)):
        await client.step()
        said += bytes(client.output)
    client.output.clear()
    pids = [int(pid) for pid in found.groups()]
    assert all(map(lives, pids))
    return client, pids


async def drop(client: Client) -> None:
    """Lose the connection without a word."""
    client.socket.get_extra_info("socket").shutdown(SHUT_RDWR)


async def resume(far: FarSide, client: Client) -> None:
    issued = far.gateway.resume(NODE.account, NODE.region, client.session_id)
    assert issued is not None
    await client.dial(issued.token)
