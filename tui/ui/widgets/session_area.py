"""All sessions of the screen: a strip of tabs, and the one session in view."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message

from tui.model.wish import Wish
from tui.ui import toasts
from tui.ui.backstage import Sessions
from tui.ui.widgets.epilogue import Epilogue
from tui.ui.widgets.session_pane import SessionPane, TerminalChoices
from tui.ui.widgets.session_tabs import SessionTabs, State

if TYPE_CHECKING:  # see `session_pane`
    from tui.ui.widgets.terminal import Terminal


class SessionArea(Vertical):
    """Opens, shows and closes sessions; they go on while another is in view."""

    class Changed(Message):
        """A session came, went or changed its state, or another is in view."""

    class Left(Message):
        """The keys go back to the tree."""

    def __init__(self, terminals: TerminalChoices) -> None:
        super().__init__()
        self._terminals = terminals
        self._panes: dict[int, SessionPane] = {}
        self._current = 0
        self.wants_keys = False
        """Whether the session in view is to have the keys, now and when its state changes."""

    def compose(self) -> ComposeResult:
        """The tabs over the sessions."""
        yield SessionTabs()
        yield Container(id="panes")

    @property
    def count(self) -> int:
        """How many tabs there are."""
        return len(self._panes)

    @property
    def live(self) -> int:
        """How many sessions are open, or about to be."""
        over = {State.ENDED, State.FAILED}
        return sum(p.state not in over for p in self._panes.values())

    @property
    def current(self) -> SessionPane | None:
        """The session in view."""
        return self._panes.get(self._current)

    @property
    def has_keys(self) -> bool:
        """Whether keys go to a session."""
        return self.current is not None and self.current.has_keys

    def open(self, engine: Sessions, wish: Wish, *, title: str, address: str) -> None:
        """Open a shell in a new tab and give it the keys."""
        number = next(n for n in range(1, len(self._panes) + 2) if n not in self._panes)
        pane = SessionPane(number, title, address, self._terminals)
        self._panes[number] = pane
        self.run_worker(self._live(pane, engine, wish), name=f"session {number}")

    async def _live(self, pane: SessionPane, engine: Sessions, wish: Wish) -> None:
        pane.display = False  # beside it, the session in view would be laid out with less room
        await self.query_one("#panes").mount(pane)
        self._view(pane.number)
        self._take_keys()
        await pane.laid_out()
        await pane.run(engine, wish)

    def go(self, number: int) -> bool:
        """Bring a session into view and give it the keys; says whether there is such a one."""
        if number not in self._panes:
            return False
        self._view(number)
        self._take_keys()
        return True

    def go_current(self) -> bool:
        """Give the keys to the session in view; says whether there is one."""
        return self.go(self._current)

    def close(self, number: int) -> None:
        """End a session and take its tab away."""
        pane = self._panes.pop(number)
        self.run_worker(pane.finish(), name=f"end of session {number}")
        pane.remove()
        if number == self._current:
            nearest = min(self._panes, key=lambda other: abs(other - number), default=0)
            self._view(nearest)
        else:
            self._view(self._current)
        self._leave()

    def _take_keys(self) -> None:
        self.wants_keys = True
        self.call_after_refresh(self._focus_current)

    def _focus_current(self) -> None:
        if self.wants_keys and self.current is not None:
            self.current.take_focus()
            self.current.mend_size()

    def _leave(self) -> None:
        self.wants_keys = False
        self.post_message(self.Left())

    def _view(self, number: int) -> None:
        self._current = number
        for other, pane in self._panes.items():
            pane.display = other == number
        self._tell()

    def _tell(self) -> None:
        tabs = [self._panes[number].tab for number in sorted(self._panes)]
        self.query_one(SessionTabs).tell(tabs, self._current)
        self.post_message(self.Changed())

    # what the sessions say

    def on_session_pane_changed(self, event: SessionPane.Changed) -> None:
        """Show the new state on its tab, and trouble as a toast as well."""
        event.stop()
        self._tell()
        if event.pane is self.current and self.wants_keys:
            self._take_keys()
        if event.trouble is not None:
            toasts.refuse(self.app, event.trouble)

    def on_session_tabs_chosen(self, event: SessionTabs.Chosen) -> None:
        """A tab was clicked."""
        event.stop()
        self.go(event.number)

    def on_terminal_detached(self, event: "Terminal.Detached") -> None:
        """Back to the tree; the session goes on."""
        event.stop()
        self._leave()

    def on_terminal_close_requested(self, event: "Terminal.CloseRequested") -> None:
        """Close the session in view."""
        event.stop()
        self.close(self._current)

    def on_terminal_next_requested(self, event: "Terminal.NextRequested") -> None:
        """The next session."""
        event.stop()
        self._go_next()

    def on_terminal_session_chosen(self, event: "Terminal.SessionChosen") -> None:
        """A session by its number."""
        event.stop()
        self.go(event.number)

    def on_epilogue_left(self, event: Epilogue.Left) -> None:
        """Back to the tree."""
        event.stop()
        self._leave()

    def on_epilogue_dismissed(self, event: Epilogue.Dismissed) -> None:
        """Close the tab in view."""
        event.stop()
        self.close(self._current)

    def on_epilogue_next_wanted(self, event: Epilogue.NextWanted) -> None:
        """The next session."""
        event.stop()
        self._go_next()

    def _go_next(self) -> None:
        numbers = sorted(self._panes)
        self.go(next((n for n in numbers if n > self._current), numbers[0]))
