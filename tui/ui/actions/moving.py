"""Moving in the tree, and opening and closing its rows."""

from functools import partial

from tui.ui.browser import Browser
from tui.ui.sieve import Sieve


def up(browser: Browser) -> None:
    """The row above."""
    browser.tree.move(-1)


def down(browser: Browser) -> None:
    """The row below."""
    browser.tree.move(1)


def page_up(browser: Browser) -> None:
    """A window up."""
    browser.tree.page(-1)


def page_down(browser: Browser) -> None:
    """A window down."""
    browser.tree.page(1)


def first(browser: Browser) -> None:
    """The first row."""
    browser.tree.go_home()


def last(browser: Browser) -> None:
    """The last row."""
    browser.tree.go_end()


def enter(browser: Browser) -> None:
    """Open or close a row; step inside what has nothing below it."""
    browser.tree.toggle_or_enter()


def open_row(browser: Browser) -> None:
    """Open a row, or go down into an open one."""
    browser.tree.open_row()


def close_row(browser: Browser) -> None:
    """Close a row, or go to the one it hangs under."""
    browser.tree.close_row()


def up_the_tree(browser: Browser) -> None:
    """The row above in the tree."""
    browser.tree.go_up()


def open_all(browser: Browser) -> None:
    """Open everything below a row."""
    browser.tree.open_all()


def close_all(browser: Browser) -> None:
    """Close everything below a row."""
    browser.tree.close_all()


def back(browser: Browser) -> None:
    """Stop the opening of everything, end the filter, or go up."""
    if browser.tree.stop_unfolding():
        return
    if browser.sieve:
        browser.sift(Sieve())
    else:
        browser.tree.close_row()


def details_down(browser: Browser) -> None:
    """Scroll the details."""
    browser.details.scroll_down(animate=False)


def details_up(browser: Browser) -> None:
    """Scroll the details."""
    browser.details.scroll_up(animate=False)


def to_session(browser: Browser, number: int) -> None:
    """Go to a session by its number."""
    if not browser.sessions.go(number):
        browser.say(f"There is no session {number}.")


TO_SESSION = {number: partial(to_session, number=number) for number in range(1, 10)}
"""An action for each digit."""


def to_sessions(browser: Browser) -> None:
    """Go to the session that was shown last."""
    if not browser.sessions.go_current():
        browser.say("No session is open. s opens a shell on what is under the cursor.")


def go_to(browser: Browser, address: str) -> None:
    """Put the cursor on an address."""
    if not browser.tree.go_to(address) and browser.sieve:
        browser.sift(Sieve())
        browser.tree.go_to(address)
    browser.tree.focus()


def next_match(browser: Browser) -> None:
    """The next match of the filter."""
    _to_match(browser, 1)


def previous_match(browser: Browser) -> None:
    """The match before."""
    _to_match(browser, -1)


def _to_match(browser: Browser, step: int) -> None:
    if not browser.tree.to_match(step):
        browser.say("No filter is on. / filters the rows, ! shows only what is unhealthy.")


def mark(browser: Browser) -> None:
    """Mark a row and go down."""
    browser.tree.mark()


def mark_range(browser: Browser) -> None:
    """Mark the rows from the last mark on."""
    browser.tree.mark_range()


def clear_marks(browser: Browser) -> None:
    """Take all marks away."""
    browser.tree.clear_marks()
