"""Every command, in one table: key bindings, footer, help, palette and README derive from it."""

from collections.abc import Iterator

from textual.binding import Binding

from tui.errors import Trouble
from tui.model.abilities import Ability
from tui.ui.actions import calls, copying, desktop, moving, program, stepping_in
from tui.ui.browser import Browser
from tui.ui.command import Action, Command, Group
from tui.ui.screens.help import HelpScreen, Section

_PREFIX = "ctrl+]"
"""The key that leaves a terminal, unless the settings name another."""


def _show_help(browser: Browser) -> None:
    browser.app.push_screen(HelpScreen(tuple(sections(browser.prefix))))


def _moves() -> tuple[Command, ...]:
    def move(id_: str, keys: str, shown: str, help_: str, run: Action) -> Command:
        group = Group.MOVE
        return Command(
            id=id_, keys=keys, shown=shown, title=help_, help=help_, group=group, run=run
        )

    return (
        move("row.up", "up,k", "↑ k", "One row up", moving.up),
        move("row.down", "down,j", "↓ j", "One row down", moving.down),
        move("page.up", "pageup,ctrl+b", "pgup ctrl+b", "One window up", moving.page_up),
        move("page.down", "pagedown,ctrl+f", "pgdn ctrl+f", "One window down", moving.page_down),
        move("row.first", "home,g", "home g", "First row", moving.first),
        move("row.last", "end,G", "end G", "Last row", moving.last),
        move("row.open", "right,l", "→ l", "Open the row, or step down into it", moving.open_row),
        move(
            "row.close", "left,h", "← h", "Close the row, or go up to its parent", moving.close_row
        ),
        move("row.parent", "backspace", "backspace", "Up to the parent", moving.up_the_tree),
        move("row.open_all", "asterisk", "*", "Open everything below; esc stops", moving.open_all),
        move("row.close_all", "minus", "-", "Close everything below", moving.close_all),
        move("row.back", "escape", "esc", "Clear the filter, or go up", moving.back),
        move("details.up", "K", "K", "Scroll the details up", moving.details_up),
        move("details.down", "J", "J", "Scroll the details down", moving.details_down),
    )


_ENTER = (
    Command(
        id="row.enter",
        keys="enter",
        shown="enter",
        title="open",
        help="Open or close a row; on a container or node, a shell",
        group=Group.ENTER,
        run=moving.enter,
        needs_row=True,
        footer=1,
    ),
    Command(
        id="shell",
        keys="s",
        shown="s",
        title="shell",
        help="A shell on anything: container, task, service or node",
        group=Group.ENTER,
        run=stepping_in.shell,
        ability=Ability.SHELL,
        needs_backstage=True,
        footer=2,
    ),
    Command(
        id="forward.new",
        keys="F",
        shown="F",
        title="forward",
        help="Forward a local port to it",
        group=Group.ENTER,
        run=stepping_in.new_forward,
        ability=Ability.FORWARD,
        needs_backstage=True,
        footer=3,
    ),
    Command(
        id="desktop",
        keys="r",
        shown="r",
        title="desktop",
        help="Remote Desktop of a Windows node, in your own client",
        group=Group.ENTER,
        run=desktop.desktop,
        ability=Ability.DESKTOP,
        needs_backstage=True,
        footer=4,
    ),
    Command(
        id="forwards",
        keys="f",
        shown="f",
        title="forwards",
        help="The open forwards: copy an address, close one",
        group=Group.ENTER,
        run=stepping_in.forwards,
        footer=8,
    ),
)


def _session_keys() -> Iterator[Command]:
    for number, run in moving.TO_SESSION.items():
        yield Command(
            id=f"session.{number}",
            keys=str(number),
            shown="1 … 9",
            title="session",
            help="Go to a session by its number",
            group=Group.SESSION,
            run=run,
            listed=number == 1,
        )
    yield Command(
        id="session.last",
        keys="tab",
        shown="tab",
        title="session",
        help="Go to the session in view",
        group=Group.SESSION,
        run=moving.to_sessions,
    )
    for name, shown, help_ in (
        ("tree", f"{_PREFIX} esc", "Back to the tree; the session goes on"),
        ("close", f"{_PREFIX} q", "Close the session"),
        ("next", f"{_PREFIX} tab", "Next session; a digit goes to that one"),
        ("zoom", f"{_PREFIX} z", "Full screen, and back"),
        ("record", f"{_PREFIX} r", "Record what it shows, for asciinema; again to stop"),
        ("itself", f"{_PREFIX} {_PREFIX}", "Send that key itself"),
        ("second", "F12", "The same as " + _PREFIX),
    ):
        yield Command(
            id=f"terminal.{name}", keys="", shown=shown, title=name, help=help_, group=Group.SESSION
        )


_LOOK = (
    Command(
        id="filter",
        keys="slash",
        shown="/",
        title="filter",
        help="Show only rows with these words; !word for without",
        group=Group.LOOK,
        run=program.edit_filter,
        footer=5,
    ),
    Command(
        id="unhealthy",
        keys="exclamation_mark",
        shown="!",
        title="unhealthy",
        help="Show only what is unhealthy, or all again",
        group=Group.LOOK,
        run=program.toggle_unhealthy,
        footer=9,
    ),
    Command(
        id="match.next",
        keys="n",
        shown="n",
        title="next match",
        help="The next match of the filter, closed rows too",
        group=Group.LOOK,
        run=moving.next_match,
    ),
    Command(
        id="match.previous",
        keys="N",
        shown="N",
        title="previous match",
        help="The match before",
        group=Group.LOOK,
        run=moving.previous_match,
    ),
    Command(
        id="order",
        keys="o",
        shown="o",
        title="order",
        help="Order by name, status, age, share running, or click",
        group=Group.LOOK,
        run=program.next_order,
    ),
    Command(
        id="order.reverse",
        keys="O",
        shown="O",
        title="reverse",
        help="The same order the other way round",
        group=Group.LOOK,
        run=program.reverse_order,
    ),
    Command(
        id="mark",
        keys="space",
        shown="space",
        title="mark",
        help="Mark the row, or take its mark away",
        group=Group.LOOK,
        run=moving.mark,
        needs_row=True,
    ),
    Command(
        id="mark.range",
        keys="ctrl+@,ctrl+space",
        shown="ctrl+space",
        title="mark to here",
        help="Mark all rows from the last mark to here",
        group=Group.LOOK,
        run=moving.mark_range,
        needs_row=True,
    ),
    Command(
        id="mark.clear",
        keys="ctrl+backslash",
        shown="ctrl+\\",
        title="clear marks",
        help="Take all marks away",
        group=Group.LOOK,
        run=moving.clear_marks,
    ),
    Command(
        id="refresh",
        keys="ctrl+r",
        shown="ctrl+r",
        title="refresh",
        help="Ask AWS again now",
        group=Group.LOOK,
        run=program.refresh,
        needs_backstage=True,
        footer=10,
    ),
    Command(
        id="copy",
        keys="c",
        shown="c",
        title="copy",
        help="Copy its name, id, ARN, IP … or that of all marked",
        group=Group.LOOK,
        run=copying.copy,
        needs_row=True,
        footer=6,
    ),
)

_PROGRAM = (
    Command(
        id="calls",
        keys="C",
        shown="C",
        title="calls",
        help="The calls to AWS: how many, how fast, how they went",
        group=Group.PROGRAM,
        run=calls.calls,
        needs_backstage=True,
    ),
    Command(
        id="palette",
        keys="colon",
        shown=":",
        title="command",
        help="Type a command or the name of a place to go to",
        group=Group.PROGRAM,
        run=program.palette,
        footer=11,
    ),
    Command(
        id="help",
        keys="question_mark",
        shown="?",
        title="help",
        help="These keys",
        group=Group.PROGRAM,
        run=_show_help,
        footer=7,
    ),
    Command(
        id="quit",
        keys="q,ctrl+c,ctrl+q",
        shown="q",
        title="quit",
        help="Quit; asks when sessions are live",
        group=Group.PROGRAM,
        run=program.leave,
        dangerous=True,
        footer=12,
    ),
)

COMMANDS: tuple[Command, ...] = (*_moves(), *_ENTER, *_session_keys(), *_LOOK, *_PROGRAM)
"""All commands."""

_BY_ID = {command.id: command for command in COMMANDS}


def bindings() -> list[Binding]:
    """The bindings of the main screen."""
    return [
        Binding(command.keys, f"command({command.id!r})", command.title, show=False, id=command.id)
        for command in COMMANDS
        if command.keys
    ]


def listed() -> Iterator[Command]:
    """The commands that help, palette and README name."""
    return (command for command in COMMANDS if command.listed)


def why_not(command: Command, browser: Browser) -> Trouble | None:
    """Why a command cannot run now; nothing when it can."""
    if command.needs_backstage and browser.backstage is None:
        return Trouble("Hatchway is still starting.", "Try again in a second.")
    if command.needs_row and browser.resource is None:
        return Trouble("Nothing is under the cursor.", "Choose a row first.")
    if command.ability is not None:
        try:
            browser.target(command.ability)
        except Trouble as trouble:
            return trouble
    return None


async def run(command_id: str, browser: Browser) -> None:
    """Run a command, or say why it cannot run."""
    command = _BY_ID[command_id]
    try:
        if (refusal := why_not(command, browser)) is not None:
            raise refusal
        if command.run is not None and (doing := command.run(browser)) is not None:
            await doing
    except Trouble as trouble:
        browser.refuse(trouble)


def footer(browser: Browser) -> list[Command]:
    """The commands that work now, the most important first."""
    shown = sorted((c for c in COMMANDS if c.footer), key=lambda command: command.footer)
    return [command for command in shown if why_not(command, browser) is None]


def sections(prefix: str = _PREFIX) -> Iterator[Section]:
    """The help: each group with its keys, for the prefix that the person has chosen."""
    for group in Group:
        of_group = (command for command in listed() if command.group is group)
        entries = [
            (c.shown.replace(_PREFIX, prefix), c.help.replace(_PREFIX, prefix)) for c in of_group
        ]
        yield Section(group.value, tuple(entries))


def readme_table() -> str:
    """The README's table of keys, as Markdown."""
    lines = ["| key | what it does |", "|---|---|"]
    for section in sections():
        lines += [f"| **{section.title}** | |"]
        lines += [f"| {_code(keys)} | {help_} |" for keys, help_ in section.entries]
    return "\n".join(lines) + "\n"


def _code(keys: str) -> str:
    return " ".join(f"`{key}`" for key in keys.split() if key != "…").replace("`1` `9`", "`1`…`9`")
