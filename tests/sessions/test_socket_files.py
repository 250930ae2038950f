"""Unix sockets of programs that were killed go at the next start; nothing else ever does."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.sessions.local import local_end
from tui.sessions.socket_files import SocketFiles

KILLED = """
import os, signal, sys
from pathlib import Path
from tui.sessions.local import local_end
from tui.sessions.socket_files import SocketFiles
end = local_end(path=sys.argv[2], files=SocketFiles(Path(sys.argv[1])))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a name short enough for a unix socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def killed(state: Path, path: Path) -> None:
    """Another program opens a socket there and is killed."""
    subprocess.run([sys.executable, "-c", KILLED, str(state), str(path)], check=False)
    assert path.is_socket()


def test_the_socket_of_a_killed_program_is_removed_by_the_next(place: Path) -> None:
    killed(place, place / "db")
    SocketFiles(place).clear()
    assert not (place / "db").exists()
    assert list((place / "sockets").iterdir()) == []


def test_a_socket_that_is_open_stays_and_leaves_no_note(place: Path) -> None:
    files = SocketFiles(place)
    end = local_end(path=str(place / "db"), files=files)
    SocketFiles(place).clear()
    assert (place / "db").is_socket()
    end.close()
    assert not (place / "db").exists()
    assert list((place / "sockets").iterdir()) == []


def test_what_stands_there_by_now_is_not_touched(place: Path) -> None:
    killed(place, place / "db")
    (place / "db").rename(place / "old")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(place / "db"))
        SocketFiles(place).clear()
        assert (place / "db").is_socket()
    killed(place, place / "file")
    (place / "file").unlink()
    (place / "file").write_text("somebody's")
    SocketFiles(place).clear()
    assert (place / "file").read_text() == "somebody's"


@pytest.mark.parametrize(
    "note", [b"", b"[", b"{}", b'["/etc/passwd", 1, 2]', b"[" * 5000, b"[1,2,3]"]
)
def test_a_note_that_makes_no_sense_is_thrown_away(place: Path, note: bytes) -> None:
    SocketFiles(place).clear()
    (place / "sockets").mkdir()
    strange = place / "sockets" / "x.socket"
    strange.write_bytes(note)
    strange.chmod(0o600)
    SocketFiles(place).clear()
    assert not strange.exists()
