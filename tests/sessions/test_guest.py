"""Sessions that a session-manager-plugin carries, on the embedded AWS.

Everything is tried with a stand-in (see `plugins`), and what a plugin is for also with AWS's own
where it is installed.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.sessions import plugins
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.demo.embedded import EmbeddedAws
from tui.errors import PortTaken, SessionTrouble, Unsupported, WrongSettings
from tui.model.session import SessionState
from tui.model.store import Store
from tui.model.wish import StartSession
from tui.sessions.engine import Engine
from tui.sessions.forward import Forward, port_wish
from tui.sessions.guest import GuestLive
from tui.sessions.live import Live
from tui.sessions.plugin import Plugin

REGION = "eu-west-1"
AWS_OWN = shutil.which(plugins.NAME)

KINDS = [
    plugins.honest,
    pytest.param(
        None,
        marks=pytest.mark.skipif(AWS_OWN is None, reason=f"{plugins.NAME} is not on PATH"),
    ),
]
"""The stand-in, and AWS's own."""

Kind = Callable[[Path], None] | None


@dataclass
class Stage:
    """An engine whose sessions a plugin carries, on an embedded AWS."""

    demo: EmbeddedAws
    engine: Engine
    store: Store
    folder: Path
    target: str
    warnings: list[str] = field(default_factory=list)

    @property
    def wish(self) -> StartSession:
        """A shell on a node of the account that assumes a role."""
        return StartSession(account="dev", region=REGION, target=self.target)

    def put(self, kind: Kind) -> None:
        """This is the plugin from now on."""
        if kind:
            kind(self.folder)
        elif AWS_OWN:
            (self.folder / plugins.NAME).symlink_to(AWS_OWN)

    def active(self) -> int:
        """Sessions that AWS believes to be active."""
        gateway = self.demo.gateway
        return sum(len([*gateway.sessions(*site, active=True)]) for site in self.demo.world.sites)


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage without a plugin; in the end no session and no child is left."""
    folder = tmp_path / "bin"
    folder.mkdir()
    before = children()
    async with EmbeddedAws() as demo:
        for name, value in demo.environment.items():
            monkeypatch.setenv(name, value)
        tools = os.environ["PATH"].split(os.pathsep)
        kept = [one for one in tools if not (Path(one) / plugins.NAME).exists()]
        monkeypatch.setenv("PATH", os.pathsep.join([str(folder), *kept]))
        store = Store()
        warnings: list[str] = []
        async with Aws(Options()) as aws:
            plugin = Plugin(aws.opener.plugin_access, warnings.append)
            async with Engine(store, aws.opener, plugin=plugin) as engine:
                yield Stage(demo, engine, store, folder, online(demo), warnings)
        gateway = demo.gateway
        left = [s for site in demo.world.sites for s in gateway.sessions(*site, active=True)]
        assert left == []
    assert children() == before


def online(demo: EmbeddedAws) -> str:
    """The id of a Linux node of the account that assumes a role."""
    account = next(one for one in demo.world.accounts if one.name == "dev")
    site = demo.world.sites[account.number, REGION]
    return next(
        node.id
        for node in site.nodes.values()
        if not node.windows and not node.outage and node.id.startswith("i-")
    )


def children() -> list[str]:
    """Programs that we started and that still run; Linux only, elsewhere none are found."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = entry.read_text().rpartition(")")
            state, parent = rest.split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                found.append(name)
    return found


class Screen:
    """What a session wrote, and waiting for it."""

    def __init__(self) -> None:
        self.seen = b""
        self._more = asyncio.Event()

    def __call__(self, data: bytes) -> None:
        self.seen += data
        self._more.set()

    async def says(self, text: bytes) -> bytes:
        while text not in self.seen:
            self._more.clear()
            await self._more.wait()
        seen, self.seen = self.seen, b""
        return seen


async def shell(stage: Stage) -> tuple[Live, Screen]:
    screen = Screen()
    live = await stage.engine.shell(stage.wish, title="node", size=(100, 30), on_output=screen)
    assert isinstance(live, GuestLive)
    return live, screen


async def forward(stage: Stage, local: int = 0) -> Forward:
    return await stage.engine.forward(port_wish(stage.wish, 7), title="node", local_port=local)


async def fetched(port: int, data: bytes) -> bytes:
    """What comes back for `data` from a service that echoes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.TaskGroup() as group:
        back = group.create_task(reader.readexactly(len(data)))
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()
    return back.result()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_shell_echoes_knows_its_size_and_exits(stage: Stage, kind: Kind) -> None:
    stage.put(kind)
    live, screen = await shell(stage)
    live.send(b"stty size; echo $((6*7))-done\r")
    assert b"30 100" in await screen.says(b"42-done")
    live.resize(132, 43)
    live.send(b"while [ \"$(stty size)\" != '43 132' ]; do sleep 0.1; done; echo $((6*7))-again\r")
    await screen.says(b"42-again")
    (record,) = stage.store.sessions()
    assert record.state is SessionState.OPEN
    live.send(b"exit\r")
    ending = await live.wait()
    assert (ending.clean, ending.reason) == (True, "closed by the remote side")
    assert ending.exit_code is None
    assert stage.warnings == []


@pytest.mark.parametrize("kind", KINDS)
async def test_keys_arrive_as_they_are(stage: Stage, kind: Kind) -> None:
    stage.put(kind)
    live, screen = await shell(stage)
    live.send(b"stty raw -echo; echo re''ady; head -c 6 | od -An -tx1; stty sane\r")
    await screen.says(b"ready")
    live.send(b"\r\n\x13\x11\x16\xff")
    await screen.says(b"0d 0a 13 11 16 ff")
    live.send(b"sh -c 'echo a$((6*7)); exec sleep 50'\r")
    await screen.says(b"a42")
    live.send(b"\x03")
    await screen.says(b"^C")
    live.send(b"echo $((6*7))-on\r")
    await screen.says(b"42-on")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_shell_that_is_held_back_loses_nothing(stage: Stage, kind: Kind) -> None:
    stage.put(kind)
    live, screen = await shell(stage)
    live.send(b"stty raw -echo; echo re''ady\r")
    await screen.says(b"ready\n")
    live.pause()
    live.send(b"head -c 300000 /dev/zero | tr '\\0' x; echo end\r\n")
    await asyncio.sleep(0.2)
    live.resume()
    assert (await screen.says(b"xend")).count(b"x") == 300_000


@pytest.mark.parametrize("kind", KINDS)
async def test_a_closed_shell_is_gone(stage: Stage, kind: Kind) -> None:
    stage.put(kind)
    live, _ = await shell(stage)
    assert stage.active() == 1
    ending = await live.close()
    assert (ending.reason, ending.left_open) == ("closed", False)
    assert stage.active() == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_forward_carries_and_counts(stage: Stage, kind: Kind) -> None:
    stage.put(kind)
    made = await forward(stage)
    data = Random(6).randbytes(50_000)
    assert await fetched(made.port, data) == data
    assert await fetched(made.port, data) == data
    ending = await made.close()
    assert ending.reason == "closed"
    (record,) = stage.store.forwards()
    assert (record.sent, record.received, record.connections) == (100_000, 100_000, 0)
    assert stage.active() == 0


async def test_a_unix_socket_leads_there_too(stage: Stage, tmp_path: Path) -> None:
    plugins.honest(stage.folder)
    path = tmp_path / "s"
    wish = port_wish(stage.wish, 7)
    await stage.engine.forward(wish, title="node", local_path=str(path))
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()
    await writer.wait_closed()


async def test_a_taken_port_starts_nothing(stage: Stage) -> None:
    plugins.honest(stage.folder)
    made = await forward(stage)
    with pytest.raises(PortTaken):
        await forward(stage, made.port)
    assert stage.active() == 1


async def test_without_a_plugin_no_session_is_started(stage: Stage) -> None:
    with pytest.raises(WrongSettings, match="not installed") as missing:
        await shell(stage)
    assert "install" in missing.value.hint
    assert "--engine native" in missing.value.hint
    assert [record.session_id for record in stage.store.sessions()] == [""]
    plugins.honest(stage.folder)
    live, _ = await shell(stage)
    await live.close()


async def test_an_old_plugin_is_warned_of_once(stage: Stage) -> None:
    plugins.honest(stage.folder, version="1.2.463.0")
    for _ in range(2):
        live, _ = await shell(stage)
        await live.close()
    (warning,) = stage.warnings
    assert "1.2.463.0" in warning
    assert "1.2.764.0" in warning


async def test_a_plugin_that_hangs_is_not_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.sessions.plugin.VERSION_SECONDS", 0.2)
    plugins.stuck(stage.folder)
    with pytest.raises(Unsupported, match="--version said nothing"):
        await shell(stage)


async def test_a_refusal_is_read_although_the_status_is_0(stage: Stage) -> None:
    plugins.refusing(stage.folder)
    with pytest.raises(SessionTrouble, match="could not open the session: EOF"):
        await shell(stage)
    with pytest.raises(SessionTrouble, match="could not open the session: EOF"):
        await forward(stage)
    assert stage.active() == 0


async def test_a_plugin_that_dies_at_once_is_no_session(stage: Stage) -> None:
    plugins.silent(stage.folder)
    with pytest.raises(SessionTrouble, match="ended without opening the session"):
        await shell(stage)
    with pytest.raises(SessionTrouble, match="ended without opening the session"):
        await forward(stage)
    assert stage.active() == 0


async def test_a_plugin_that_heeds_no_signal_is_killed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.sessions.program.STOP_SECONDS", 0.2)
    plugins.deaf(stage.folder)
    live, _ = await shell(stage)
    made = await forward(stage)
    await made.close()
    await live.close()
    assert stage.active() == 0


async def test_a_plugin_that_is_killed_ends_its_forward(stage: Stage) -> None:
    plugins.honest(stage.folder)
    made = await forward(stage)
    assert isinstance(made.live, GuestLive)
    (pid,) = (int(name.split()[0]) for name in children() if "python" in name or "session" in name)
    os.kill(pid, signal.SIGKILL)
    await made.wait()
    assert stage.active() == 0
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("127.0.0.1", made.port)


async def test_no_command_is_run_through_a_plugin(stage: Stage) -> None:
    plugins.honest(stage.folder)
    with pytest.raises(Unsupported, match="exit status") as refused:
        await stage.engine.command(stage.wish, ["true"], title="node")
    assert "--engine native" in refused.value.hint
    assert not stage.store.sessions()


async def test_leaving_with_everything_open_leaves_nothing(stage: Stage) -> None:
    plugins.honest(stage.folder)
    await shell(stage)
    made = await forward(stage)
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    writer.write(b"x")
    assert await reader.readexactly(1) == b"x"
    await stage.engine.close_all()
    assert stage.active() == 0
    writer.transport.abort()
