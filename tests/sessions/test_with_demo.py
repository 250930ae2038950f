"""Sessions against the embedded AWS's gateway and agents: real shells, ports and programs."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import aiohttp
import pytest
from yarl import URL

from tests.demo.far_side import MACHINES, NODE, SMALL, WINDOWS, FarSide, far_side
from tui.errors import PortTaken, SessionTrouble, Unsupported
from tui.model.session import SessionState
from tui.model.store import Store
from tui.model.wish import DataKey, ExecuteCommand, StartSession, Ticket, Wish
from tui.sessions.command import DOCUMENT
from tui.sessions.engine import Engine
from tui.sessions.forward import Forward, port_wish
from tui.sessions.live import Live

EXEC = ExecuteCommand(cluster="payments", task="3f2a91", command="/bin/sh")
SHELL = StartSession(target=NODE.target)
SSM = "AWS-StartSSHSession"


class Door:
    """An Opener that goes straight to the gateway."""

    def __init__(self, far: FarSide) -> None:
        self._far = far

    async def open(self, wish: Wish) -> Ticket:
        if isinstance(wish, ExecuteCommand):
            machine = SMALL
            issued = self._far.start(machine=SMALL, ecs_command=wish.command)
        else:
            machine = next(m for m in MACHINES if m.target == wish.target)
            single = {name: values[0] for name, values in wish.parameters.items()}
            issued = self._far.start(wish.document, machine, **single)
        return Ticket(
            session_id=issued.session_id,
            stream_url=issued.stream_url,
            token=issued.token,
            account=machine.account,
            region=machine.region,
            target=machine.target,
            loopback_allowed=True,
        )

    async def resume(self, ticket: Ticket) -> Ticket | None:
        gateway = self._far.gateway
        issued = gateway.resume(ticket.account, ticket.region, ticket.session_id)
        return replace(ticket, token=issued.token) if issued else None

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        raise NotImplementedError

    async def terminate(self, ticket: Ticket) -> None:
        self._far.gateway.terminate(ticket.account, ticket.region, ticket.session_id)


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as made:
        yield made


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def engine(far: FarSide, store: Store) -> AsyncIterator[Engine]:
    """An engine on the gateway; afterwards no session is active there."""
    async with Engine(store, Door(far)) as made:
        yield made
    assert active(far) == 0


def active(far: FarSide) -> int:
    return len(far.gateway.sessions(NODE.account, NODE.region, active=True))


class Screen:
    """What a session wrote, and waiting for it."""

    def __init__(self) -> None:
        self.seen = bytearray()
        self._more = asyncio.Event()

    def __call__(self, data: bytes) -> None:
        self.seen += data
        self._more.set()

    async def until(self, done: Callable[[bytes], bool]) -> bytes:
        """Everything written, once it is as wanted; it is forgotten then."""
        while not done(bytes(self.seen)):
            self._more.clear()
            await self._more.wait()
        seen, self.seen = bytes(self.seen), bytearray()
        return seen

    async def says(self, text: bytes) -> bytes:
        return await self.until(lambda seen: text in seen)


async def shell(engine: Engine, wish: Wish = SHELL) -> tuple[Live, Screen]:
    screen = Screen()
    live = await engine.shell(wish, title="shell", size=(100, 30), on_output=screen)
    await live.opened()
    return live, screen


@pytest.mark.parametrize("wish", [SHELL, EXEC])
async def test_a_shell_echoes_knows_its_size_and_exits(engine: Engine, wish: Wish) -> None:
    live, screen = await shell(engine, wish)
    live.send(b"stty size; echo $((6*7))-done\r")
    assert b"30 100" in await screen.says(b"42-done")
    live.resize(132, 43)
    live.send(b"sleep 0.1; stty size; echo $((6*7))-again\r")
    assert b"43 132" in await screen.says(b"42-again")
    live.send(b"exit\r")
    ending = await live.wait()
    assert ending.clean
    assert ending.reason == "closed by the remote side"


async def test_closed_shells_are_gone_from_the_list(far: FarSide, engine: Engine) -> None:
    lives = [(await shell(engine))[0] for _ in range(3)]
    assert active(far) == 3
    for live in lives:
        await live.close()
    assert active(far) == 0


async def test_megabytes_of_output_are_held_back_and_complete(engine: Engine) -> None:
    live, screen = await shell(engine)
    live.send(b"stty raw -echo; echo ready\r")
    await screen.says(b"ready\n")
    live.pause()
    live.send(b"head -c 3000000 /dev/zero | tr '\\0' x; echo end\n")
    await asyncio.sleep(0)
    live.resume()
    seen = await screen.says(b"xend")
    assert seen.count(b"x") == 3_000_000


async def test_a_megabyte_of_random_bytes_goes_in_unharmed(engine: Engine) -> None:
    live, screen = await shell(engine)
    data = Random(3).randbytes(1_000_000)
    live.send(b"stty raw -echo; echo re''ady; head -c 1000000 | sha256sum\r")
    await screen.says(b"ready")
    for start in range(0, len(data), 10_000):
        live.send(data[start : start + 10_000])
        await live.drain()
    await screen.says(hashlib.sha256(data).hexdigest().encode())


async def test_a_silent_command_gets_its_input(engine: Engine) -> None:
    screen = Screen()
    line = "stty raw -echo; head -c 5 | sha256sum"
    wish = StartSession(target=NODE.target, document=DOCUMENT, parameters={"command": [line]})
    live = await engine.session(wish, title="i-1", on_output=screen)
    live.send(b"hello")
    assert await live.opened(within=0.5) is None
    live.speak_first()
    await screen.says(hashlib.sha256(b"hello").hexdigest().encode())
    assert (await live.wait()).clean


@pytest.mark.parametrize("wish", [SHELL, EXEC])
@pytest.mark.parametrize(
    ("argv", "status", "output"),
    [
        (["sh", "-c", "exit 7"], 7, b""),
        (
            ["echo", "it's", '"two  words"', "$HOME", "{{x}}"],
            0,
            b'it\'s "two  words" $HOME {{x}}\n',
        ),
        (["sh", "-c", "echo out; echo err >&2; exit 3"], 3, b"out\nerr\n"),
        (["no-such-program"], 127, None),
    ],
)
async def test_a_command_has_its_real_status_and_exact_output(
    engine: Engine, wish: Wish, argv: list[str], status: int, output: bytes | None
) -> None:
    screen = Screen()
    command = await engine.command(wish, argv, title="command", on_output=screen)
    assert await command.wait() == status
    assert output is None or bytes(screen.seen) == output


@pytest.mark.parametrize("wish", [SHELL, EXEC])
async def test_a_megabyte_of_binary_output_is_exact(
    engine: Engine, wish: Wish, tmp_path: Path
) -> None:
    screen = Screen()
    data = Random(4).randbytes(1_000_000)
    file = tmp_path / "data"
    file.write_bytes(data)
    command = await engine.command(wish, ["cat", str(file)], title="command", on_output=screen)
    assert await command.wait() == 0
    assert bytes(screen.seen) == data


async def test_ctrl_c_ends_a_command_with_130(engine: Engine) -> None:
    screen = Screen()
    argv = ["sh", "-c", "echo started; exec sleep 50"]
    command = await engine.command(EXEC, argv, title="command", on_output=screen)
    await screen.says(b"started")
    command.interrupt()
    assert await command.wait() == 130


async def test_a_terminated_command_has_no_status(far: FarSide, engine: Engine) -> None:
    screen = Screen()
    argv = ["sh", "-c", "echo started; exec sleep 50"]
    command = await engine.command(EXEC, argv, title="command", on_output=screen)
    await screen.says(b"started")
    ticket = command.live.ticket
    assert ticket is not None
    far.gateway.terminate(ticket.account, ticket.region, ticket.session_id)
    with pytest.raises(SessionTrouble, match="unknown"):
        await command.wait()


async def forward(engine: Engine, port: int, target: str = NODE.target) -> Forward:
    wish = port_wish(StartSession(target=target), port)
    return await engine.forward(wish, title="the node")


async def test_http_through_a_forward_twice_at_once(engine: Engine) -> None:
    made = await forward(engine, 8080)
    url = f"http://127.0.0.1:{made.port}/"
    async with aiohttp.ClientSession() as http, http.get(url) as one, http.get(url) as two:
        assert one.status == two.status == 200
        assert NODE.hostname in await one.text()
        assert NODE.hostname in await two.text()


async def test_the_remote_desktop_answers_the_negotiation(engine: Engine) -> None:
    made = await forward(engine, 3389, WINDOWS.target)
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    writer.write(bytes.fromhex("030000130ee000000000000100080003000000"))
    header = await reader.readexactly(4)
    assert header[:2] == b"\x03\x00"
    answer = await reader.readexactly(int.from_bytes(header[2:]) - 4)
    assert answer[1] == 0xD0
    writer.close()
    await writer.wait_closed()


async def test_a_half_closed_connection_still_gets_its_answer(engine: Engine) -> None:
    made = await forward(engine, 7)
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    data = Random(5).randbytes(500_000)
    writer.write(data)
    writer.write_eof()
    assert await reader.readexactly(len(data)) == data
    writer.close()
    await writer.wait_closed()


async def test_megabytes_up_and_down_on_parallel_connections(engine: Engine, store: Store) -> None:
    made = await forward(engine, 7)

    async def echo(seed: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        data = Random(seed).randbytes(1_000_000)
        async with asyncio.TaskGroup() as group:
            back = group.create_task(reader.readexactly(len(data)))
            writer.write(data)
            await writer.drain()
        assert back.result() == data
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as group:
        for seed in range(4):
            group.create_task(echo(seed))
    await made.close()
    (record,) = store.forwards()
    assert (record.sent, record.received) == (4_000_000, 4_000_000)


async def test_nothing_listens_on_that_port(engine: Engine, store: Store) -> None:
    made = await forward(engine, 4444)
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    assert await reader.read() == b""
    assert store.forwards()[0].trouble == "Nothing listens on port 4444 of the node."
    writer.close()
    await writer.wait_closed()


async def test_a_taken_port_starts_no_session(far: FarSide, engine: Engine) -> None:
    made = await forward(engine, 8080)
    wish = port_wish(StartSession(target=NODE.target), 8080)
    with pytest.raises(PortTaken):
        await engine.forward(wish, title="again", local_port=made.port)
    assert active(far) == 1


async def test_a_document_for_ssh_is_no_forward_yet(far: FarSide, engine: Engine) -> None:
    wish = StartSession(target=NODE.target, document=SSM)
    with pytest.raises(Unsupported):
        await engine.forward(wish, title="ssh")
    assert active(far) == 0


class Cable:
    """A cable to the gateway that can be cut."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._gateway = 0
        self._ends: list[asyncio.StreamWriter] = []
        self._port = 0

    async def open(self, wish: Wish) -> Ticket:
        ticket = await self._door.open(wish)
        url = URL(ticket.stream_url)
        self._gateway = url.port or 0
        return replace(ticket, stream_url=str(url.with_port(self._port)))

    async def resume(self, ticket: Ticket) -> Ticket | None:
        return await self._door.resume(ticket)

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        raise NotImplementedError

    async def terminate(self, ticket: Ticket) -> None:
        await self._door.terminate(ticket)

    async def lay(self) -> asyncio.Server:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        return server

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._gateway)
        self._ends += [writer, far_writer]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(reader, far_writer))
            group.create_task(self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()


async def test_the_connection_is_cut_and_everything_goes_on(store: Store) -> None:
    async with far_side() as far:
        cable = Cable(Door(far))
        async with await cable.lay(), Engine(store, cable) as engine:
            live, screen = await shell(engine)
            made = await forward(engine, 7)
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            writer.write(b"one")
            assert await reader.readexactly(3) == b"one"
            for _ in range(3):
                cable.cut()
                writer.write(b"two")
                live.send(b"echo $((6*7))-again\r")
                await screen.says(b"42-again")
                assert await reader.readexactly(3) == b"two"
            writer.transport.abort()
        assert active(far) == 0
    assert {record.state for record in store.sessions()} == {SessionState.CLOSED}
    assert {record.state for record in store.forwards()} == {SessionState.CLOSED}


async def test_a_session_that_ended_while_the_connection_was_cut_says_so(store: Store) -> None:
    async with far_side() as far:
        cable = Cable(Door(far))
        async with await cable.lay(), Engine(store, cable) as engine:
            live, _ = await shell(engine)
            ticket = live.ticket
            assert ticket is not None
            far.gateway.terminate(ticket.account, ticket.region, ticket.session_id)
            cable.cut()
            ending = await live.wait()
            assert not live.away
            assert ending.reason == "closed by the remote side" or "closed by AWS" in ending.reason


async def test_leaving_in_the_middle_of_everything_leaves_nothing(store: Store) -> None:
    async with far_side() as far:
        async with Engine(store, Door(far)) as engine:
            live, _ = await shell(engine)
            live.send(b"yes\r")
            made = await forward(engine, 19)
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            await reader.readexactly(100_000)
            await engine.command(EXEC, ["sleep", "50"], title="command")
        assert active(far) == 0
        writer.transport.abort()
