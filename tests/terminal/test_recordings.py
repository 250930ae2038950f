"""Recordings of real programs end on the screen that tmux showed."""

import json
from pathlib import Path
from typing import TypedDict

import pytest

from tui.terminal.cells import Colour, Run
from tui.terminal.screen import Screen

DATA = Path(__file__).parent.parent / "data" / "terminal"
NAMES = sorted(path.stem for path in DATA.glob("*.bin"))

TmuxColour = int | list[int] | None
TmuxCell = tuple[str, TmuxColour, TmuxColour, str]


class TmuxScreen(TypedDict):
    cells: list[list[TmuxCell]]
    cursor: list[int]


Cell = tuple[str, Colour, Colour, str]

# Rows that are known to differ, and why; a recording that gets better fails too.
# scrollregion: tmux leaves the cursor where it is after inserting or deleting lines; DEC's
# terminals and xterm move it to the left margin, and so does our engine.
# sgr: tmux does not know the underline colour as "58;5;1" and reads 5 and 1 as blink and bold.
DIFFERENT_ROWS = {
    "scrollregion-80x24": {6, 7},
    "scrollregion-200x50": {6, 7},
    "sgr-80x24": {16},
    "sgr-200x50": {8},
}

ATTRIBUTES = {
    "b": "bold",
    "d": "dim",
    "i": "italic",
    "u": "underline",
    "k": "blink",
    "r": "reverse",
    "h": "conceal",
    "s": "strike",
}


def size_of(name: str) -> tuple[int, int]:
    cols, rows = name.rsplit("-", 1)[1].split("x")
    return int(cols), int(rows)


def expected(name: str) -> TmuxScreen:
    read: TmuxScreen = json.loads((DATA / f"{name}.tmux.json").read_text())
    return read


def shown(name: str, piece: int) -> Screen:
    screen = Screen(*size_of(name))
    data = (DATA / f"{name}.bin").read_bytes()
    for start in range(0, len(data), piece):
        screen.feed(data[start : start + piece])
    return screen


def cells_of(runs: tuple[Run, ...]) -> list[Cell]:
    cells: list[Cell] = []
    for run in runs:
        texts = [run.text] + [""] * (run.width - 1) if run.cluster else list(run.text)
        style = run.style
        marks = "".join(mark for mark, name in ATTRIBUTES.items() if getattr(style, name))
        cells += [looks(text, style.foreground, style.background, marks) for text in texts]
    return cells


def looks(text: str, foreground: Colour, background: Colour, marks: str) -> Cell:
    """A cell as the eye sees it: a blank without marks has no foreground."""
    return text, None if text == " " and not marks else foreground, background, marks


def tmux_cell(cell: TmuxCell) -> Cell:
    text, foreground, background, marks = cell
    ordered = "".join(mark for mark in ATTRIBUTES if mark in marks)
    return looks(text, tmux_colour(foreground), tmux_colour(background), ordered)


def tmux_colour(colour: TmuxColour) -> Colour:
    if isinstance(colour, list):
        return "#{:02x}{:02x}{:02x}".format(*colour)
    return colour


def different_rows(screen: Screen, wanted: list[list[TmuxCell]]) -> set[int]:
    """Rows that differ; what tmux cut off at the end of a row must be blank, in any colour."""
    different = set()
    for row, wanted_row in enumerate(wanted):
        ours = cells_of(screen.line(row))
        width = len(wanted_row)
        ours += [(" ", None, None, "")] * (width - len(ours))
        same = ours[:width] == [tmux_cell(cell) for cell in wanted_row]
        if not same or any(cell[0] != " " for cell in ours[width:]):
            different.add(row)
    return different


@pytest.mark.parametrize("piece", [1 << 20, 7, 1])
@pytest.mark.parametrize("name", NAMES)
def test_a_recording_ends_as_in_tmux(name: str, piece: int) -> None:
    wanted = expected(name)
    screen = shown(name, piece)
    assert different_rows(screen, wanted["cells"]) == DIFFERENT_ROWS.get(name, set())
    assert [screen.cursor.column, screen.cursor.row] == wanted["cursor"]
    assert screen.broken == 0


def test_there_are_recordings() -> None:
    assert len(NAMES) == 12
