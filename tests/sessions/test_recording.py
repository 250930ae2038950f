"""Recordings: strictly asciicast, for nobody else to read, never over another file."""

import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sessions.peer import VirtualClock
from tui.errors import Trouble, WrongUse
from tui.sessions.recording import Recording, in_state_folder


def lines(file: Path) -> list[object]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_recording_is_asciicast_version_2(tmp_path: Path) -> None:
    clock = VirtualClock()
    recording = Recording.begin(tmp_path / "a.cast", title="prod/api", size=(90, 20), clock=clock)
    recording.output(b"one\r\n")
    clock.now += 1.5
    recording.resize(90, 20)
    recording.resize(132, 43)
    recording.output("ü".encode()[:1])
    clock.now += 0.25
    recording.output("ü".encode()[1:] + b"\xff\x00\x1b[31m")
    assert lines(recording.path) == [
        {
            "version": 2,
            "width": 90,
            "height": 20,
            "timestamp": clock.wall_ms() // 1000 - 2 + (clock.wall_ms() // 250 % 4 == 3),
            "title": "prod/api",
            "env": {"TERM": "xterm-256color"},
        },
        [0, "o", "one\r\n"],
        [1.5, "r", "132x43"],
        [1.75, "o", "ü\ufffd\x00\x1b[31m"],
    ]
    recording.output(b"\xc3")
    assert recording.close()
    assert lines(recording.path)[-1] == [1.75, "o", "\ufffd"]
    recording.output(b"later")
    assert recording.close()
    assert len(lines(recording.path)) == 5


@given(st.lists(st.binary(max_size=9000), max_size=6))
def test_whatever_is_recorded_can_be_read(chunks: list[bytes]) -> None:
    path = Path(os.environ["HOME"]) / "any.cast"
    recording = Recording.begin(path, title="\x1b]0;x\x07\ud800", clock=VirtualClock())
    for chunk in chunks:
        recording.output(chunk)
    expected = b"".join(chunks).decode("utf-8", "replace")
    if recording.close():
        events = [json.loads(line) for line in recording.path.read_text("utf-8").split("\n")[1:-1]]
        assert "".join(text for _, _, text in events) == expected
        assert all(len(text) <= 4096 for _, _, text in events)
    else:
        assert expected == ""
    recording.path.unlink(missing_ok=True)


def test_nobody_else_can_read_it_and_no_file_is_written_over(tmp_path: Path) -> None:
    wanted = tmp_path / "a.cast"
    wanted.symlink_to(tmp_path / "elsewhere")
    made = [Recording.begin(wanted, title="x") for _ in range(2)]
    assert [one.path.name for one in made] == ["a-2.cast", "a-3.cast"]
    assert not (tmp_path / "elsewhere").exists()
    for one in made:
        assert one.path.stat().st_mode & 0o777 == 0o600
        assert not one.close()
        assert not one.path.exists(), "nothing was recorded"
    with pytest.raises(WrongUse, match="No such file"):
        Recording.begin(tmp_path / "no" / "a.cast", title="x")


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond 500 octets."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_ends_the_recording_and_is_said_once(tmp_path: Path) -> None:
    said: list[Trouble] = []
    recording = Recording.begin(tmp_path / "a.cast", title="x", on_trouble=said.append)
    for _ in range(50):
        recording.output(b"more and more")
    assert not recording.running
    assert [trouble.what.startswith("The recording ") for trouble in said] == [True]
    assert json.loads(recording.path.read_text().splitlines()[0])["version"] == 2
    recording.close()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("prod/eu-west-1/payments/api", "prod-eu-west-1-payments-api"),
        ("../../etc/passwd", "etc-passwd"),
        ("\x1b[2J ü/\0", "2J"),
        ("", "session"),
        ("x" * 500, "x" * 80),
    ],
)
def test_names_are_safe(title: str, name: str) -> None:
    path = in_state_folder(title)
    assert path.name.partition("Z-")[2] == f"{name}.cast"
    assert path.parent.name == "recordings"
