"""Shells and forwards on what is under the cursor."""

from functools import partial

from tui.errors import PortTaken, Trouble
from tui.model.abilities import Ability, forward_wish, shell_wish
from tui.model.resource import Resource
from tui.model.session import SessionKind
from tui.ui import labels
from tui.ui.backstage import Backstage, LiveForward
from tui.ui.browser import Browser
from tui.ui.screens.forward import FIRST_OPEN_TO_ALL, ForwardDialog, Tunnel
from tui.ui.screens.forwards import ForwardsTable


def shell(browser: Browser) -> None:
    """Open a shell in a new tab and go there."""
    if browser.backstage is None:
        return
    target = browser.target(Ability.SHELL)
    browser.sessions.open(
        browser.backstage.engine,
        shell_wish(target),
        title=labels.title(target),
        address=target.address,
    )


def new_forward(browser: Browser) -> None:
    """Ask for the ports, then forward."""
    if browser.backstage is None:
        return
    target = browser.target(Ability.FORWARD)
    dialog = ForwardDialog(
        labels.title(target),
        ports=partial(browser.backstage.ports, target),
    )
    browser.app.push_screen(dialog, partial(_start, browser, target))


def forwards(browser: Browser) -> None:
    """Show the open forwards."""
    browser.app.push_screen(ForwardsTable(browser))


def _start(browser: Browser, target: Resource, tunnel: Tunnel | None) -> None:
    if tunnel is not None and browser.backstage is not None:
        browser.sessions.run_worker(_forward(browser, browser.backstage, target, tunnel))


async def _forward(
    browser: Browser, backstage: Backstage, target: Resource, tunnel: Tunnel
) -> None:
    try:
        forward = await open_forward(browser, backstage, target, tunnel)
    except Trouble as trouble:
        browser.refuse(trouble)
        return
    record = forward.record
    browser.say(
        f"{record.local} → {record.remote_host or record.title}:{record.remote_port}",
        "c copies the address · f lists the forwards",
        title="Forward",
        stays=10,
    )


async def open_forward(
    browser: Browser,
    backstage: Backstage,
    target: Resource,
    tunnel: Tunnel,
    kind: SessionKind = SessionKind.FORWARD,
) -> LiveForward:
    """Open it and keep it with the others; raises `Trouble`."""
    browser.say(f"◌ opening port {tunnel.remote_port} of {labels.title(target)} …", stays=1.5)
    forward = await _open(backstage, target, tunnel, kind)
    browser.forwards[forward.record.number] = forward
    return forward


async def _open(
    backstage: Backstage, target: Resource, tunnel: Tunnel, kind: SessionKind
) -> LiveForward:
    """Open it on the wanted port; where the person left that open, the same port, then any."""
    same = tunnel.remote_port if tunnel.remote_port >= FIRST_OPEN_TO_ALL else 0
    wanted = (same, 0) if tunnel.local_port is None else (tunnel.local_port,)
    for local_port in dict.fromkeys(wanted):
        try:
            return await backstage.engine.forward(
                forward_wish(target, tunnel.remote_port, local_port=local_port, host=tunnel.host),
                title=labels.title(target),
                address=target.address,
                local_port=local_port,
                kind=kind,
            )
        except PortTaken:
            if local_port == wanted[-1]:
                raise
    raise PortTaken("No local port is free.")
