"""`hatchway rdp`: the desktop of a Windows node, in the person's own client."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path

from tui import settings as choices
from tui.cli.forward import announce, carry
from tui.cli.rooms import Rooms, joined
from tui.cli.targets import resolve
from tui.errors import SessionTrouble, Trouble
from tui.model.abilities import DESKTOP_PORT, Ability, forward_wish, target_for
from tui.model.plain import plain
from tui.model.resource import Resource
from tui.model.session import SessionKind
from tui.sessions.desktop import answering, until_over
from tui.sessions.desktop_client import NEVER, Computer, Desk, Showing, find_client, show
from tui.sessions.forward import Forward
from tui.sessions.windows_password import Secret, decrypted
from tui.settings import Settings


async def rdp(options: Namespace) -> int:
    """Opens the tunnel, waits for the desktop, starts the client and ends with it.

    Without a client it says the address and carries until Ctrl-C.
    """
    settings = _chosen(options)
    async with joined(options, settings) as rooms:
        named = await resolve(rooms, options.target)
        target = target_for(rooms.store, named, Ability.DESKTOP)
        forward = await rooms.engine.forward(
            forward_wish(target, DESKTOP_PORT),
            title=target.name,
            address=target.address,
            kind=SessionKind.DESKTOP,
        )
        confirm = await answering(forward)
        announce(forward, f"{target.address}:{DESKTOP_PORT} (Remote Desktop)")
        secret = await _password(rooms, target, settings)
        desk = Desk(
            host=forward.record.local_host,
            port=forward.port,
            user=settings.rdp_user,
            password=secret is not None,
            login_first=confirm.login_first,
        )
        return await _shown(forward, desk, settings, secret)


def _chosen(options: Namespace) -> Settings:
    """The settings, with what was said on the command line."""
    settings = choices.load()
    return replace(
        settings,
        rdp_client=NEVER if options.no_launch else settings.rdp_client,
        rdp_user=options.user or settings.rdp_user,
        rdp_key=options.key or settings.rdp_key,
    )


async def _password(rooms: Rooms, target: Resource, settings: Settings) -> Secret | None:
    """The password if there is a key for it; without it the client asks for one."""
    if not settings.rdp_key:
        return None
    try:
        data = await rooms.aws.password_data(target)
        return await decrypted(data, Path(settings.rdp_key))
    except Trouble as trouble:
        _note(str(trouble))
        return None


async def _shown(forward: Forward, desk: Desk, settings: Settings, secret: Secret | None) -> int:
    """Until the client ends, or the tunnel."""
    try:
        client = find_client(settings.rdp_client, desk, Computer.this())
        showing = await show(client, secret)
    except SessionTrouble as trouble:
        if settings.rdp_client != NEVER:
            _note(str(trouble))
        return await _while_lending(secret, carry([forward]))
    try:
        _note(f"{client.name} was started.")
        to_lend = None if client.takes_password else secret
        until = carry([forward]) if showing.handed_over else _with_client(showing, forward)
        return await _while_lending(to_lend, until)
    finally:
        await showing.end()


async def _with_client(showing: Showing, forward: Forward) -> int:
    if status := await until_over(showing, forward):
        raise Trouble(f"{showing.client.name} ended with status {status}.")
    return 0


async def _while_lending(secret: Secret | None, work: Coroutine[None, None, int]) -> int:
    """Does the work, and has the password in the clipboard in its first seconds."""
    async with asyncio.TaskGroup() as group:
        lending = group.create_task(_lend(secret))
        outcome = await _outcome(work)
        lending.cancel()
    if isinstance(outcome, Trouble):
        raise outcome
    return outcome


async def _outcome(work: Coroutine[None, None, int]) -> int | Trouble:
    """A Trouble as a value: a group would wrap it up."""
    try:
        return await work
    except Trouble as trouble:
        return trouble


async def _lend(secret: Secret | None) -> None:
    """The password in the clipboard for a while, for a client that has to be given it by hand."""
    if secret is None:
        return
    from tui.ui.lending import LENT_SECONDS, lent, local_board

    board = local_board()
    if board is None:
        _note("There is no clipboard here for the password.")
        return
    async with lent(secret.reveal(), board) as copied:
        if copied:
            _note(f"The password is in the clipboard for {LENT_SECONDS:.0f} s.")
            await asyncio.sleep(LENT_SECONDS)
        else:
            _note("The clipboard does not take the password.")


def _note(what: str) -> None:
    sys.stderr.write(f"hatchway: {plain(what)}\n")
