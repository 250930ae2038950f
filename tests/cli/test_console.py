"""The caller's terminal: raw while a session runs, restored on every way out, bytes unharmed."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from tests.sessions.conftest import World
from tests.sessions.peer import SHELL, Peer, settle
from tui.cli.console import Console, Size, attach
from tui.errors import AgentOffline
from tui.sessions.engine import Engine
from tui.sessions.live import Live
from tui.sessions.parting import Ending
from tui.sessions.resuming import SessionOver

MEGABYTE = Random(6).randbytes(1_000_000)


@pytest.fixture
async def world() -> World:
    return World(make=greeting)


@pytest.fixture
async def engine(world: World) -> AsyncIterator[Engine]:
    async with world.engine() as made:
        yield made
    assert made.open == {}


def greeting(peer: Peer) -> None:
    peer.on_open = lambda: peer.say(b"$ ")


class Pipes:
    """The caller's two pipes: what is written to `typed` is input, what comes out of `shown`."""

    def __init__(self) -> None:
        self.stdin, self.typed = os.pipe()
        self.shown, self.stdout = os.pipe()

    def close(self) -> None:
        for fd in (self.stdin, self.typed, self.shown, self.stdout):
            with suppress(OSError):
                os.close(fd)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes()
    yield made
    made.close()


class Screen:
    """A terminal of which the test holds the other end."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.size(100, 30)
        self.before = termios.tcgetattr(self.slave)

    def size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def raw(self) -> bool:
        modes = termios.tcgetattr(self.slave)
        return not modes[3] & (termios.ECHO | termios.ICANON | termios.ISIG)

    @property
    def restored(self) -> bool:
        return termios.tcgetattr(self.slave) == self.before


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    os.close(made.master)
    os.close(made.slave)


async def shell(engine: Engine, output: Callable[[bytes], None], size: Size | None) -> Live:
    return await engine.shell(SHELL, title="app", size=size, on_output=output)


async def attached(engine: Engine, stdin: int, stdout: int) -> Ending:
    return await attach(lambda output, size: shell(engine, output, size), stdin, stdout)


async def until(condition: Callable[[], bool]) -> None:
    """The descriptors need some turns of the loop; the test's timeout ends a vain wait."""
    for _ in iter(condition, True):
        await asyncio.sleep(0.001)


async def read(fd: int, size: int) -> bytes:
    """That many bytes, or what there is before the end."""

    def reading() -> bytes:
        got = bytearray()
        while len(got) < size and (data := os.read(fd, 65_536)):
            got += data
        return bytes(got)

    return await asyncio.to_thread(reading)


async def write(fd: int, data: bytes) -> None:
    def writing() -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]

    await asyncio.to_thread(writing)


async def test_a_megabyte_in_and_out_through_pipes_is_unharmed(
    world: World, engine: Engine, pipes: Pipes
) -> None:
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, pipes.stdin, pipes.stdout))
        await until(lambda: bool(world.peers))
        group.create_task(write(pipes.typed, MEGABYTE))
        showing = group.create_task(read(pipes.shown, len(MEGABYTE) + 2))
        for start in range(0, len(MEGABYTE), 1000):
            world.peer.say(MEGABYTE[start : start + 1000])
        await until(lambda: len(world.peer.heard) == len(MEGABYTE))
        world.peer.close_channel()
    assert sha256(world.peer.heard).digest() == sha256(MEGABYTE).digest()
    assert showing.result() == b"$ " + MEGABYTE
    assert attaching.result().clean


async def test_the_end_of_the_input_does_not_end_the_session(
    world: World, engine: Engine, pipes: Pipes
) -> None:
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, pipes.stdin, pipes.stdout))
        await write(pipes.typed, b"last words")
        os.close(pipes.typed)
        await until(lambda: bool(world.peers) and bytes(world.peer.heard) == b"last words")
        await settle()
        assert not attaching.done()
        world.peer.say(b"an answer")
        world.peer.close_channel("It timed out.")
    assert attaching.result().reason == "It timed out."
    assert await read(pipes.shown, 11) == b"$ an answer"


async def test_files_do_as_well_as_pipes(world: World, engine: Engine, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(MEGABYTE)
    with source.open("rb") as stdin, target.open("wb") as stdout:
        async with asyncio.TaskGroup() as group:
            group.create_task(attached(engine, stdin.fileno(), stdout.fileno()))
            await until(lambda: bool(world.peers) and len(world.peer.heard) == len(MEGABYTE))
            world.peer.say(b"done")
            world.peer.close_channel()
    assert bytes(world.peer.heard) == MEGABYTE
    assert target.read_bytes() == b"$ done"


async def test_output_that_nobody_takes_holds_the_session_back(
    world: World, engine: Engine, pipes: Pipes
) -> None:
    console = Console(pipes.stdin, pipes.stdout)
    live = await engine.shell(SHELL, title="app", on_output=console.write)
    async with asyncio.TaskGroup() as group:
        group.create_task(console.run(live))
        await live.opened()
        await settle()
        for start in range(0, len(MEGABYTE), 1000):
            world.peer.say(MEGABYTE[start : start + 1000])
        await asyncio.sleep(0.05)
        held = console.waiting
        assert 200_000 < held < 300_000
        world.peer.close_channel()
        assert await read(pipes.shown, len(MEGABYTE) + 2) == b"$ " + MEGABYTE


async def test_when_the_reader_of_the_output_goes_the_session_is_closed(
    world: World, engine: Engine, pipes: Pipes
) -> None:
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, pipes.stdin, pipes.stdout))
        assert await read(pipes.shown, 2) == b"$ "
        os.close(pipes.shown)
        world.peer.say(b"for nobody")
    assert attaching.result().reason == "closed"
    assert world.aws.terminated == ["s-1"]


async def test_pipes_keep_their_blocking_mode(world: World, engine: Engine, pipes: Pipes) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(attached(engine, pipes.stdin, pipes.stdout))
        await read(pipes.shown, 2)
        assert os.get_blocking(pipes.stdin)
        assert os.get_blocking(pipes.stdout)
        world.peer.close_channel()


async def test_a_terminal_is_raw_meanwhile_and_restored_afterwards(
    world: World, engine: Engine, screen: Screen
) -> None:
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, screen.slave, screen.slave))
        await until(lambda: screen.raw)
        assert os.get_blocking(screen.slave)
        os.write(screen.master, b"\x03\x1a\x1c\r\n\x13\x11\x04\x7f\xff")
        await until(lambda: len(world.peer.heard) == 10)
        assert bytes(world.peer.heard) == b"\x03\x1a\x1c\r\n\x13\x11\x04\x7f\xff"
        world.peer.say(b"a\nb\r\n\tc")
        assert await read(screen.master, 9) == b"$ a\nb\r\n\tc"
        world.peer.close_channel()
    assert attaching.result().clean
    assert screen.restored


async def test_the_size_is_told_and_told_again(
    world: World, engine: Engine, screen: Screen
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(attached(engine, screen.slave, screen.slave))
        await until(lambda: screen.raw)
        screen.size(132, 43)
        os.kill(os.getpid(), signal.SIGWINCH)
        await until(lambda: (132, 43) in world.peer.sizes)
        world.peer.close_channel()
    assert world.peer.sizes[0] == (100, 30)


async def test_without_a_terminal_there_is_no_size(pipes: Pipes) -> None:
    assert Console(pipes.stdin, pipes.stdout).size is None


async def test_a_broken_connection_restores_the_terminal(
    world: World, engine: Engine, screen: Screen
) -> None:
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, screen.slave, screen.slave))
        await until(lambda: screen.raw)
        world.aws.active.clear()  # so that nothing can be resumed
        world.peer.cut()
        await world.clock.pass_until(asyncio.shield(attaching))
    assert isinstance(attaching.result().trouble, SessionOver)
    assert screen.restored


async def test_a_refused_start_never_touches_the_terminal(
    world: World, engine: Engine, screen: Screen
) -> None:
    world.aws.refusal = AgentOffline("The agent is not connected.")
    with pytest.raises(AgentOffline):
        await attached(engine, screen.slave, screen.slave)
    assert screen.restored


async def test_a_cancellation_restores_the_terminal_and_closes_the_session(
    world: World, engine: Engine, screen: Screen
) -> None:
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, screen.slave, screen.slave))
        await until(lambda: screen.raw)
        attaching.cancel()
    assert screen.restored
    await engine.close_all()
    assert world.aws.terminated == ["s-1"]


async def test_a_terminal_that_hangs_up_closes_the_session(world: World, engine: Engine) -> None:
    screen = Screen()
    async with asyncio.TaskGroup() as group:
        attaching = group.create_task(attached(engine, screen.slave, screen.slave))
        await until(lambda: screen.raw)
        os.close(screen.master)
        world.peer.say(b"for nobody")
    os.close(screen.slave)
    assert attaching.result().reason == "closed"
    assert world.aws.terminated == ["s-1"]


PROGRAM = """
import sys
from tests.cli.test_console import attached, greeting
from tests.sessions.conftest import World
from tui.cli.main import run

async def work() -> int:
    world = World(make=greeting)
    try:
        async with world.engine() as engine:
            await attached(engine, 0, 1)
    finally:
        print("active:", len(world.aws.active), "terminated:", world.aws.terminated)
    return 0

sys.exit(run(work))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_restores_the_terminal_and_terminates_the_session(
    screen: Screen, number: signal.Signals
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        stdin=screen.slave,
        stdout=screen.slave,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    try:
        await until(lambda: screen.raw or process.returncode is not None)
        process.send_signal(number)
        assert await process.wait() == 128 + number
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    assert screen.restored
    said = os.read(screen.master, 4096)
    assert b"active: 0 terminated: ['s-1']" in said
