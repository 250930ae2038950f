"""The table of forwards."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tui.model.forward import ForwardRecord
from tui.model.session import SessionState
from tui.model.store import Change
from tui.ui import text
from tui.ui.actions.copying import copy_text
from tui.ui.browser import Browser
from tui.ui.changes import Changes

_COLUMNS = ("FROM", "TO", "STATE", "OPEN", "SENT", "RECEIVED")
_NAME_WIDTH = 34

_STATES = {
    SessionState.OPENING: ("◌ opening", "$text-warning"),
    SessionState.OPEN: ("● open", "$text-success"),
    SessionState.CLOSED: ("○ closed", "$text-muted"),
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
            yield DataTable[Content](id="table", cursor_type="row", zebra_stripes=False)
            yield Static("No forward is open. F on a container or node opens one.", id="none")

    def on_mount(self) -> None:
        """Listen while it is open."""
        table = self._table
        for column in _COLUMNS:
            table.add_column(column, key=column)
        self._unlisten = self._browser.store.listen(self._changes.hear)
        self._draw()
        table.focus()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._unlisten()

    @property
    def _table(self) -> DataTable[Content]:
        return self.query_one("#table", DataTable)

    def _changed(self, change: Change) -> None:
        if change.forwards and self.is_attached:
            self._draw()

    def _draw(self) -> None:
        table = self._table
        records = {str(record.number): record for record in self._browser.store.forwards()}
        for key in [key for key in table.rows if key.value not in records]:
            table.remove_row(key)
        known = {key.value for key in table.rows}
        for number, record in records.items():
            cells = _cells(record)
            if number not in known:
                table.add_row(*cells, key=number)
                continue
            for column, cell in zip(_COLUMNS, cells, strict=True):
                table.update_cell(number, column, cell, update_width=True)
        table.display = bool(records)
        self.query_one("#none").display = not records

    def _chosen(self) -> ForwardRecord | None:
        records = self._browser.store.forwards()
        index = self._table.cursor_row
        return records[index] if 0 <= index < len(records) else None

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
            self._browser.sessions.run_worker(forward.close())
            self._browser.say(f"Closing {record.local}")

    def action_down(self) -> None:
        """The next row."""
        self._table.action_cursor_down()

    def action_up(self) -> None:
        """The row before."""
        self._table.action_cursor_up()


def _cells(record: ForwardRecord) -> tuple[Content, ...]:
    word, color = _STATES[record.state]
    host = f"{record.remote_host}:" if record.remote_host else ""
    to = text.cut(text.plain(f"{record.title} : {host}{record.remote_port}"), _NAME_WIDTH)
    trouble = f" ⚠ {text.cut(text.plain(record.trouble), _NAME_WIDTH)}" if record.trouble else ""
    return (
        Content.styled(record.local, "bold"),
        Content(to),
        Content.assemble((word, color), (trouble, "$text-warning")),
        Content(f"{record.connections:>4}"),
        Content(f"{text.size(record.sent):>8}"),
        Content(f"{text.size(record.received):>8}"),
    )
