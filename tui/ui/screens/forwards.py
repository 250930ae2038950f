"""The table of forwards."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.model.forward import ForwardRecord
from tui.model.session import SessionState
from tui.model.store import Change
from tui.ui import ink, text
from tui.ui.actions.copying import copy_text
from tui.ui.backstage import LiveForward
from tui.ui.browser import Browser
from tui.ui.changes import Changes
from tui.ui.table import table_line

_WIDTHS = (21, 30, 10, 5, 8, 8)
"""Cells of the columns: from, to, state, open connections, sent, received."""
_HEADINGS = ("FROM", "TO", "STATE", "OPEN", "SENT", "RECEIVED")
_NUMBERS = range(3, 6)
_NARROW = 112
"""Cells of a window in which the first two columns give way."""

_STATES = {
    SessionState.OPENING: ("◌ opening", ink.BUSY),
    SessionState.OPEN: ("● open", ink.GOOD),
    SessionState.RECONNECTING: ("↻ lost", ink.BUSY),
    SessionState.CLOSED: ("○ closed", ink.MUTED),
}


class ForwardsTable(ModalScreen[None]):
    """Lists what the store knows; its numbers move while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f", "dismiss", show=False),
        Binding("c", "copy", show=False),
        Binding("d,delete", "close_forward", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, browser: Browser) -> None:
        super().__init__()
        self._browser = browser
        self._changes = Changes(self.set_timer, self._changed)

    def compose(self) -> ComposeResult:
        """A table, or a sentence when it would be empty."""
        with Vertical(id="box") as box:
            box.border_title = "Forwards"
            box.border_subtitle = "c copies the address · d closes · esc back"
            heading = table_line(_HEADINGS, (ink.MUTED,) * 6, self._widths(), numbers=_NUMBERS)
            yield Static(heading, id="heading")
            yield OptionList(id="table", compact=True)
            yield Static("No forward is open. F on a container or node opens one.", id="none")
            yield Static("", id="trouble")

    def on_mount(self) -> None:
        """Listen while it is open."""
        self._unlisten = self._browser.store.listen(self._changes.hear)
        self._draw()
        self._table.focus()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._unlisten()

    @property
    def _table(self) -> OptionList:
        return self.query_one("#table", OptionList)

    def _widths(self) -> tuple[int, ...]:
        narrow = self.app.size.width < _NARROW
        return (15, 18, 10, 4, 8, 8) if narrow else _WIDTHS

    def _changed(self, change: Change) -> None:
        if change.forwards and self.is_attached:
            self._draw()

    def _draw(self) -> None:
        table, records = self._table, self._browser.store.forwards()
        lines = [(str(record.number), _drawn(record, self._widths())) for record in records]
        if [number for number, _ in lines] == [option.id for option in table.options]:
            for number, line in lines:
                table.replace_option_prompt(number, line)
        else:
            kept = table.highlighted or 0
            table.set_options(Option(line, id=number) for number, line in lines)
            table.highlighted = min(kept, len(lines) - 1) if lines else None
        for name, shown in (("#heading", bool(records)), ("#none", not records)):
            self.query_one(name).display = shown
        table.display = bool(records)
        self._draw_trouble()

    def _draw_trouble(self) -> None:
        record = self._chosen()
        said = text.plain(record.trouble) if record is not None else ""
        note = self.query_one("#trouble", Static)
        note.update(Content.styled(f"⚠ {said}", ink.BUSY))
        note.display = bool(said)

    def on_option_list_option_highlighted(self) -> None:
        """Another forward may have another trouble."""
        self._draw_trouble()

    def on_option_list_option_selected(self) -> None:
        """Enter copies too."""
        self.action_copy()

    def _chosen(self) -> ForwardRecord | None:
        records = self._browser.store.forwards()
        index = self._table.highlighted
        return records[index] if index is not None and index < len(records) else None

    def action_copy(self) -> None:
        """Copy the local address."""
        record = self._chosen()
        if record is not None:
            copy_text(self._browser, record.local)

    def action_close_forward(self) -> None:
        """Close the forward under the cursor."""
        record = self._chosen()
        forward = self._browser.forwards.pop(record.number, None) if record is not None else None
        if record is not None and forward is not None:
            self._browser.sessions.run_worker(_close(forward))
            self._browser.say(f"Closing {record.local}")

    def action_down(self) -> None:
        """The next row."""
        self._table.action_cursor_down()

    def action_up(self) -> None:
        """The row before."""
        self._table.action_cursor_up()


async def _close(forward: LiveForward) -> None:
    await forward.close()


def _drawn(record: ForwardRecord, widths: Sequence[int]) -> Content:
    word, color = _STATES[record.state]
    port = f" :{record.remote_port}"
    cells = (
        record.local,
        text.cut(text.plain(_where(record)), widths[1] - len(port)) + port,
        word,
        str(record.connections),
        text.size(record.sent),
        text.size(record.received),
    )
    return table_line(cells, ("bold", "", color, "", "", ""), widths, numbers=_NUMBERS)


def _where(record: ForwardRecord) -> str:
    """Where it leads: a host behind the target is more to the point than the way to it."""
    return f"{record.remote_host} by {record.title}" if record.remote_host else record.title
