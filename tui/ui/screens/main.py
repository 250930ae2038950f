"""The one main screen: the fleet, what is under the cursor, and the sessions below."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer

from tui.model.store import Change, Store
from tui.ui import clipboard, commands, glance
from tui.ui.backstage import Backstage
from tui.ui.browser import Browser, Parts
from tui.ui.changes import Changes
from tui.ui.first_look import FirstLook
from tui.ui.listings import Listings
from tui.ui.search import Search
from tui.ui.widgets.details import Details
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.fleet_tree import FleetTree
from tui.ui.widgets.header_bar import HeaderBar
from tui.ui.widgets.key_bar import KeyBar
from tui.ui.widgets.session_area import SessionArea
from tui.ui.widgets.session_pane import TerminalChoices
from tui.ui.widgets.terminal_prefix import spoken
from tui.watch.hurry import Hurry

if TYPE_CHECKING:  # the emulator is imported after the first paint
    from tui.ui.widgets.terminal import Terminal

_REST = 0.12
"""Seconds the cursor must rest before details are worked out and the watcher hears of it."""


_MOMENT, _BETWEEN = 0.002, 0.01
"""Seconds of preparing a search before keys and paints get their turn, and of that turn."""

_HURRIED = 0.001
"""Seconds of that turn while somebody waits for what a filter finds."""


class MainScreen(Screen[None], inherit_bindings=False):
    """Joins the parts; what commands do is in `tui.ui.actions`."""

    AUTO_FOCUS = "FleetTree"
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings()]

    def __init__(
        self,
        store: Store,
        *,
        identity: str,
        terminals: TerminalChoices,
        clock: Callable[[], float],
        hurry: Hurry,
    ) -> None:
        super().__init__()
        self._store = store
        self._listings = Listings(store)
        self._search = Search(store, clock)
        self._header = HeaderBar(identity, clock)
        self._tree = FleetTree(store, clock, hurry)
        self._details = Details()
        self._area = SessionArea(terminals)
        self._filter = FilterBar()
        self._keys = KeyBar()
        parts = Parts(self._tree, self._area, self._filter, self._details)
        self.browser = Browser(self.app, store, self._search, parts)
        """What commands act on."""
        self.browser.prefix = spoken(terminals.prefix)
        self._first_look = FirstLook(store, self._tree.open_at)
        self._changes = Changes(self.set_timer, self._changed, hurry)
        self._resting: Timer | None = None
        self._rests_on = ""
        self._preparing = False
        self._hurry = hurry
        self._unlisten: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._header
        with Container(id="fleet"):
            yield self._tree
            yield self._details
        yield self._area
        yield self._filter
        yield self._keys

    def on_mount(self) -> None:
        """Show what the store knows, then follow it."""
        self._unlisten = self._store.listen(self._changes.hear)
        self._changes.flush()
        self._rested()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._unlisten()

    def begin(self, backstage: Backstage) -> None:
        """The rooms behind the screen are there: they hear what was opened meanwhile."""
        self.browser.backstage = backstage
        for address in self._tree.opened():
            backstage.watcher.open(address)
        self._tree.look_again()
        self._header.started(backstage.calls)
        self._rested()

    async def action_command(self, command_id: str) -> None:
        """Run a command of the table."""
        await commands.run(command_id, self.browser)

    def _changed(self, change: Change) -> None:
        self._listings.apply(change)
        self._search.apply(change)
        self._tree.apply(change)
        self._first_look.apply(change)
        self._header.tell(self._store.sum(), self._listings.progress)
        if self.browser.sieve:
            self.browser.tell_sieve()
        if not self._preparing:
            self._preparing = True
            self._prepare()

    def _prepare(self) -> None:
        """Make the next search quicker, a moment at a time."""
        if self._hurry.is_on and not self.browser.is_waiting:
            self.set_timer(_BETWEEN, self._prepare)
            return
        until = monotonic() + _MOMENT
        while more := self._search.prepare():
            if monotonic() > until:
                break
        self._preparing = more
        self.browser.sift_later()
        if more:
            self.set_timer(_HURRIED if self.browser.is_waiting else _BETWEEN, self._prepare)

    # the tree

    def on_fleet_tree_highlighted(self) -> None:
        """Wait until the cursor rests; a row that changes under it does not move it."""
        before, self._rests_on = self._rests_on, self._tree.address
        if self._resting is None:
            self._resting = self.set_timer(_REST, self._rested)
        elif before != self._rests_on:
            self._resting.reset()

    def _rested(self) -> None:
        self._resting = None
        about = glance.seen(self.browser)
        self._details.tell(about)
        self._show_keys()
        if self.browser.backstage is not None and about is not None:
            self.browser.backstage.watcher.focus(about.resource.address)

    def on_fleet_tree_folded(self, event: FleetTree.Folded) -> None:
        """What was opened is wanted first, what was closed can wait."""
        if self.browser.backstage is None:
            return
        for address in event.opened:
            self.browser.backstage.watcher.open(address)
        if event.closed:
            self.browser.backstage.watcher.close(event.closed)

    def on_fleet_tree_looked(self, event: FleetTree.Looked) -> None:
        """What is in the window is wanted before what is not."""
        if self.browser.backstage is not None:
            self.browser.backstage.watcher.look(event.addresses)

    async def on_fleet_tree_entered(self) -> None:
        """Enter on a container or a node."""
        await commands.run("shell", self.browser)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Another filter, or the keys go back to the tree."""
        if event.done:
            self._tree.focus()
        self.browser.sift(self.browser.sieve.with_words(event.words))

    def on_filter_bar_stepped(self, event: FilterBar.Stepped) -> None:
        """From match to match while typing."""
        self._tree.to_match(event.step)

    # the sessions

    def on_descendant_focus(self) -> None:
        """The keys go elsewhere: arrangement and footer follow."""
        self.set_class(self._area.has_keys or self._area.wants_keys, "-in-session")
        if not self._area.has_keys:
            self.remove_class("-zoomed")
        self._show_keys()

    def _show_keys(self) -> None:
        session = self._area.current
        if session is not None and session.has_keys:
            self._keys.tell(glance.session_hints(self.browser.prefix, session.state))
        elif self._filter.has_pseudo_class("focus-within"):
            self._keys.tell(glance.FILTER_HINTS)
        else:
            about = glance.seen(self.browser)
            self._keys.tell(glance.tree_hints(self.browser, about))

    def on_click(self, event: events.Click) -> None:
        """A click on the tree takes the keys there."""
        if event.widget is self._tree:
            self._area.wants_keys = False

    def on_session_area_changed(self) -> None:
        """Make room for sessions while there are any."""
        self.set_class(self._area.count > 0, "-sessions")
        self.on_descendant_focus()

    def on_session_area_left(self) -> None:
        """Back to the tree, which a short screen hides until then."""
        self.remove_class("-in-session")
        self.call_after_refresh(self._tree.focus)

    def on_terminal_zoom_requested(self) -> None:
        """Full screen, and back."""
        self.toggle_class("-zoomed")

    def on_terminal_copied(self, event: "Terminal.Copied") -> None:
        """A selection goes to the clipboard as it is."""
        local = self.browser.local_clipboard
        self.app.run_worker(clipboard.copy(event.text, self.app, local))
