"""The table of calls to AWS: how many of each, how they went, how fast they are made now."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.model.calls import CallLine, CallReport
from tui.ui import ink, text
from tui.ui.table import table_line

_HEADINGS = ("ACTION", "CALLS", "NOW", "ERRORS", "THROTTLED", "PER S")
_WIDTHS = (31, 8, 3, 6, 9, 5)
_NUMBERS = range(1, 6)
_ERROR_HEADING = "LAST ERROR"
_NARROW = 120
"""Cells of a window in which the last error stands below the table only."""
_BORDER = 4
"""Cells at the sides of the table."""
_WIDEST_ERROR = 90
_PLACES = range(2, 7)
"""Places slowed down that are named, as the window is short or tall; of more, the number is."""
_BESIDE_PLACES = 22
"""Lines of a window that are for other things than places."""
_EVERY = 1.0
"""Seconds after which the numbers are drawn again."""


class CallsTable(ModalScreen[None]):
    """Shows what `report` says; its numbers move while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,C", "dismiss", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, report: Callable[[], CallReport]) -> None:
        super().__init__()
        self._report = report
        self._shown = CallReport()

    def compose(self) -> ComposeResult:
        """A table, or a sentence when it would be empty."""
        with Vertical(id="box") as box:
            box.border_title = "Calls to AWS"
            box.border_subtitle = "j k the last error of each · esc back"
            yield Static("", id="heading")
            yield OptionList(id="table", compact=True)
            yield Static("", id="total")
            yield Static("AWS was not asked anything yet.", id="none")
            yield Static("", id="slowed")
            yield Static("", id="error")

    def on_mount(self) -> None:
        """Look at once, and again while it is open."""
        self._draw()
        self._table.focus()
        self.set_interval(_EVERY, self._draw)

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        self._draw()

    @property
    def _table(self) -> OptionList:
        return self.query_one("#table", OptionList)

    def _error_width(self) -> int:
        """Cells for the last error beside the numbers."""
        if self.app.size.width < _NARROW or not any(one.last_error for one in self._shown.lines):
            return 0
        taken = sum(_WIDTHS) + 2 * len(_WIDTHS) + _BORDER
        return min(self.app.size.width - taken - _BORDER, _WIDEST_ERROR)

    def _draw(self) -> None:
        report = self._shown = self._report()
        room = self._error_width()
        self._tell("#heading", _heading(room) if report.lines else Content(""))
        self._draw_lines([(one.action, _drawn(one, room)) for one in report.lines])
        self._tell("#total", _total(report) if report.lines else Content(""))
        self._table.display = bool(report.lines)
        self.query_one("#none").display = not report.lines
        self._tell("#slowed", _slowed(report.slowed, self.app.size.height))
        self.set_class(bool(report.slowed), "-slowed")
        self._draw_error()

    def _draw_lines(self, lines: list[tuple[str, Content]]) -> None:
        table = self._table
        if [action for action, _ in lines] == [option.id for option in table.options]:
            for action, line in lines:
                table.replace_option_prompt(action, line)
            return
        chosen = self._chosen() or self._first_failed()
        table.set_options(Option(line, id=action) for action, line in lines)
        actions = [action for action, _ in lines]
        table.highlighted = actions.index(chosen) if chosen in actions else 0

    def _tell(self, which: str, said: Content) -> None:
        note = self.query_one(which, Static)
        note.update(said)
        note.display = bool(said)

    def _chosen(self) -> str | None:
        option = self._table.highlighted_option
        return option.id if option is not None else None

    def _first_failed(self) -> str | None:
        """Whoever opens this because something is wrong wants to read what."""
        return next((one.action for one in self._shown.lines if one.last_error), None)

    def _draw_error(self) -> None:
        chosen = self._chosen()
        said = next((one.last_error for one in self._shown.lines if one.action == chosen), "")
        warning = Content.styled(f"⚠ {text.plain(said)}", ink.BUSY) if said else Content("")
        self._tell("#error", warning)

    def on_option_list_option_highlighted(self) -> None:
        """Another action may have another error."""
        self._draw_error()

    def action_down(self) -> None:
        """The next row."""
        self._table.action_cursor_down()

    def action_up(self) -> None:
        """The row before."""
        self._table.action_cursor_up()


def _heading(room: int) -> Content:
    headings = table_line(_HEADINGS, (ink.MUTED,) * len(_HEADINGS), _WIDTHS, numbers=_NUMBERS)
    return Content.assemble(headings, (f"  {_ERROR_HEADING}" if room else "", ink.MUTED))


def _drawn(one: CallLine, room: int) -> Content:
    numbers = _numbers(one)
    if not room:
        return numbers
    error = text.cut(text.plain(one.last_error), room)
    return Content.assemble(numbers, (f"  {error}", ink.MUTED))


def _total(report: CallReport) -> Content:
    lines = report.lines
    return _numbers(
        CallLine(
            action="all together",
            calls=sum(one.calls for one in lines),
            errors=sum(one.errors for one in lines),
            throttled=sum(one.throttled for one in lines),
            in_flight=sum(one.in_flight for one in lines),
            per_second=report.per_second,
        )
    )


def _numbers(one: CallLine) -> Content:
    cells = (
        one.action,
        f"{one.calls:,}",
        str(one.in_flight),
        f"{one.errors:,}",
        f"{one.throttled:,}",
        f"{one.per_second:,.1f}",
    )
    colors = ("", ink.ACCENT, ink.BAD, ink.BUSY, "")
    amounts = (one.calls, one.in_flight, one.errors, one.throttled, one.per_second)
    styles = [color if amount else ink.MUTED for color, amount in zip(colors, amounts, strict=True)]
    return table_line(cells, ("bold", *styles), _WIDTHS, numbers=_NUMBERS)


def _slowed(places: tuple[str, ...], height: int) -> Content:
    """Where AWS has refused calls of late, in a window of that height."""
    if not places:
        return Content("")
    most = min(max(height - _BESIDE_PLACES, _PLACES[0]), _PLACES[-1])
    named = [text.plain(place) for place in places[:most]]
    if len(places) > most:
        named.append(f"and {len(places) - most:,} more")
    said = "Slowed down, for AWS has refused calls there within the last minute:"
    return Content.assemble((said, ink.BUSY), *(f"\n  {place}" for place in named))
