"""Shells, forwards and Remote Desktop on what is under the cursor."""

from functools import partial

from tui.errors import PortTaken, Trouble
from tui.model.abilities import DESKTOP_PORT, Ability, forward_wish, shell_wish
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


def desktop(browser: Browser) -> None:
    """Forward Remote Desktop's port and say where it is."""
    target = browser.target(Ability.DESKTOP)
    _start(
        browser, target, Tunnel(remote_port=DESKTOP_PORT, local_port=0), kind=SessionKind.DESKTOP
    )


def forwards(browser: Browser) -> None:
    """Show the open forwards."""
    browser.app.push_screen(ForwardsTable(browser))


def _start(
    browser: Browser,
    target: Resource,
    tunnel: Tunnel | None,
    kind: SessionKind = SessionKind.FORWARD,
) -> None:
    if tunnel is not None and browser.backstage is not None:
        browser.sessions.run_worker(_forward(browser, browser.backstage, target, tunnel, kind))


async def _forward(
    browser: Browser, backstage: Backstage, target: Resource, tunnel: Tunnel, kind: SessionKind
) -> None:
    browser.say(f"◌ opening port {tunnel.remote_port} of {labels.title(target)} …", stays=1.5)
    try:
        forward = await _open(backstage, target, tunnel, kind)
    except Trouble as trouble:
        browser.refuse(trouble)
    else:
        _tell(browser, forward, kind)


async def _open(
    backstage: Backstage, target: Resource, tunnel: Tunnel, kind: SessionKind
) -> LiveForward:
    """Open it on the wanted port; where the person left that open, the same port, then any."""
    same = tunnel.remote_port if tunnel.remote_port >= FIRST_OPEN_TO_ALL else 0
    wanted = (same, 0) if tunnel.local_port is None else (tunnel.local_port,)
    for local_port in dict.fromkeys(wanted):
        try:
            return await backstage.engine.forward(
                forward_wish(target, tunnel.remote_port, local_port=local_port),
                title=labels.title(target),
                address=target.address,
                local_port=local_port,
                kind=kind,
            )
        except PortTaken:
            if local_port == wanted[-1]:
                raise
    raise PortTaken("No local port is free.")


def _tell(browser: Browser, forward: LiveForward, kind: SessionKind) -> None:
    record = forward.record
    browser.forwards[record.number] = forward
    desktop = kind is SessionKind.DESKTOP
    then = "point your Remote Desktop client there" if desktop else "f lists the forwards"
    browser.say(
        f"{record.local} → {record.title}:{record.remote_port}",
        f"c copies the address · {then}",
        title="Remote Desktop" if desktop else "Forward",
        stays=10,
    )
