"""What was asked of AWS."""

from tui.ui.browser import Browser
from tui.ui.screens.calls import CallsTable


def calls(browser: Browser) -> None:
    """Show the calls to AWS, while they are made."""
    if browser.backstage is not None:
        browser.app.push_screen(CallsTable(browser.backstage.calls))
