"""`hatchway exec`: status, streams, input, Ctrl-C, terminals and recordings."""

import asyncio
import fcntl
import json
import os
import pty
import signal
import struct
import sys
import termios
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.cli.conftest import Run, start
from tui.cli.connect import source
from tui.demo.embedded import EmbeddedAws
from tui.sessions.wrapping import Manner

FIVE_MEGABYTES = Random(7).randbytes(5_000_000)
Row = dict[str, Any]


@pytest.fixture
async def targets(hatchway: Run) -> dict[str, str]:
    """An address of each kind that takes commands."""
    said = await hatchway("ls", "--json")
    rows = [json.loads(line) for line in said.out.splitlines()]
    return {
        kind: next(
            row["address"]
            for row in rows
            if row["kind"] == kind and row["session"] and row.get("platform", "Linux") == "Linux"
        )
        for kind in ("container", "node")
    }


KINDS = pytest.mark.parametrize("kind", ["container", "node"])


async def test_on_a_node_standard_error_is_apart(hatchway: Run, targets: dict[str, str]) -> None:
    command = r"printf 'a\r\n\377'; echo bad >&2; exit 7"
    said = await hatchway("exec", targets["node"], "--", "sh", "-c", command)
    assert (said.status, said.out, said.err) == (7, b"a\r\n\xff", "bad\n")


async def test_the_words_of_a_command_arrive_unharmed(
    hatchway: Run, targets: dict[str, str]
) -> None:
    words = ["it's", 'a "quote"', "$HOME `id` \\ ; & | > <", "{{x}}", "", "ü"]
    for target in targets.values():
        said = await hatchway("exec", target, "--", "printf", "%s|", *words)
        assert said.out.decode() == "".join(f"{word}|" for word in words)


@KINDS
@pytest.mark.parametrize(
    ("words", "status"),
    [(("no-such-program",), 127), (("/",), 126), (("sh", "-c", "exit 255"), 255)],
)
async def test_what_cannot_be_executed_has_a_shell_s_status(
    hatchway: Run, targets: dict[str, str], kind: str, words: tuple[str, ...], status: int
) -> None:
    assert (await hatchway("exec", targets[kind], "--", *words)).status == status


@KINDS
async def test_twenty_megabytes_of_output_are_exact(
    hatchway: Run, targets: dict[str, str], tmp_path: Path, kind: str
) -> None:
    data = Random(8).randbytes(20_000_000)
    (tmp_path / "data").write_bytes(data)
    said = await hatchway("exec", targets[kind], "--", "cat", str(tmp_path / "data"))
    assert (said.status, said.err) == (0, "")
    assert sha256(said.out).digest() == sha256(data).digest()


@KINDS
async def test_five_megabytes_of_input_are_exact(
    hatchway: Run, targets: dict[str, str], kind: str
) -> None:
    said = await hatchway("exec", targets[kind], "--", "sha256sum", given=FIVE_MEGABYTES)
    assert (said.status, said.err) == (0, "")
    assert said.out.split()[0].decode() == sha256(FIVE_MEGABYTES).hexdigest()


@KINDS
async def test_a_command_need_not_read_its_input_to_the_end(
    hatchway: Run, targets: dict[str, str], kind: str
) -> None:
    words = ("sh", "-c", "head -c 5; exit 3")
    said = await hatchway("exec", targets[kind], "--", *words, given=FIVE_MEGABYTES)
    assert (said.status, said.out) == (3, FIVE_MEGABYTES[:5])


@KINDS
async def test_a_command_ends_although_its_input_does_not(
    targets: dict[str, str], kind: str
) -> None:
    process = await start("exec", targets[kind], "--", "echo", "done")
    assert process.stdout is not None
    assert await process.stdout.read() == b"done\n"
    assert await process.wait() == 0


async def test_no_stdin_leaves_a_pipe_alone(targets: dict[str, str]) -> None:
    """So that it is there for the next one, and so that standard error is apart."""
    process = await start("exec", "-n", targets["node"], "--", "sh", "-c", "cat; echo no >&2")
    assert process.stdin is not None
    process.stdin.write(b"for the next one")
    assert process.stdout is not None
    assert process.stderr is not None
    assert await process.stdout.read() == b""
    assert await process.stderr.read() == b"no\n"
    assert await process.wait() == 0


def test_what_is_input(tmp_path: Path) -> None:
    given = Namespace(tty=False, no_stdin=False)
    reading, writing = os.pipe()
    screen, far = pty.openpty()
    file = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        assert source(given, nothing) == (Manner.ALONE, None)
        assert source(given, file) == (Manner.ALONE, None)
        assert source(given, far) == (Manner.ALONE, None)
        assert source(Namespace(tty=True, no_stdin=False), far) == (Manner.TERMINAL, far)
        assert source(given, reading) == (Manner.INPUT, reading)
        assert source(Namespace(tty=False, no_stdin=True), reading) == (Manner.ALONE, None)
        os.write(file, b"x")
        os.lseek(file, 0, os.SEEK_SET)
        assert source(given, file) == (Manner.INPUT, file)
        os.write(writing, b"x")
        os.close(writing)
        assert source(given, reading) == (Manner.INPUT, reading)
        os.read(reading, 1)
        assert source(given, reading) == (Manner.ALONE, None)
    finally:
        for fd in (reading, screen, far, file, nothing):
            os.close(fd)


@KINDS
async def test_ctrl_c_reaches_the_command(targets: dict[str, str], kind: str) -> None:
    script = "trap 'echo heard; exit 5' INT; echo ready; while :; do sleep 0.05; done"
    process = await start("exec", "-n", targets[kind], "--", "sh", "-c", script)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    assert await process.stdout.read() == b"heard\n"
    assert await process.wait() == 5


@KINDS
async def test_a_command_that_ctrl_c_ends_has_status_130(
    targets: dict[str, str], kind: str
) -> None:
    process = await start("exec", "-n", targets[kind], "--", "sh", "-c", "echo r; exec sleep 60")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"r\n"
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 130


@KINDS
@pytest.mark.parametrize("twice", [True, False])
async def test_a_command_that_ignores_ctrl_c_is_left_behind(
    targets: dict[str, str], kind: str, twice: bool
) -> None:
    script = "trap '' INT; echo ready; sleep 60"
    process = await start("exec", "-n", targets[kind], "--", "sh", "-c", script)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    if twice:
        await asyncio.sleep(0.1)
        process.send_signal(signal.SIGINT)
    assert await process.wait() == 130
    assert process.stderr is not None
    assert (b"did not end" in await process.stderr.read()) is not twice


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_other_signals_end_it_at_once(
    targets: dict[str, str], number: int, status: int
) -> None:
    process = await start("exec", targets["container"], "--", "sh", "-c", "echo ready; sleep 60")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert await process.wait() == status


class Person:
    """Somebody at a terminal in which `hatchway` runs."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self._master = master
        self.seen = b""

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    async def sees(self, text: bytes) -> None:
        while text not in self.seen:
            self.seen += await self._read()

    async def _read(self) -> bytes:
        """Not in a thread: nobody could end it when a test fails."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._master, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._master)
        return os.read(self._master, 65_536)


@asynccontextmanager
async def person(*words: str) -> AsyncIterator[Person]:
    master, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui", *words, stdin=far, stdout=far, stderr=far
    )
    try:
        yield Person(process, master)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(far)
        os.close(master)


@KINDS
async def test_a_terminal_for_a_command(targets: dict[str, str], kind: str) -> None:
    # It waits in short naps: a ^C that comes while a nap is started ends after that nap.
    naps = "while :; do sleep 0.1; done"
    script = f"trap 'exit 9' INT; stty size; test -t 0 && read -r line; echo got $line; {naps}"
    async with person("exec", "--tty", targets[kind], "--", "sh", "-c", script) as somebody:
        await somebody.sees(b"30 100\r\n")
        somebody.type(b"hello\r")
        await somebody.sees(b"got hello\r\n")
        somebody.type(b"\x03")
        assert await somebody.process.wait() == 9


def events(file: Path) -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    """What a strict reader of asciicast version 2 makes of a file."""
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_bytes().decode("utf-8", "strict")
    assert text.endswith("\n")
    first, *lines = text.split("\n")[:-1]
    header = json.loads(first)
    assert header["version"] == 2
    found = [json.loads(line) for line in lines]
    for event in found:
        at, kind, data = event
        assert isinstance(at, int | float)
        assert kind in {"o", "r"}
        assert isinstance(data, str)
    assert [event[0] for event in found] == sorted(event[0] for event in found)
    return header, [(event[0], event[1], event[2]) for event in found]


def casts(folder: Path) -> list[Path]:
    return list(folder.rglob("*.cast"))


async def test_a_shell_is_recorded_but_for_what_is_typed_unseen(
    aws: EmbeddedAws, targets: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "shell.cast"
    async with person("exec", targets["container"], "--record", str(file)) as somebody:
        await somebody.sees(b"@")  # of the prompt
        somebody.type(b"stty -echo; echo go$((1))on\r")
        await somebody.sees(b"go1on")
        somebody.type(b"secret-word\r")
        await somebody.sees(b"not found")
        somebody.size(120, 40)
        # what is typed may be there before the new size
        somebody.type(b'until stty size | grep "40 120"; do sleep 0.1; done; exit\r')
        await somebody.sees(f"recorded to {file}".encode())
        await somebody.process.wait()
    header, found = events(file)
    assert (header["width"], header["height"]) == (100, 30)
    assert header["title"] == targets["container"]
    shown = "".join(data for _, kind, data in found if kind == "o")
    assert "go1on" in shown
    assert "40 120" in shown
    assert [data for _, kind, data in found if kind == "r"] == ["120x40"]
    assert "i" not in {kind for _, kind, _ in found}
    for secret in aws.environment.values():
        assert secret not in file.read_text() or secret in {"eu-west-1", "us-east-1"}


async def test_a_recording_never_writes_over_a_file(
    hatchway: Run, targets: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "it.cast"
    file.write_text("precious")
    said = await hatchway(
        "exec", targets["container"], "--record", str(file), given=b"echo $((6 * 7))\nexit\n"
    )
    assert (said.status, file.read_text()) == (0, "precious")
    assert f"recorded to {tmp_path / 'it-2.cast'}" in said.err
    assert any("42" in data for _, _, data in events(tmp_path / "it-2.cast")[1])


async def test_the_settings_record_everything_that_is_in_a_terminal(
    hatchway: Run, targets: dict[str, str], nobody: Path
) -> None:
    said = await hatchway("exec", targets["node"], given=b"exit\n", HATCHWAY_RECORD="true")
    (file,) = casts(nobody)
    assert f"recorded to {file}" in said.err
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert events(file)[1]
    said = await hatchway("exec", targets["node"], "--", "true", HATCHWAY_RECORD="true")
    assert (said.status, said.err) == (0, "")


async def test_session_records_as_well(
    hatchway: Run, targets: dict[str, str], tmp_path: Path
) -> None:
    account, region, target = targets["node"].split("/")
    where = ("--profile", account, "--region", region)
    file = tmp_path / "it.cast"
    said = await hatchway("session", target, *where, "--record", str(file), given=b"exit\n")
    assert said.status == 0
    assert events(file)[0]["title"] == target


async def test_what_cannot_be_recorded_is_said_before_anything_starts(
    hatchway: Run, targets: dict[str, str], tmp_path: Path
) -> None:
    said = await hatchway("exec", targets["node"], "--record", str(tmp_path / "no" / "x"))
    assert (said.status, "Nothing can be recorded" in said.err) == (2, True)
    said = await hatchway("exec", targets["node"], "--record", "x", "--", "true")
    assert (said.status, "--tty" in said.err) == (2, True)
