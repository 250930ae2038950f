"""Copying what a row is called, and the command that does the same."""

from functools import partial

from tui.model.resource import Account, Resource
from tui.model.session import SessionState
from tui.ui import clipboard, facts, labels, text
from tui.ui.browser import Browser
from tui.ui.cli_command import cli_command
from tui.ui.screens.copy_menu import CopyMenu


def copy(browser: Browser) -> None:
    """Choose what to copy of the row under the cursor, or of all that are marked."""
    found = (browser.store.get(address) for address in browser.tree.marks)
    marked = [one for one in found if one is not None]
    if marked:
        copies = [(w, "\n".join(map(clipboard.safe, c))) for w, c in facts.copies_of_all(marked)]
        menu = CopyMenu(text.count(len(marked), "marked row"), copies)
        browser.app.push_screen(menu, partial(_copy_lines, browser))
        return
    resource = browser.resource
    if resource is not None:
        menu = CopyMenu(labels.title(resource), _copies(browser, resource))
        browser.app.push_screen(menu, partial(_copy, browser))


def _copies(browser: Browser, resource: Resource) -> list[tuple[str, str]]:
    inside = resource.address + "/"
    forwards = [
        (f"forward to port {record.remote_port}", record.local)
        for record in browser.store.forwards()
        if record.state is SessionState.OPEN
        and (record.address == resource.address or record.address.startswith(inside))
    ]
    command = cli_command(resource, _profile(browser, resource))
    commands = [("AWS CLI command", command)] if command else []
    return [*forwards, *facts.copies(resource), *commands]


def _profile(browser: Browser, resource: Resource) -> str:
    lineage = (resource, *browser.store.ancestors(resource.address))
    return next((one.profile for one in lineage if isinstance(one, Account)), "")


def _copy(browser: Browser, chosen: str | None) -> None:
    if chosen is not None:
        copy_text(browser, chosen)


def _copy_lines(browser: Browser, chosen: str | None) -> None:
    """Copy harmless lines as they are."""
    if chosen is not None:
        browser.app.run_worker(clipboard.copy(chosen, browser.app, browser.local_clipboard))
        browser.say(f"Copied {text.count(chosen.count(chr(10)) + 1, 'line')}.")


def copy_text(browser: Browser, chosen: str) -> None:
    """Copy a text and say so."""
    harmless = clipboard.safe(chosen)
    copying = clipboard.copy(harmless, browser.app, browser.local_clipboard)
    browser.app.run_worker(copying)
    browser.say(f"Copied: {text.cut(text.plain(harmless), 60)}")
