"""`hatchway forward`: local ports and unix sockets that lead to a target, until Ctrl-C."""

import asyncio
import re
import sys
from argparse import ArgumentTypeError, Namespace
from dataclasses import dataclass
from pathlib import Path

from tui.cli.parser import local_port, port
from tui.cli.rooms import Rooms, joined
from tui.cli.targets import resolve
from tui.errors import PortTaken, Trouble, WrongUse
from tui.model.abilities import Ability, forward_wish, target_for
from tui.model.plain import plain
from tui.model.resource import Resource
from tui.sessions.forward import Forward
from tui.sessions.local import local_end


@dataclass(frozen=True, slots=True)
class Way:
    """From a local port or unix socket to a port of the target, or of a host behind it."""

    local: int | None
    """None for the same number as the remote port where that is free, else any."""
    host: str
    """Empty for the target itself."""
    port: int
    path: str = ""
    """Of a unix socket that stands instead of a local port."""

    @property
    def end(self) -> tuple[str, int]:
        """Where it leads: ways with the same end can share a session."""
        return self.host, self.port


_UNIX = re.compile(r"unix:(?P<path>[^:]+):(?P<rest>.+)")
_LIKE = "Write PORT, LOCAL:PORT, LOCAL:HOST:PORT, or unix:PATH instead of LOCAL."


def way(text: str) -> Way:
    """Reads `PORT`, `LOCAL:PORT` or `LOCAL:HOST:PORT`; an IPv6 HOST stands in brackets.

    `unix:PATH` may stand instead of LOCAL; the path has no colon in it. Raises WrongUse that names
    what cannot be read.
    """
    if text.startswith("unix:"):
        return _from_socket(text)
    first, colon, rest = text.partition(":")
    host, _, last = rest.rpartition(":")
    try:
        if not colon:
            return Way(None, "", port(first))
        return Way(local_port(first), _host(host), port(last))
    except ArgumentTypeError as error:
        raise WrongUse(f"“{text}” is not a forward: {error}.", _LIKE) from error


def _from_socket(text: str) -> Way:
    read = _UNIX.fullmatch(text)
    if read is None:
        raise WrongUse(f"“{text}” is not a forward: a port is missing.", _LIKE)
    there = way(f"0:{read['rest']}")
    return Way(0, there.host, there.port, str(Path(read["path"]).expanduser()))


def _host(text: str) -> str:
    in_brackets = text.startswith("[") and text.endswith("]")
    if ":" in text and not in_brackets:
        raise ArgumentTypeError(f"{text!r} is not a host; put IPv6 in brackets")
    return text[1:-1] if in_brackets else text


async def forward(options: Namespace) -> int:
    """Opens all ports, says where they are, and carries until one of them ends or Ctrl-C."""
    ways = [way(text) for text in options.ports]
    async with joined(options) as rooms:
        named = await resolve(rooms, options.target)
        target = target_for(rooms.store, named, Ability.FORWARD)
        return await carry(await _opened(rooms, target, ways))


async def carry(forwards: list[Forward]) -> int:
    """Waits until one of the forwards ends by itself, and raises why."""
    async with asyncio.TaskGroup() as group:
        ends = [group.create_task(one.wait()) for one in forwards]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
    ending = done.pop().result()
    raise ending.trouble or Trouble(f"The forward ended: {ending.reason.rstrip('.')}.")


def announce(forward: Forward, where: str, local: str = "") -> None:
    """One line on stdout: what to connect to, if not to its first local end, and where it leads."""
    sys.stdout.write(f"{plain(local or forward.record.local)} -> {plain(where)}\n")
    sys.stdout.flush()


async def _opened(rooms: Rooms, target: Resource, ways: list[Way]) -> list[Forward]:
    """Opens all ways. A session's end is fixed when it starts, so only ways with the same end share
    one; and only when the agent multiplexes, else their connections would wait for each other."""
    forwards: list[Forward] = []
    shared: dict[tuple[str, int], Forward] = {}
    for one in ways:
        where = f"{one.host or target.address}:{one.port}"
        other = shared.get(one.end)
        if other is not None:
            announce(other, where, await _one_more(rooms, other, one))
            continue
        forward = await _open(rooms, target, one)
        announce(forward, where)
        forwards.append(forward)
        if forward.multiplexed:
            shared[one.end] = forward
    if not all(forward.multiplexed for forward in forwards):
        sys.stderr.write(
            f"hatchway: The agent of {plain(target.name)} is old: it carries one connection at a "
            "time, others wait.\n"
        )
    return forwards


async def _open(rooms: Rooms, target: Resource, one: Way) -> Forward:
    try:
        return await _listen(rooms, target, one, one.port if one.local is None else one.local)
    except PortTaken:
        if one.local is not None:
            raise
        return await _listen(rooms, target, one, 0)


async def _listen(rooms: Rooms, target: Resource, one: Way, local: int) -> Forward:
    return await rooms.engine.forward(
        forward_wish(target, one.port, local_port=local, host=one.host),
        title=target.name,
        address=target.address,
        local_port=local,
        local_path=one.path,
    )


async def _one_more(rooms: Rooms, forward: Forward, one: Way) -> str:
    """Another local end of a session; how it is shown."""
    try:
        port = one.port if one.local is None else one.local
        end = local_end(port=port, path=one.path, files=rooms.registry.sockets)
    except PortTaken:
        if one.local is not None:
            raise
        end = local_end()
    await forward.listen_too(end)
    return end.shown
