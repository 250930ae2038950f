"""What a command may look at and call: the parts of the main screen and the rooms behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import App

from tui.errors import Trouble
from tui.model.abilities import Ability, target_for
from tui.model.resource import Resource
from tui.model.session import SessionState
from tui.model.store import Store
from tui.ui import toasts
from tui.ui.backstage import Backstage, LiveForward
from tui.ui.search import Search
from tui.ui.sieve import Sieve
from tui.ui.widgets.details import Details
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.fleet_tree import FleetTree
from tui.ui.widgets.session_area import SessionArea

_AT_ONCE = 2_000
"""Resources that are read between a key of the filter and what it finds, at most: some 10 ms."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The widgets of the main screen that commands act on."""

    tree: FleetTree
    sessions: SessionArea
    filter_bar: FilterBar
    details: Details


class Browser:
    """The hands of a command."""

    def __init__(self, app: App[None], store: Store, search: Search, parts: Parts) -> None:
        self.app = app
        self.store = store
        self.search = search
        self.tree = parts.tree
        self.sessions = parts.sessions
        self.filter_bar = parts.filter_bar
        self.details = parts.details
        self.backstage: Backstage | None = None
        """None until the rooms behind the screen are there."""
        self.local_clipboard: Callable[[str], None] | None = None
        self.prefix = ""
        """The key that leaves a terminal, as people call it."""
        self.forwards: dict[int, LiveForward] = {}
        """The open forwards by the number of their session."""
        self.sieve = Sieve()
        self._mistake: Trouble | None = None
        """Why the sieve cannot be put on; the one before it stays."""
        self.is_waiting = False
        """Whether the sieve is put on when the fleet is read, and the one before it stays so long:
        a large fleet that has just come would hold up the key."""

    @property
    def resource(self) -> Resource | None:
        """What is under the cursor."""
        return self.tree.resource

    def target(self, ability: Ability) -> Resource:
        """What an ability means for the row under the cursor; raises its refusal."""
        resource = self.resource
        if resource is None:
            raise Trouble("Nothing is under the cursor.", "Choose a row first.")
        return target_for(self.store, resource, ability)

    def live_sessions(self) -> int:
        """How many shells and forwards are open."""
        forwards = self.store.forwards()
        open_forwards = sum(record.state is not SessionState.CLOSED for record in forwards)
        return self.sessions.live + open_forwards

    def sift(self, sieve: Sieve) -> None:
        """Show another choice of rows, as soon as it can be found."""
        self.sieve, self._mistake = sieve, None
        self.is_waiting = bool(sieve.text) and self.search.backlog > _AT_ONCE
        if not self.is_waiting:
            self._put_on(sieve)
        self.tell_sieve()

    def sift_later(self) -> None:
        """Put on the sieve that waits, if it can be found now."""
        if self.is_waiting and self.search.backlog <= _AT_ONCE:
            self.sift(self.sieve)

    def _put_on(self, sieve: Sieve) -> None:
        try:
            matches = self.search.find(sieve)
        except Trouble as mistake:
            self._mistake = mistake
        else:
            self.tree.sift(matches, whole=sieve.whole)

    def tell_sieve(self) -> None:
        """Say which choice of rows is on, and how many are chosen."""
        unread = self.search.backlog if self.is_waiting else 0
        self.filter_bar.tell(self.sieve, self.tree.matches, self._mistake, unread=unread)

    def say(self, what: str, hint: str = "", *, title: str = "", stays: float = 5) -> None:
        """A toast with good news; `stays` in seconds."""
        toasts.say(self.app, what, hint, title=title, stays=stays)

    def refuse(self, trouble: Trouble) -> None:
        """A toast that says what is wrong and what to do."""
        toasts.refuse(self.app, trouble)
