"""`hatchway forward`: local ports that lead to a target, until Ctrl-C."""

import asyncio
import sys
from argparse import ArgumentTypeError, Namespace
from dataclasses import dataclass

from tui.cli.parser import local_port, port
from tui.cli.rooms import Rooms, joined
from tui.cli.targets import resolve
from tui.errors import PortTaken, Trouble, WrongUse
from tui.model.abilities import Ability, forward_wish, target_for
from tui.model.plain import plain
from tui.model.resource import Resource
from tui.sessions.forward import Forward


@dataclass(frozen=True, slots=True)
class Way:
    """From a local port to a port of the target, or of a host behind it."""

    local: int | None
    """None for the same number as the remote port where that is free, else any."""
    host: str
    """Empty for the target itself."""
    port: int


def way(text: str) -> Way:
    """Reads `PORT`, `LOCAL:PORT` or `LOCAL:HOST:PORT`; an IPv6 HOST stands in brackets.

    Raises WrongUse that names what cannot be read.
    """
    first, colon, rest = text.partition(":")
    host, _, last = rest.rpartition(":")
    try:
        if not colon:
            return Way(None, "", port(first))
        return Way(local_port(first), _host(host), port(last))
    except ArgumentTypeError as error:
        raise WrongUse(
            f"“{text}” is not a forward: {error}.", "Write PORT, LOCAL:PORT or LOCAL:HOST:PORT."
        ) from error


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
        forwards = [await _open(rooms, target, one) for one in ways]
        return await carry(forwards)


async def carry(forwards: list[Forward]) -> int:
    """Waits until one of the forwards ends by itself, and raises why."""
    async with asyncio.TaskGroup() as group:
        ends = [group.create_task(one.wait()) for one in forwards]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
    ending = done.pop().result()
    raise ending.trouble or Trouble(f"The forward ended: {ending.reason}.")


def announce(forward: Forward, where: str) -> None:
    """One line on stdout: what to connect to, and where it leads."""
    sys.stdout.write(f"{forward.record.local} -> {plain(where)}\n")
    sys.stdout.flush()


async def _open(rooms: Rooms, target: Resource, one: Way) -> Forward:
    try:
        opened = await _listen(rooms, target, one, one.port if one.local is None else one.local)
    except PortTaken:
        if one.local is not None:
            raise
        opened = await _listen(rooms, target, one, 0)
    announce(opened, f"{one.host or target.address}:{one.port}")
    return opened


async def _listen(rooms: Rooms, target: Resource, one: Way, local: int) -> Forward:
    return await rooms.engine.forward(
        forward_wish(target, one.port, local_port=local, host=one.host),
        title=target.name,
        address=target.address,
        local_port=local,
    )
