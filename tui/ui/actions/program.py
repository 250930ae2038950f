"""Filtering, refreshing and leaving."""

from dataclasses import replace
from functools import partial

from tui.ui import labels, text
from tui.ui.browser import Browser
from tui.ui.screens.confirm import Confirm


def edit_filter(browser: Browser) -> None:
    """Type a filter."""
    browser.filter_bar.edit(browser.sieve)


def toggle_unhealthy(browser: Browser) -> None:
    """Show only what is unhealthy, or all again."""
    browser.sift(replace(browser.sieve, unhealthy=not browser.sieve.unhealthy))


def next_order(browser: Browser) -> None:
    """Order the rows by the next thing."""
    browser.tree.sort_by(browser.tree.order.next)


def reverse_order(browser: Browser) -> None:
    """Order the rows the other way round."""
    browser.tree.sort_by(browser.tree.order.reversed)


def refresh(browser: Browser) -> None:
    """Ask AWS again for what is under the cursor."""
    if browser.backstage is not None:
        browser.backstage.watcher.refresh(browser.tree.address)
        resource = browser.resource
        browser.say(f"Asking again: {labels.name(resource) if resource else 'the fleet'}")


def palette(browser: Browser) -> None:
    """The command bar."""
    browser.app.action_command_palette()


async def leave(browser: Browser) -> None:
    """End the program; ask first when sessions are live."""
    live = browser.live_sessions()
    if not live:
        await browser.app.action_quit()
        return
    browser.app.push_screen(
        Confirm(
            f"Quit and close {text.count(live, 'live session')}?",
            "What runs in them ends with them.",
            yes="Quit",
        ),
        partial(_leave, browser),
    )


def _leave(browser: Browser, sure: bool | None) -> None:
    if sure:
        browser.app.run_worker(browser.app.action_quit())
