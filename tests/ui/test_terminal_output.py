"""What the remote writes is shown, in measure, and cannot leave the widget."""

import re

import pytest
from rich.cells import cell_len
from rich.segment import Segment

from tests.ui.terminal_host import Host, Sink, fed, hosted, until, until_painted, until_shown
from tui.ui.widgets.terminal import Terminal
from tui.ui.widgets.terminal_backlog import PAUSE_ABOVE


def segment_at(host: Host, column: int, row: int) -> Segment:
    (segment,) = host.terminal.render_line(row).crop(column, column + 1)
    return segment


async def test_five_megabytes_pause_the_sender_and_end_on_the_right_screen() -> None:
    remote = Sink()
    lines = b"".join(b"%060d\r\n" % number for number in range(5_000_000 // 62))
    async with hosted(remote) as (host, pilot):
        rest = memoryview(lines)
        while rest:
            while remote.flow.count("pause") > remote.flow.count("resume"):
                await pilot.pause(0.001)
            host.terminal.feed(bytes(rest[:65536]))
            rest = rest[65536:]
            assert len(host.terminal._backlog) <= PAUSE_ABOVE + 65536
        await until_painted(host, pilot)
        last = 5_000_000 // 62 - 1
        assert host.shown[-2] == f"{last:060}"
        assert host.terminal._emulator.scrolled == last + 2 - host.terminal.size.height
        assert remote.flow[:2] == ["pause", "resume"]
        assert remote.flow.count("pause") == remote.flow.count("resume")


async def test_a_sender_that_cannot_be_paused_loses_nothing() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, b"x\r\n" * 200_000 + b"the end")
        assert host.shown[-1] == "the end"


async def test_output_that_came_before_the_window_is_shown() -> None:
    host = Host(Sink())
    host.terminal.feed(b"early")
    async with host.run_test() as pilot:
        await until_shown(host, pilot, "early")


async def test_a_hidden_terminal_goes_on_listening() -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        host.terminal.display = False
        await pilot.pause()
        host.terminal.feed(b"meanwhile\x1b[5n")
        await until(pilot, lambda: remote.sent == b"\x1b[0n")
        host.terminal.display = True
        await until_shown(host, pilot, "meanwhile")


async def test_the_cursor_is_seen_and_shows_where_the_focus_is() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "ab")
        style = segment_at(host, 2, 0).style
        assert style is not None
        assert style.reverse
        host.elsewhere.focus()
        await pilot.pause()
        style = segment_at(host, 2, 0).style
        assert style is not None
        assert style.underline
        assert not style.reverse
        await fed(host, pilot, "\x1b[?25l")
        style = segment_at(host, 2, 0).style
        assert style is not None
        assert not style.underline


async def test_the_cursor_covers_a_wide_character() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "a漢b\x1b[1;2H")
        reversed_text = [
            segment.text
            for segment in host.terminal.render_line(0)
            if segment.style and segment.style.reverse
        ]
        assert reversed_text == ["漢"]


async def test_colours_of_the_remote_are_drawn() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "\x1b[1;31mr\x1b[0;48;2;1;2;3mb\x1b[0;38;5;200mp")
        red, blue, pink = (segment_at(host, column, 0).style for column in range(3))
        assert red is not None
        assert blue is not None
        assert pink is not None
        assert (red.bold, red.color and red.color.number) == (True, 1)
        assert blue.bgcolor is not None
        assert blue.bgcolor.triplet == (1, 2, 3)
        assert pink.color is not None
        assert pink.color.number == 200


HOSTILE = [
    "\x1b]0;t\x07\x1b[2J\x1b[H" + "A" * 500,
    "\u202etxet\u202c \u2066x\u2069",
    "\x80\x84\x85\x90 \x9b31m \x9d0;t\x9c",
    "\u200b\u200d\ufeff\u2028\u2029\u00ad\u061c",
    "e" + "\u0301" * 300,
    "👨\u200d👩\u200d👧\u200d👦 ❤\ufe0f 🇩🇪 👍🏽 각 ไทย कि",
    "\U000e0041\U000e007f\ufff9a\ufffab\ufffb",
    "\x1b#6wide\x1b#3tall",
    "漢" * 300,
]


@pytest.mark.parametrize("data", HOSTILE)
@pytest.mark.parametrize("size", [(80, 25), (7, 6)])
async def test_whatever_is_written_stays_inside(data: str, size: tuple[int, int]) -> None:
    forbidden = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
    async with hosted(Sink(), size) as (host, pilot):
        await fed(host, pilot, data)
        for row in range(host.terminal.size.height):
            text = host.terminal.render_line(row).text
            assert cell_len(text) == host.terminal.size.width
            assert not forbidden.search(text)


async def test_title_and_clipboard_are_told_once() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "\x1b]2;web-1\x07\x1b]52;c;aGVsbG8=\x07")
        await fed(host, pilot, "more")
        title, clipboard = host.heard
        assert isinstance(title, Terminal.TitleChanged)
        assert title.title == "web-1"
        assert isinstance(clipboard, Terminal.ClipboardRefused)


async def test_a_screen_that_began_anew_says_so() -> None:
    async with hosted(Sink()) as (host, pilot):
        emulator = host.terminal._emulator

        def stumble(_text: str) -> None:
            raise TypeError("a slip in the engine")

        emulator._board.parser.feed = stumble
        await fed(host, pilot, "x")
        await fed(host, pilot, "y")
        assert [type(heard) for heard in host.heard] == [Terminal.Stumbled]
        assert host.shown[0] == "y"


async def test_the_size_is_told_once_and_the_last_one_is_never_lost() -> None:
    remote = Sink()
    async with hosted(remote, (80, 25)) as (host, pilot):
        assert remote.sizes == [(80, 24)]
        for width in range(81, 101):
            await pilot.resize_terminal(width, 25)
        await until(pilot, lambda: remote.sizes[-1] == (100, 24))
        assert len(remote.sizes) < 20
        assert host.terminal._emulator.size == (100, 24)


async def test_a_theme_change_recolours_the_ground() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "text")
        before = segment_at(host, 0, 0).style
        host.theme = "textual-light"
        await pilot.pause()
        assert segment_at(host, 0, 0).style != before


async def test_a_held_frame_is_painted_when_it_is_whole() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "\x1b[?2026h\x1b[Hnew\x1b[?2026l")
        await until_shown(host, pilot, "new")
