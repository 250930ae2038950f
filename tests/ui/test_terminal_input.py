"""Everything typed goes to the remote but the prefix; the mouse goes to whoever wants it."""

import pytest
from textual import events
from textual.pilot import Pilot

from tests.ui.terminal_host import Host, Sink, fed, hosted, until, until_shown
from tui.ui.widgets.terminal import Terminal
from tui.ui.widgets.terminal_prefix import FIRST_PREFIX, SECOND_PREFIX

PREFIXES = [FIRST_PREFIX, SECOND_PREFIX]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("d", Terminal.Detached),
        ("escape", Terminal.Detached),
        ("q", Terminal.CloseRequested),
        ("tab", Terminal.NextRequested),
        ("z", Terminal.ZoomRequested),
    ],
)
async def test_the_prefix_and_a_key_are_a_command(
    prefix: str, key: str, message: type[Terminal.Detached]
) -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await pilot.press(prefix, key)
        assert [type(heard) for heard in host.heard] == [message]
        await pilot.press("x")
        assert remote.take() == b"x"


async def test_the_prefix_and_a_number_choose_a_session() -> None:
    async with hosted(Sink()) as (host, pilot):
        await pilot.press(FIRST_PREFIX, "7")
        (heard,) = host.heard
        assert isinstance(heard, Terminal.SessionChosen)
        assert heard.number == 7


@pytest.mark.parametrize(
    ("prefix", "data"), [(FIRST_PREFIX, b"\x1d"), (SECOND_PREFIX, b"\x1b[24~")]
)
async def test_the_prefix_twice_is_the_key_itself(prefix: str, data: bytes) -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await pilot.press(prefix, prefix)
        assert remote.take() == data
        assert "close" not in host.shown[-1]


async def test_a_hint_stays_until_the_prefix_is_followed() -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await pilot.press(FIRST_PREFIX)
        for key in ("question_mark", "x"):
            await pilot.press(key)
            assert "q close" in host.shown[-1]
            assert host.shown[-1].endswith("ctrl+] itself · space stay")
        await pilot.press("space")
        assert host.shown[-1] == ""
        assert (remote.take(), host.heard) == (b"", [])


async def test_the_prefix_is_forgotten_when_the_focus_goes() -> None:
    async with hosted(Sink()) as (host, pilot):
        await pilot.press(FIRST_PREFIX)
        host.elsewhere.focus()
        await pilot.pause()
        assert host.shown[-1] == ""


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("ctrl+q", b"\x11"),
        ("ctrl+p", b"\x10"),
        ("ctrl+c", b"\x03"),
        ("tab", b"\t"),
        ("shift+tab", b"\x1b[Z"),
        ("escape", b"\x1b"),
        ("alt+b", b"\x1bb"),
        ("f1", b"\x1bOP"),
        ("ctrl+backslash", b"\x1c"),
    ],
)
async def test_no_key_is_kept_from_the_remote(key: str, data: bytes) -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await pilot.press(key)
        assert remote.take() == data
        assert host.focused is host.terminal


async def test_focus_is_reported_on_demand() -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await fed(host, pilot, "\x1b[?1004h")
        host.elsewhere.focus()
        await until(pilot, lambda: remote.sent == b"\x1b[O")
        host.terminal.focus()
        await until(pilot, lambda: remote.sent == b"\x1b[O\x1b[I")


async def test_after_the_end_nothing_is_sent_but_the_person_can_leave() -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await fed(host, pilot, "last words")
        host.terminal.end("The task \x1b[31mstopped\u202e.")
        await pilot.press("x", "q", "ctrl+c")
        host.terminal.post_message(events.Paste("text"))
        await fed(host, pilot, "\x1b[5n")
        assert remote.take() == b""
        assert host.shown[0] == "last words"
        assert host.shown[-1] == " The task [31mstopped."
        assert host.heard == []
        await pilot.press("escape", "enter", FIRST_PREFIX, "q")
        assert [type(heard) for heard in host.heard] == [
            Terminal.Detached,
            Terminal.CloseRequested,
            Terminal.CloseRequested,
        ]


async def numbered(host: Host, pilot: Pilot[None], count: int) -> None:
    await fed(host, pilot, "".join(f"line {number}\r\n" for number in range(count)))


async def test_the_scrollback_is_read_with_shift_and_left_by_typing() -> None:
    remote = Sink()
    async with hosted(remote, (40, 11)) as (host, pilot):
        await numbered(host, pilot, 100)
        assert host.shown[0] == "line 91"
        await pilot.press("shift+pageup")
        assert host.shown[0] == "line 82"
        assert "9 lines back" in host.shown[-1]
        await pilot.press("shift+up")
        assert host.shown[0] == "line 81"
        await pilot.press("shift+home")
        assert host.shown[0] == "line 0"
        await pilot.press("shift+down", "shift+pagedown")
        assert host.shown[0] == "line 10"
        await numbered(host, pilot, 5)
        assert host.shown[0] == "line 10"
        assert remote.take() == b""
        await pilot.press("x")
        assert host.shown[0] == "line 96"
        assert remote.take() == b"x"


async def test_a_full_screen_program_gets_the_scrolling_keys_and_the_wheel() -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await fed(host, pilot, "\x1b[?1049h")
        await pilot.press("shift+up", "shift+pageup")
        assert remote.take() == b"\x1b[1;2A\x1b[5;2~"
        host.terminal.post_message(wheel(host, events.MouseScrollUp))
        await until(pilot, lambda: bool(remote.sent))
        assert remote.take() == b"\x1b[A" * 3


def wheel(host: Host, kind: type[events.MouseEvent]) -> events.MouseEvent:
    return kind(host.terminal, 4, 2, 0, 0, 0, False, False, False, 4, 3)


async def test_the_wheel_scrolls_the_scrollback() -> None:
    async with hosted(Sink(), (40, 11)) as (host, pilot):
        await numbered(host, pilot, 100)
        host.terminal.post_message(wheel(host, events.MouseScrollUp))
        await until_shown(host, pilot, "line 88")
        host.terminal.post_message(wheel(host, events.MouseScrollDown))
        await until(pilot, lambda: host.shown[0] == "line 91")


async def test_the_mouse_is_the_remotes_if_it_asks() -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await fed(host, pilot, "some text\x1b[?1002h\x1b[?1006h")
        await pilot.mouse_down(host.terminal, offset=(4, 2))
        await pilot.hover(host.terminal, offset=(6, 2))
        await pilot.mouse_up(host.terminal, offset=(6, 2))
        host.terminal.post_message(wheel(host, events.MouseScrollDown))
        await until(pilot, lambda: b"<65" in remote.sent)
        # The pilot moves the mouse with the button down before and between.
        assert remote.take() == (b"\x1b[<32;5;3M\x1b[<0;5;3M\x1b[<32;7;3M\x1b[<0;7;3m\x1b[<65;5;3M")
        assert host.heard == []


@pytest.mark.parametrize(("asked", "shift"), [("", False), ("\x1b[?1003h\x1b[?1006h", True)])
async def test_dragging_marks_text_and_hands_it_out(asked: str, shift: bool) -> None:
    remote = Sink()
    async with hosted(remote) as (host, pilot):
        await fed(host, pilot, f"first line\r\nsecond line{asked}")
        await pilot.mouse_down(host.terminal, offset=(6, 0), shift=shift)
        await pilot.hover(host.terminal, offset=(5, 1))
        await pilot.mouse_up(host.terminal, offset=(5, 1), shift=shift)
        (heard,) = host.heard
        assert isinstance(heard, Terminal.Copied)
        assert heard.text == "line\nsecond"
        assert remote.take() == b""


async def test_a_click_marks_nothing() -> None:
    async with hosted(Sink()) as (host, pilot):
        await fed(host, pilot, "text")
        await pilot.click(host.terminal, offset=(1, 0))
        assert host.heard == []
