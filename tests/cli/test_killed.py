"""Killed at any moment, by any signal: after the next start nothing is left behind.

Each round starts several `hatchway exec` and `hatchway forward` on terminals of their own against
one embedded AWS and kills each after a seeded while; then one more Hatchway runs.
"""

import asyncio
import json
import os
import pty
import select
import signal
import stat
import sys
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tui.demo.clock import RealClock
from tui.demo.embedded import EmbeddedAws
from tui.demo.gateway import Issued
from tui.demo.sessions import SessionRow

ROUNDS = 5
EACH = 10
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
MARK = "A_TEST_OF_HATCHWAY_BEING_KILLED"

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


class Ground:
    """An embedded AWS, and the folders and environment of those who use it."""

    def __init__(self, aws: EmbeddedAws, home: Path) -> None:
        self.aws = aws
        self.home = home
        self.state = home / ".local/state/hatchway"
        self.temporary = home / "tmp"
        self.temporary.mkdir()
        self.environment = {
            **os.environ,
            **aws.environment,
            "TMPDIR": str(self.temporary),
            MARK: str(home),
        }

    def active(self) -> list[SessionRow]:
        return [
            row
            for account, region in self.aws.world.sites
            for row in self.aws.gateway.sessions(account, region, active=True)
        ]

    def processes(self) -> list[int]:
        """The processes that carry this ground's mark, whoever is their parent by now."""
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and f"{MARK}={self.home}".encode() in (
                    entry / "environ"
                ).read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def of_somebody_else(self) -> str:
        """A session that another user opened on the very same node."""
        account = self.aws.world.accounts[0].number
        for region in self.aws.world.regions(account):
            site = self.aws.world.site(account, region)
            assert site is not None
            for machine in filter(None, map(site.machine, site.nodes)):
                return self.aws.gateway.start(
                    machine=machine,
                    document="",
                    parameters={},
                    owner=f"arn:aws:iam::{account}:user/somebody-else",
                    reason="hatchway",
                ).session_id
        raise AssertionError("no node is connected")

    def is_active(self, session_id: str) -> bool:
        return any(row.session_id == session_id for row in self.active())

    def end(self, session_id: str) -> None:
        for account, region in self.aws.world.sites:
            self.aws.gateway.terminate(account, region, session_id)

    def sockets(self) -> list[Path]:
        return [p for p in self.home.rglob("*") if stat.S_ISSOCK(p.lstat().st_mode)]

    async def run(self, *words: str) -> tuple[int, str, str]:
        """One Hatchway, to its end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tui", *words),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def ground(nobody: Path) -> AsyncIterator[Ground]:
    async with EmbeddedAws(clock=RealClock()) as aws:
        yield Ground(aws, nobody)


async def until(condition: Callable[[], bool]) -> None:
    """The test's own timeout ends a vain wait."""
    for _ in iter(condition, True):
        await asyncio.sleep(0.01)


class Victim:
    """A Hatchway on a terminal of its own."""

    def __init__(self, ground: Ground, words: tuple[str, ...]) -> None:
        self._ground = ground
        self._words = words
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.process: asyncio.subprocess.Process

    @property
    def is_raw(self) -> bool:
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    @property
    def is_restored(self) -> bool:
        return termios.tcgetattr(self.slave) == self.before

    @property
    def has_spoken(self) -> bool:
        """Whether there is something to read: a prompt, or a port."""
        return bool(select.select([self.master], [], [], 0)[0])

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tui", *self._words),
            env=self._ground.environment,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
        )

    async def settled(self) -> None:
        """Wait until it is in full work, or has ended."""
        await until(lambda: self.has_spoken or self.process.returncode is not None)
        if "exec" in self._words:
            await until(lambda: self.is_raw or self.process.returncode is not None)

    async def die(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        await self.process.wait()

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
async def victims(ground: Ground) -> AsyncIterator[list[Victim]]:
    """What can be killed: as many as a round needs, shells and forwards in turn."""
    _, out, _ = await ground.run("ls", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    container = next(r for r in rows if r["kind"] == "container" and r["session"])
    node = next(
        r for r in rows if r["kind"] == "node" and r["session"] and r["platform"] == "Linux"
    )
    words = (
        ("exec", container["address"]),
        ("forward", node["address"], "0:80"),
        ("exec", node["address"]),
        ("forward", container["address"], "0:80"),
    )
    made = [Victim(ground, words[n % len(words)]) for n in range(EACH)]
    yield made
    for victim in made:
        victim.close()


async def nothing_is_left(ground: Ground, victims: list[Victim]) -> None:
    """Each condition comes true by itself, or the test's timeout names it."""
    await until(lambda: ground.active() == [])
    await until(lambda: all(victim.is_restored for victim in victims))
    await until(lambda: ground.processes() == [])
    assert ground.sockets() == []
    assert list(ground.temporary.iterdir()) == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_killed_at_any_moment(ground: Ground, victims: list[Victim], seed: int) -> None:
    dice = Random(seed)
    bystander = ground.of_somebody_else()

    async def one(n: int, victim: Victim) -> None:
        await victim.start()
        if n % 2:
            await victim.settled()
        await asyncio.sleep(dice.uniform(0, 0.5 if n % 2 else 4))
        await victim.die(SIGNALS[(n // 2 + seed) % len(SIGNALS)])

    async with asyncio.TaskGroup() as group:
        for n, victim in enumerate(victims):
            group.create_task(one(n, victim))
    killed = len(ground.active())
    status, _, said = await ground.run("ls")
    assert status == 0
    assert ("of a crashed Hatchway" in said) is (killed > 1)
    assert ground.is_active(bystander)
    ground.end(bystander)
    await nothing_is_left(ground, victims)


@pytest.mark.parametrize("verb", ["exec in a container", "exec on a node", "forward to a node"])
async def test_killed_between_the_question_and_the_answer(
    ground: Ground, victims: list[Victim], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS has started a session of which nobody has heard, next to one of somebody else."""
    victim = victims[{"exec in a container": 0, "exec on a node": 2, "forward to a node": 1}[verb]]
    bystander = ground.of_somebody_else()
    start: Callable[..., Issued] = ground.aws.gateway.start

    def start_and_kill(*given: object, **wanted: object) -> Issued:
        issued = start(*given, **wanted)
        victim.process.kill()
        return issued

    monkeypatch.setattr(ground.aws.gateway, "start", start_and_kill)
    await victim.start()
    await victim.process.wait()
    assert len(ground.active()) == 2
    status, _, said = await ground.run("ls")
    assert (status, said) == (0, "hatchway: 1 session of a crashed Hatchway was terminated.\n")
    await until(lambda: [row.session_id for row in ground.active()] == [bystander])
    ground.end(bystander)
    await nothing_is_left(ground, [victim])
    assert list((ground.state / "sessions").iterdir()) == []
