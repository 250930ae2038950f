"""Which Remote Desktop client is taken, with which words, and how it is run."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.errors import SessionTrouble, WrongSettings
from tui.sessions.desktop_client import Client, Computer, Desk, command, find_client, show
from tui.sessions.windows_password import Secret

DESK = Desk("127.0.0.1", 50123, "Administrator")
WITH_PASSWORD = Desk("127.0.0.1", 50123, "Administrator", password=True, login_first=True)
LOGIN_FIRST = Desk("127.0.0.1", 50123, "Administrator", login_first=True)
SECRET = Secret("s3cret &%$")


def computer(*programs: str, platform: str = "linux", has_display: bool = True) -> Computer:
    def which(name: str) -> str | None:
        return f"/usr/bin/{name}" if name in programs else None

    return Computer(platform, has_display, which)


def test_windows_has_its_own() -> None:
    here = computer("mstsc", platform="win32")
    assert find_client("", DESK, here).argv == ("mstsc", "/v:127.0.0.1:50123")


def test_macos_opens_an_address() -> None:
    who = Desk("127.0.0.1", 50123, "CORP\\jo&full address")
    client = find_client("", who, computer(platform="darwin"))
    assert client.argv == (
        "open",
        "rdp://full%20address=s:127.0.0.1:50123&username=s:CORP%5Cjo%26full%20address",
    )
    assert (client.name, client.may_hand_over) == ("Windows App", True)


@pytest.mark.parametrize(
    ("installed", "first"),
    [
        (("remmina", "xfreerdp", "xfreerdp3"), "xfreerdp3"),
        (("remmina", "xfreerdp"), "xfreerdp"),
        (("remmina",), "remmina"),
    ],
)
def test_linux_takes_the_first_that_is_there(installed: tuple[str, ...], first: str) -> None:
    assert find_client("", WITH_PASSWORD, computer(*installed)).name == first


def test_freerdp_reads_the_password_from_a_pipe() -> None:
    client = find_client("", WITH_PASSWORD, computer("xfreerdp"))
    assert "/from-stdin:force" in client.argv
    assert client.takes_password
    assert not client.may_hand_over


def test_freerdp_without_a_password_shows_the_login_screen_or_gives_way() -> None:
    client = find_client("", DESK, computer("xfreerdp", "remmina"))
    assert "/sec:tls" in client.argv
    assert not client.takes_password
    client = find_client("", LOGIN_FIRST, computer("xfreerdp", "remmina"))
    assert client.argv == ("remmina", "-c", "rdp://Administrator@127.0.0.1:50123")
    with pytest.raises(SessionTrouble, match=r"xfreerdp cannot ask for it.*rdp_key"):
        find_client("", LOGIN_FIRST, computer("xfreerdp"))


@pytest.mark.parametrize(
    ("template", "here", "why"),
    [
        ("", computer(), "No Remote Desktop client was found.*Install FreeRDP"),
        ("", computer(platform="win32"), "no program mstsc"),
        ("", computer("xfreerdp", has_display=False), "no display"),
        ("rdesktop {address}", computer("xfreerdp"), "no program rdesktop"),
    ],
)
def test_where_there_is_no_client_the_address_is_said(
    template: str, here: Computer, why: str
) -> None:
    with pytest.raises(SessionTrouble, match=why) as refused:
        find_client(template, DESK, here)
    assert "127.0.0.1:50123" in refused.value.hint


def test_a_command_of_ones_own() -> None:
    template = "wlfreerdp '/v:{host}' /port:{port} '/t:{user} at {address}' {other} /from-stdin"
    client = find_client(template, DESK, computer("wlfreerdp"))
    assert client.argv == (
        "wlfreerdp",
        "/v:127.0.0.1",
        "/port:50123",
        "/t:Administrator at 127.0.0.1:50123",
        "{other}",
        "/from-stdin",
    )
    assert client.takes_password


@pytest.mark.parametrize("template", ["xfreerdp '/v:", "xfreerdp /p:{password}", "  "])
def test_a_command_that_cannot_be(template: str) -> None:
    with pytest.raises(WrongSettings, match="rdp_client"):
        command(template)


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_display_is_looked_for_on_linux(name: str) -> None:
    assert Computer.this({name: ":0"}).has_display
    assert Computer.this({}).has_display == (sys.platform != "linux")


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Client]:
    """A client that runs some Python; the file it may write to is its last argument."""

    def make(code: str, *words: str) -> Client:
        return Client((sys.executable, "-c", code, *words, str(tmp_path / "out")))

    return make


async def test_the_password_goes_through_the_pipe_and_nowhere_else(
    script: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "shh")
    monkeypatch.setenv("KEPT", "yes")
    code = (
        "import os, sys; read = sys.stdin.read(); "
        "print(repr(read), sys.argv[1:-1], 'AWS_SECRET_ACCESS_KEY' in os.environ, "
        "os.environ['KEPT'], os.getsid(0) == os.getpid(), file=open(sys.argv[-1], 'w'))"
    )
    showing = await show(script(code, "/from-stdin:force"), SECRET)
    assert await showing.wait() == 0
    assert (
        tmp_path / "out"
    ).read_text() == "'s3cret &%$\\n' ['/from-stdin:force'] False yes True\n"
    showing = await show(script(code, "/v:x"), SECRET)
    assert await showing.wait() == 0
    assert (tmp_path / "out").read_text() == "'' ['/v:x'] False yes True\n"


async def test_a_client_that_does_not_read_does_no_harm(script: Callable[..., Client]) -> None:
    showing = await show(script("pass", "/from-stdin"), Secret("x" * 250))
    assert await showing.wait() == 0


async def test_what_a_client_says_does_not_reach_our_terminal(
    script: Callable[..., Client], capfd: pytest.CaptureFixture[str]
) -> None:
    showing = await show(script("import os; os.write(1, b'noise'); os.write(2, b'noise')"))
    await showing.wait()
    assert capfd.readouterr() == ("", "")


async def test_what_is_no_program_is_said() -> None:
    with pytest.raises(SessionTrouble, match="rdesktop does not start"):
        await show(Client(("/nowhere/rdesktop",)))


def program(folder: Path, name: str, body: str) -> Client:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return Client((str(path), "rdp://…"))


async def test_a_client_that_hands_over_may_end_at_once(tmp_path: Path) -> None:
    showing = await show(program(tmp_path, "remmina", "exit 0"))
    assert showing.handed_over
    with pytest.raises(SessionTrouble, match="open does not start: it ended with status 1"):
        await show(program(tmp_path, "open", "exit 1"))
    showing = await show(program(tmp_path, "xfreerdp", "exit 0"))
    await showing.wait()
    assert not showing.handed_over


async def test_a_client_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    client = program(
        tmp_path,
        "wrapper",
        f"trap '' TERM; sleep 600 & echo $! > {pid}.new; mv {pid}.new {pid}; wait",
    )
    showing = await show(client)
    while not pid.exists():
        os.sched_yield()
    await showing.end()
    assert await showing.wait() == -9
    while _alive(int(pid.read_text())):
        os.sched_yield()  # a signal takes its time to arrive; the test's timeout ends a vain wait


def _alive(pid: int) -> bool:
    """A killed process may stay a moment as a zombie of whoever inherits it."""
    try:
        return " Z " not in f" {Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2]} "
    except FileNotFoundError:
        return False
