"""One session: its terminal, and the words around its beginning and end."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.errors import Trouble
from tui.model.wish import Wish
from tui.sessions.recording import Recording, in_state_folder
from tui.ui import toasts
from tui.ui.backstage import LiveSession, Sessions
from tui.ui.widgets.epilogue import Epilogue
from tui.ui.widgets.session_tabs import State, Tab
from tui.ui.widgets.terminal_prefix import FIRST_PREFIX, SECOND_PREFIX

if TYPE_CHECKING:
    from tui.sessions.resuming import Away
    from tui.ui.widgets.terminal import Terminal

_SIZE = (80, 24)
"""Columns and rows until the terminal has been laid out."""

_GLANCES = 300
"""Looks whether it has, before a session is opened without."""

_BETWEEN = 0.01
"""Seconds between two of them."""


@dataclass(frozen=True, slots=True)
class TerminalChoices:
    """What a person may choose about terminals."""

    prefix: str = FIRST_PREFIX
    """The key that leaves one, in Textual's name for it."""
    second_prefix: str = SECOND_PREFIX
    scrollback: int = 2000
    """Lines kept above the screen."""
    record: bool = False
    """Whether every shell is recorded from its beginning."""


DEFAULT_TERMINALS = TerminalChoices()


class SessionPane(Vertical):
    """A shell from its opening to its end; `run` is its life."""

    class Changed(Message):
        """The state is another; with the trouble when it has failed."""

        def __init__(self, pane: "SessionPane", trouble: Trouble | None = None) -> None:
            super().__init__()
            self.pane = pane
            self.trouble = trouble

    def __init__(self, number: int, title: str, address: str, terminals: TerminalChoices) -> None:
        # here, because the emulator takes 100 ms to import: not before the first paint
        from tui.ui.widgets.terminal import Terminal

        super().__init__()
        self.number = number
        self.address = address
        self.state = State.OPENING
        self._label = title
        self._live: LiveSession | None = None
        self._unwanted = False
        self._minutes: int | None = None
        self._recording: Recording | None = None
        self._always_record = terminals.record
        self.size_wanted = _SIZE
        """Columns and rows for the session."""
        self._terminal = Terminal(
            send=self._send,
            resize=self._resize,
            pause=self._pause,
            resume=self._resume,
            prefix=terminals.prefix,
            second_prefix=terminals.second_prefix,
            scrollback=terminals.scrollback,
        )
        self._epilogue = Epilogue()
        self._epilogue.opening(title)
        self._show()

    def compose(self) -> ComposeResult:
        """The terminal, and the words below or instead of it."""
        yield self._terminal
        yield self._epilogue

    async def laid_out(self) -> None:
        """Wait until the size is known; a pane that is not in view has none, so not for that."""
        for _ in range(_GLANCES):
            if self.size or not self.display:
                break
            await asyncio.sleep(_BETWEEN)
        if self.size:
            self.size_wanted = (self.size.width, self.size.height)

    def mend_size(self) -> None:
        """Tell the terminal its size if nobody has.

        Textual (8.2) sends no Resize to a widget that appears between a scroll elsewhere and the
        next layout, when somebody asks for a region in the meantime, as giving it the focus does.
        """
        size = self._terminal.size
        if size and (size.width, size.height) != self.size_wanted:
            self._terminal.post_message(events.Resize(size, size))

    @property
    def tab(self) -> Tab:
        """What its tab shows."""
        return Tab(self.number, self._label, self.state, self._minutes, self._recording is not None)

    def take_focus(self) -> None:
        """Give the keys to the terminal, or to the words that stand for it."""
        stands_in = self.state in {State.OPENING, State.FAILED}
        (self._epilogue if stands_in else self._terminal).focus()

    @property
    def has_keys(self) -> bool:
        """Whether keys go to this session."""
        return self._terminal.has_focus or self._epilogue.has_focus

    # its life

    async def run(self, engine: Sessions, wish: Wish) -> None:
        """Open the session and stay with it until it ends."""
        if self._always_record:
            self._record()
        try:
            live = await engine.shell(
                wish,
                title=self._label,
                address=self.address,
                size=self.size_wanted,
                on_output=self._hear,
                on_away=self._went,
            )
        except Trouble as trouble:
            self._stop_recording()
            self._fail(trouble)
            return
        self._live = live
        live.idle.tell = self._is_idle
        if self._unwanted:
            await live.close()
            return
        self._become(State.LIVE)
        live.resize(*self.size_wanted)
        ending = await live.wait()
        self._live = None
        self._stop_recording()
        if not self._unwanted:
            keys = "enter closes this tab, esc: tree"
            self._terminal.end(f"○ ended: {ending.reason.rstrip('.')} · {keys}")
            self._become(State.ENDED)

    def _went(self, away: "Away | None") -> None:
        """The connection is lost and tried again, or back; what is typed meanwhile is kept."""
        state = State.RECONNECTING if away else State.LIVE
        if self.state in {State.LIVE, State.RECONNECTING} and self.state is not state:
            self._become(state)

    def _is_idle(self, minutes: int | None) -> None:
        """AWS ends it in so many minutes unless something is typed or comes."""
        self._minutes = minutes
        self.post_message(self.Changed(self))

    async def finish(self) -> None:
        """End the session on both sides; if it is still opening, as soon as it is open."""
        self._unwanted = True
        self._stop_recording()
        if self._live is not None:
            await self._live.close()

    def _fail(self, trouble: Trouble) -> None:
        if not self._unwanted:
            self._epilogue.failed(trouble)
            self._become(State.FAILED, trouble)

    def _become(self, state: State, trouble: Trouble | None = None) -> None:
        self.state = state
        self._show()
        self.post_message(self.Changed(self, trouble))

    def _show(self) -> None:
        """The terminal, or the words that stand for it."""
        self.set_class(self.state in {State.OPENING, State.FAILED}, "-without-terminal")

    # its recording

    def on_terminal_record_requested(self, event: "Terminal.RecordRequested") -> None:
        """Begin to record what the session shows, or stop."""
        event.stop()
        if self._recording is not None:
            self._stop_recording()
        elif self._live is None:
            toasts.refuse(self.app, Trouble("There is nothing to record any more."))
        else:
            self._record()
        self.post_message(self.Changed(self))

    def _record(self) -> None:
        """Begin a recording; the tab shows it, and a toast says where."""
        title = self.address or self._label
        try:
            self._recording = Recording.begin(
                in_state_folder(title),
                title=title,
                size=self.size_wanted,
                on_trouble=self._cannot_record,
            )
        except Trouble as trouble:
            toasts.refuse(self.app, trouble)
        else:
            toasts.say(self.app, f"● recording to {self._recording.path}")

    def _cannot_record(self, trouble: Trouble) -> None:
        self._recording = None
        toasts.refuse(self.app, trouble)
        self.post_message(self.Changed(self))

    def _stop_recording(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None and recording.close():
            toasts.say(self.app, f"recorded to {recording.path}", "asciinema play plays it")

    # the terminal's hands

    def _hear(self, data: bytes) -> None:
        """The remote side wrote something."""
        self._terminal.feed(data)
        if self._recording is not None:
            self._recording.output(data)

    def _send(self, data: bytes) -> None:
        if self._live is not None:
            self._live.send(data)

    def _resize(self, columns: int, rows: int) -> None:
        self.size_wanted = (columns, rows)
        if self._live is not None:
            self._live.resize(columns, rows)
        if self._recording is not None:
            self._recording.resize(columns, rows)

    def _pause(self) -> None:
        if self._live is not None:
            self._live.pause()

    def _resume(self) -> None:
        if self._live is not None:
            self._live.resume()
