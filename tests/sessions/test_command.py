"""A command's exact output and its real status, through a terminal."""

import os
import pty
import shlex
import subprocess
from base64 import b64decode
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, SHELL, FakeAws, Peer, settle
from tui.errors import (
    AgentOffline,
    NotAllowed,
    Refused,
    SessionTrouble,
    Trouble,
    Unsupported,
    WrongUse,
)
from tui.model.wish import ExecuteCommand, StartSession, Ticket, Wish
from tui.sessions.command import (
    DOCUMENT,
    DOCUMENT_APART,
    Caller,
    command_wish,
    plans,
    refuse_windows,
)
from tui.sessions.engine import Engine
from tui.sessions.resuming import SessionOver
from tui.sessions.wrapping import InputLines, Manner, Unwrapper, new_nonce, wrap_command

NONCE = "0123456789abcdef"
BEGIN = b"hw-0123456789abcdef-begin-10;"
TRANSLATED = b"hw-0123456789abcdef-begin-00;"


def end(status: int) -> bytes:
    return f"hw-{NONCE}-end-{status};".encode()


def unwrapped(chunks: list[bytes]) -> tuple[bytes, int | None]:
    unwrapper = Unwrapper(NONCE)
    output = b"".join(unwrapper.feed(chunk) for chunk in chunks)
    return output + unwrapper.finish(), unwrapper.status


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


places = st.lists(st.integers(0, 400), max_size=30)
# what looks like a mark, or half of one, is the hard part
pieces = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"hw-", b"hw-0123456789abcdef-en", b"hw-0123456789abcdef-end-x;", b"\r", b"\n", b"\r\n"]
    ),
)
contents = st.lists(pieces, max_size=8).map(b"".join)


@given(contents, st.integers(0, 255), places, st.binary(max_size=60))
def test_output_is_exact_however_it_is_cut(
    content: bytes, status: int, where: list[int], noise: bytes
) -> None:
    stream = noise + BEGIN + content + end(status) + b"after"
    assert unwrapped(cut(stream, where)) == (content, status)


@given(contents, st.integers(0, 255), places)
def test_a_terminal_that_translates_line_ends_is_undone(
    content: bytes, status: int, where: list[int]
) -> None:
    stream = TRANSLATED + content.replace(b"\n", b"\r\n") + end(status)
    assert unwrapped(cut(stream, where)) == (content, status)


@given(contents, places)
def test_without_the_last_mark_all_output_comes_and_no_status(
    content: bytes, where: list[int]
) -> None:
    assert unwrapped(cut(BEGIN + content, where)) == (content, None)


@given(st.binary(max_size=9000), places)
def test_what_is_no_output_is_kept_as_noise_and_bounded(noise: bytes, where: list[int]) -> None:
    unwrapper = Unwrapper(NONCE)
    for chunk in cut(noise, where):
        assert unwrapper.feed(chunk) == b""
    assert not unwrapper.begun
    assert len(unwrapper.noise) <= 2048


words = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))


@given(words.filter(bool))
def test_the_line_reads_the_same_for_a_splitting_agent_and_for_a_shell(argv: list[str]) -> None:
    line = wrap_command(argv, NONCE)
    split = shlex.split(line)
    assert split[:2] == ["/bin/sh", "-c"]
    assert split[4:] == argv
    assert "{{" not in line


@pytest.mark.parametrize(
    "argv",
    [
        [
            "printf",
            "%s\\n",
            "it's",
            'a "quote"',
            "$HOME `id` \\ ; & | > <",
            "{{x}}",
            "",
            "a\nb",
            "ü",
        ],
        ["sh", "-c", "printf '%s\\n' \"$0\" | cat", "x y"],
    ],
)
@pytest.mark.parametrize("through_shell", [False, True])
def test_a_real_shell_prints_the_words_unharmed(argv: list[str], through_shell: bool) -> None:
    expected = subprocess.run(argv, check=True, capture_output=True).stdout
    assert run_in_terminal(argv, through_shell=through_shell) == (expected, 0)


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["exit", "7"], 7),
        (["false"], 1),
        (["sh", "-c", "kill -9 $$"], 137),
        (["no-such-program-anywhere"], 127),
        (["cat"], 0),
    ],
)
def test_a_real_shell_tells_the_status(argv: list[str], status: int) -> None:
    assert run_in_terminal(argv)[1] == status


def test_binary_output_is_exact_through_a_real_terminal(tmp_path: Path) -> None:
    content = os.urandom(200_000) + bytes(range(256)) * 4
    file = tmp_path / "content"
    file.write_bytes(content)
    assert run_in_terminal(["cat", str(file)]) == (content, 0)


def test_binary_output_is_exact_without_stty(tmp_path: Path) -> None:
    content = os.urandom(50_000).replace(b"\n", b"\r\n\n")
    file = tmp_path / "content"
    file.write_bytes(content)
    for name in ("cat", "sh"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    assert run_in_terminal(["cat", str(file)], path=str(tmp_path)) == (content, 0)


def run_in_terminal(
    argv: list[str], *, through_shell: bool = False, path: str = os.defpath
) -> tuple[bytes, int | None]:
    """The output and status of a wrapped command, run the way an agent runs it, in a pty."""
    nonce = new_nonce()
    line = wrap_command(argv, nonce)
    unwrapper, output = Unwrapper(nonce), bytearray()
    near, far = pty.openpty()
    process = subprocess.Popen(
        line if through_shell else shlex.split(line),
        shell=through_shell,
        stdin=far,
        stdout=far,
        stderr=far,
        start_new_session=True,
        env={"PATH": path},
    )
    os.close(far)
    try:
        while unwrapper.status is None:
            output += unwrapper.feed(os.read(near, 1024))
    finally:
        os.close(near)
        process.kill()
        process.wait()
    return bytes(output), unwrapper.status


def test_what_cannot_be_a_command() -> None:
    with pytest.raises(WrongUse):
        wrap_command([], NONCE)
    with pytest.raises(WrongUse):
        wrap_command(["a\0b"], NONCE)
    with pytest.raises(Unsupported, match="Windows"):
        refuse_windows(windows=True)


def test_where_the_line_goes() -> None:
    made = command_wish(SHELL, "line")
    assert isinstance(made, ExecuteCommand)
    assert (made.command, made.container) == ("line", "app")
    node = command_wish(PORT, "line")
    assert isinstance(node, StartSession)
    assert (node.document, node.parameters) == (DOCUMENT, {"command": ["line"]})


NODE = StartSession(target="i-0123456789abcdef0")


class Choosy(FakeAws):
    """AWS in an account that has not every document."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble
        self.asked: list[str] = []

    async def open(self, wish: Wish) -> Ticket:
        assert isinstance(wish, StartSession)
        self.asked.append(wish.document)
        if wish.document == DOCUMENT_APART:
            raise self.trouble
        return await super().open(wish)


@pytest.mark.usefixtures("fixed_nonce")
@pytest.mark.parametrize("trouble", [Refused("No.", code="InvalidDocument"), NotAllowed("No.")])
async def test_without_the_document_for_commands_the_command_is_wrapped(trouble: Trouble) -> None:
    seen = bytearray()

    def make(peer: Peer) -> None:
        peer.on_open = lambda: peer.say(BEGIN + b"output" + end(7))

    aws = Choosy(trouble)
    async with World(aws=aws, make=make).engine() as engine:
        command = await engine.command(NODE, ["x"], title="x", on_output=seen.extend)
        assert await command.wait() == 7
    assert bytes(seen) == b"output"
    assert aws.asked == [DOCUMENT_APART, DOCUMENT]


async def test_an_offline_agent_is_not_asked_twice() -> None:
    aws = Choosy(AgentOffline("It is not connected."))
    async with World(aws=aws).engine() as engine:
        with pytest.raises(AgentOffline):
            await engine.command(NODE, ["x"], title="x")
    assert aws.asked == [DOCUMENT_APART]


def test_where_there_is_input_a_terminal_carries_the_command() -> None:
    ways = {
        manner: [plan.wish for plan in plans(NODE, ["x"], Caller(manner), print)]
        for manner in Manner
    }
    documents = {
        manner: [wish.document for wish in wishes if isinstance(wish, StartSession)]
        for manner, wishes in ways.items()
    }
    assert documents == {
        Manner.ALONE: [DOCUMENT_APART, DOCUMENT],
        Manner.INPUT: [DOCUMENT],
        Manner.TERMINAL: [DOCUMENT],
    }


@given(st.lists(st.binary(max_size=3000), max_size=8))
def test_input_is_one_stream_of_base64_in_short_lines(chunks: list[bytes]) -> None:
    lines = InputLines()
    sent = b"".join(lines.feed(chunk) for chunk in chunks) + lines.finish()
    assert sent.endswith(b"\x04")
    assert sent[:-1] == b"" or sent[:-1].endswith(b"\n")
    assert all(len(line) <= 1024 for line in sent[:-1].split(b"\n"))
    assert b64decode(sent[:-1]) == b"".join(chunks)


@pytest.mark.usefixtures("fixed_nonce")
async def test_a_target_without_base64_takes_no_input(world: World, engine: Engine) -> None:
    world.make = lambda peer: setattr(peer, "on_open", lambda: peer.say(BEGIN))
    command = await engine.command(SHELL, ["x"], title="x", caller=Caller(Manner.INPUT))
    with pytest.raises(Unsupported, match="base64"):
        await command.wait()


@pytest.fixture
def fixed_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.sessions.command.new_nonce", lambda: NONCE)


@pytest.mark.usefixtures("fixed_nonce")
async def test_a_command_gives_its_status_and_its_session_is_terminated(
    world: World, engine: Engine
) -> None:
    seen = bytearray()

    def make(peer: Peer) -> None:
        peer.on_open = lambda: peer.say(b"noise" + BEGIN + b"out\x00put" + end(7))

    world.make = make
    command = await engine.command(SHELL, ["x"], title="x", on_output=seen.extend)
    assert await command.wait() == 7
    assert bytes(seen) == b"out\x00put"
    assert world.aws.active == set()


@pytest.mark.usefixtures("fixed_nonce")
async def test_an_unknown_status_is_said_with_the_remote_sides_own_words(
    world: World, engine: Engine
) -> None:
    def make(peer: Peer) -> None:
        peer.on_open = lambda: peer.say(b"exec: \x1b[31m/bin/sh: not found\r\n")

    world.make = make
    command = await engine.command(SHELL, ["x"], title="x")
    await settle()
    world.peer.close_channel()
    with pytest.raises(SessionTrouble, match="unknown") as caught:
        await command.wait()
    assert "exec: /bin/sh: not found" in caught.value.hint
    assert "\x1b" not in str(caught.value)


@pytest.mark.usefixtures("fixed_nonce")
async def test_a_killed_command_has_no_status_but_all_its_output(
    world: World, engine: Engine
) -> None:
    seen = bytearray()

    def make(peer: Peer) -> None:
        peer.on_open = lambda: peer.say(BEGIN + b"half hw-0123")

    world.make = make
    command = await engine.command(SHELL, ["x"], title="x", on_output=seen.extend)
    await settle()
    world.peer.close_channel("The task was stopped")
    with pytest.raises(SessionTrouble, match="The task was stopped"):
        await command.wait()
    assert bytes(seen) == b"half hw-0123"


async def test_a_command_whose_connection_breaks_says_that(world: World, engine: Engine) -> None:
    command = await engine.command(SHELL, ["x"], title="x")
    await settle()
    world.aws.active.clear()
    world.peer.cut()
    with pytest.raises(SessionOver):
        await world.clock.pass_until(command.wait())


async def test_ctrl_c_reaches_the_command(world: World, engine: Engine) -> None:
    command = await engine.command(SHELL, ["x"], title="x")
    await settle()
    command.interrupt()
    await settle()
    assert bytes(world.peer.heard) == b"\x03"
    await command.close()
