"""The dialog for a new forward: which port there, which port here, which host behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.errors import Trouble
from tui.ui import ink, text

_LAST_PORT = 65535
FIRST_OPEN_TO_ALL = 1024
"""Ports below may only be opened by an administrator."""
_MOST_OFFERED = 50


@dataclass(frozen=True, slots=True)
class Tunnel:
    """The two ends that a person asked for."""

    remote_port: int
    local_port: int | None
    """0 for any free one; None for the same as the remote one if it is free, else any."""
    host: str = ""
    """A host behind the target; empty for the target itself."""


class ForwardDialog(ModalScreen[Tunnel]):
    """Answers with a tunnel, or None. `ports` offers what the other end is known to listen on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, ports: Callable[[], Awaitable[tuple[int, ...]]]) -> None:
        super().__init__()
        self._to = title
        self._ports = ports

    def compose(self) -> ComposeResult:
        """Two numbers, what is offered for the first, and the host behind."""
        with Vertical(id="box") as box:
            box.border_title = Content(f"Forward to {text.cut(self._to, 48)}")
            box.border_subtitle = "enter starts · esc gives up"
            with Horizontal(classes="line"):
                yield Static("Remote port", classes="name")
                yield Input(id="remote", compact=True, restrict=r"\d{0,5}", placeholder="a number")
            with Horizontal(classes="line"):
                yield Static("It listens on", classes="name")
                yield Static("asking AWS …", id="offer")
                yield OptionList(id="choices", compact=True)
            with Horizontal(classes="line"):
                yield Static("Local port", classes="name")
                yield Input(
                    id="local", compact=True, restrict=r"\d{0,5}", placeholder="any that is free"
                )
            with Horizontal(classes="line"):
                yield Static("Through it to", classes="name")
                yield Input(
                    id="host",
                    compact=True,
                    restrict=r"[0-9A-Za-z.:_\-]{0,255}",
                    placeholder="a host behind it (optional)",
                )
            yield Static("", id="wrong")

    def on_mount(self) -> None:
        """Ask for the ports while the person may already type."""
        self.query_one("#choices").display = False
        self.query_one("#remote").focus()
        self.run_worker(self._offer())

    async def _offer(self) -> None:
        note = self.query_one("#offer", Static)
        try:
            ports = (await self._ports())[:_MOST_OFFERED]
        except Trouble as trouble:
            note.update(Content.styled(text.plain(trouble.what), ink.BUSY))
            return
        note.display = len(ports) < 2
        known = f"{ports[0]}, as far as AWS knows" if ports else "no port that AWS knows of"
        note.update(Content.styled(known, ink.MUTED))
        choices = self.query_one("#choices", OptionList)
        choices.add_options(Option(str(port), id=str(port)) for port in ports)
        choices.display = len(ports) > 1
        choices.highlighted = 0 if ports else None
        remote = self.query_one("#remote", Input)
        if ports and not remote.value:
            remote.value = str(ports[0])
            remote.select_all()  # typing replaces it

    def on_input_changed(self, event: Input.Changed) -> None:
        """The same port here, where everybody may open it, is what most people want."""
        if event.input.id == "remote":
            port = _port(event.value)
            same = port is not None and port >= FIRST_OPEN_TO_ALL
            placeholder = f"{port}, or any when it is taken" if same else "any that is free"
            self.query_one("#local", Input).placeholder = placeholder

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """A choice fills the field."""
        if self.query_one("#choices").has_focus:
            self.query_one("#remote", Input).value = str(event.option.id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A choice starts it."""
        self.query_one("#remote", Input).value = str(event.option.id)
        self._start()

    def on_input_submitted(self) -> None:
        """Start it, or say what is wrong."""
        self._start()

    def _start(self) -> None:
        remote = _port(self.query_one("#remote", Input).value)
        typed = self.query_one("#local", Input).value
        local = _port(typed) if typed.strip("0") else 0
        if remote is None:
            self._refuse("remote", f"The remote port is a number from 1 to {_LAST_PORT}.")
        elif local is None:
            self._refuse("local", f"The local port is a number up to {_LAST_PORT}; 0 is any.")
        else:
            host = self.query_one("#host", Input).value
            self.dismiss(Tunnel(remote, local if typed else None, host))

    def _refuse(self, field: str, why: str) -> None:
        wrong = self.query_one("#wrong", Static)
        wrong.update(Content.styled(f"✖ {why}", ink.BAD))
        wrong.display = True
        self.query_one(f"#{field}").focus()


def _port(typed: str) -> int | None:
    number = int(typed) if typed.isdecimal() else 0
    return number if 1 <= number <= _LAST_PORT else None
