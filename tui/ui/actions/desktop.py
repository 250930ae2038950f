"""Remote Desktop on what is under the cursor: a tunnel, a desktop that answers, a client."""

import asyncio
from typing import TYPE_CHECKING

from tui.errors import Trouble
from tui.model.abilities import DESKTOP_PORT, Ability
from tui.model.resource import Resource
from tui.model.session import SessionKind
from tui.sessions.windows_password import Secret
from tui.ui.actions.stepping_in import open_forward
from tui.ui.backstage import Backstage, LiveForward
from tui.ui.browser import Browser
from tui.ui.clipboard import TerminalBoard
from tui.ui.lending import LENT_SECONDS, Board, lent
from tui.ui.screens.forward import Tunnel

if TYPE_CHECKING:  # imported after the first paint, with the rooms behind the screen
    from tui.sessions.desktop import Desktop

_TITLE = "Remote Desktop"


def desktop(browser: Browser) -> None:
    """Show the desktop of a node in the person's own client, or say where it is."""
    target = browser.target(Ability.DESKTOP)
    if browser.backstage is not None:
        browser.sessions.run_worker(_desktop(browser, browser.backstage, target))


async def _desktop(browser: Browser, backstage: Backstage, target: Resource) -> None:
    tunnel = Tunnel(remote_port=DESKTOP_PORT, local_port=0)
    try:
        forward = await open_forward(browser, backstage, target, tunnel, SessionKind.DESKTOP)
    except Trouble as trouble:
        browser.refuse(trouble)
        return
    try:
        shown = await backstage.desktops.open(forward, target)
    except Trouble as trouble:
        browser.refuse(trouble)
        await _close(browser, forward)
        return
    try:
        _tell(browser, forward, shown)
        async with asyncio.TaskGroup() as group:
            board = backstage.board or TerminalBoard(browser.app)
            lending = group.create_task(_lend(browser, board, shown.to_lend))
            await _until_over(browser, forward, shown)
            lending.cancel()
    finally:
        if shown.showing is not None:
            await shown.showing.end()


async def _until_over(browser: Browser, forward: LiveForward, shown: "Desktop") -> None:
    """Until the client ends, and the tunnel with it; or the tunnel, where nobody knows of one."""
    from tui.sessions.desktop import until_over

    if shown.showing is None or not shown.ends_with_client:
        await forward.wait()
        return
    name = shown.showing.client.name
    try:
        status = await until_over(shown.showing, forward)
    except Trouble as trouble:
        if forward.record.number in browser.forwards:  # else the person has closed it
            browser.refuse(trouble)
        return
    if status:
        browser.refuse(Trouble(f"{name} ended with status {status}.", "The tunnel is closed too."))
    else:
        browser.say(f"{name} has ended, and the tunnel with it.", title=_TITLE)
    await _close(browser, forward)


async def _close(browser: Browser, forward: LiveForward) -> None:
    browser.forwards.pop(forward.record.number, None)
    await forward.close()


async def _lend(browser: Browser, board: Board, secret: Secret | None) -> None:
    """The password in the clipboard for a while, for a client that has to be given it by hand."""
    if secret is None:
        return
    async with lent(secret.reveal(), board) as copied:
        if not copied:
            browser.refuse(Trouble("The clipboard does not take the password."))
            return
        browser.say(f"The password is in the clipboard for {LENT_SECONDS:.0f} s.", title=_TITLE)
        await asyncio.sleep(LENT_SECONDS)


def _tell(browser: Browser, forward: LiveForward, shown: "Desktop") -> None:
    record = forward.record
    if shown.showing is not None:
        then = f"{shown.showing.client.name} was started"
    else:
        then = "c copies the address · point your Remote Desktop client there"
    where = f"{record.local} → {record.title}:{record.remote_port}"
    browser.say(where, then, title=_TITLE, stays=10)
    for trouble in shown.troubles:
        browser.refuse(trouble)
