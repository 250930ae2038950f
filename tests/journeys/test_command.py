"""`hatchway demo` as it is typed: in a terminal, with its own embedded AWS, and its ways out."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.leftovers import alive, descendants
from tests.journeys.outer import Outer, terminal

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ptys"),
    pytest.mark.timeout(120),
]

PREFIX = "\x1d"
ROOT = Path(__file__).parents[2]


BUG = """
import sys
from contextlib import asynccontextmanager
from tui.model.store import Store
from tui.ui.app import HatchwayApp

@asynccontextmanager
async def start(_):
    token = "".join(["hunt", "er", "2"])
    yield 1 // 0, token

app = HatchwayApp(store=Store(), start=start)
app.run()
sys.exit(app.return_code or 0)
"""


@pytest.fixture
def private_tmp(tmp_path: Path) -> Path:
    """Where the program puts its temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def demo(private_tmp: Path) -> Iterator[Outer]:
    """`hatchway demo` in a small terminal, with the fleet on the screen."""
    names = ("PATH", "HOME", "LANG", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    env = {name: os.environ[name] for name in names if name in os.environ}
    env |= {"TMPDIR": str(private_tmp), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    with terminal((80, 24), sys.executable, "-m", "tui", "demo", env=env) as outer:
        outer.sees("Hatchway", "demo")
        outer.sees("prod  111122223333", "staging", "● 2")
        yield outer


def _enters(demo: Outer) -> None:
    demo.types("/")
    demo.sees("filter   enter keep")
    demo.types("payments/web")
    demo.sees("1 match")
    demo.types("\r")
    demo.sees("s shell")
    demo.types("s")
    demo.sees("1 ● web", "~#")


def test_from_the_first_screen_to_a_shell_and_out(demo: Outer, private_tmp: Path) -> None:
    _enters(demo)
    demo.types("echo $((40+2))-inside\r")
    demo.sees("42-inside")
    demo.resizes((200, 50))
    demo.sees("42-inside", "◆ web")
    demo.types("clear; until stty size | grep ' 200'; do sleep 0.1; done\r")
    demo.until(lambda: any(line.endswith(" 200") for line in demo.shown.splitlines()), "The size")
    family = descendants(demo.process.pid)
    assert len(family) >= 2  # the embedded AWS, and the shell in it
    demo.types(f"{PREFIX}d")
    demo.sees("q quit")
    demo.types("q")
    demo.sees("Quit and close 1 live session?")
    demo.types("y")
    assert demo.ends() == 0
    assert demo.is_as_before()
    demo.until(lambda: not alive(family), "The end of all processes")
    assert list(private_tmp.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_cleanly(demo: Outer, private_tmp: Path, number: signal.Signals) -> None:
    _enters(demo)
    family = descendants(demo.process.pid)
    demo.process.send_signal(number)
    assert demo.ends() == 128 + number
    assert demo.is_as_before()
    assert "Traceback" not in demo.shown
    demo.until(lambda: not alive(family), "The end of all processes")
    assert list(private_tmp.iterdir()) == []


def test_even_when_it_is_killed_its_aws_and_its_shells_end(demo: Outer, private_tmp: Path) -> None:
    _enters(demo)
    family = descendants(demo.process.pid)
    demo.process.kill()
    assert demo.ends() == -signal.SIGKILL
    demo.until(lambda: not alive(family), "The end of all processes")
    assert list(private_tmp.iterdir()) == []


def test_a_bug_of_ours_leaves_a_traceback_without_secrets(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with terminal((100, 80), sys.executable, "-c", BUG, env=env) as outer:
        assert outer.ends() == 1
        assert outer.is_as_before()
        assert "ZeroDivisionError" in outer.shown
        assert "hunter" not in outer.shown
