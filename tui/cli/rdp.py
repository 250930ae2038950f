"""`hatchway rdp`: the desktop of a Windows node, in the person's own client."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Coroutine
from dataclasses import replace

from tui import settings as choices
from tui.cli.forward import announce, carry
from tui.cli.rooms import joined
from tui.cli.targets import resolve
from tui.errors import Trouble
from tui.model.abilities import DESKTOP_PORT, Ability, forward_wish, target_for
from tui.model.plain import plain
from tui.model.session import SessionKind
from tui.sessions.desktop import Desktop, Desktops, until_over
from tui.sessions.desktop_client import NEVER, Showing
from tui.sessions.forward import Forward
from tui.sessions.windows_password import Secret
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
        desktop = await Desktops(settings, rooms.aws.password_data).open(forward, target)
        try:
            announce(forward, f"{target.address}:{DESKTOP_PORT} (Remote Desktop)")
            for trouble in desktop.troubles:
                _note(str(trouble))
            return await _shown(desktop, forward)
        finally:
            if desktop.showing:
                await desktop.showing.end()


def _chosen(options: Namespace) -> Settings:
    """The settings, with what was said on the command line."""
    settings = choices.load()
    return replace(
        settings,
        rdp_client=NEVER if options.no_launch else settings.rdp_client,
        rdp_user=options.user or settings.rdp_user,
        rdp_key=options.key or settings.rdp_key,
    )


async def _shown(desktop: Desktop, forward: Forward) -> int:
    """Until the client ends, or the tunnel."""
    if desktop.showing is None:
        return await _while_lending(desktop.to_lend, carry([forward]))
    _note(f"{desktop.showing.client.name} was started.")
    if desktop.ends_with_client:
        return await _while_lending(desktop.to_lend, _with_client(desktop.showing, forward))
    return await _while_lending(desktop.to_lend, carry([forward]))


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
