"""What is written down of open sessions, and what the next start makes of it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sessions.conftest import World
from tests.sessions.peer import PORT, SHELL, settle
from tui.errors import LoginExpired, NotAllowed, Refused, Trouble, Unreachable
from tui.model.found import FoundSession
from tui.sessions.engine import Engine
from tui.sessions.reaper import reap, told
from tui.sessions.registry import FOLDER, Registry, read

ME = "arn:aws:iam::111122223333:user/captain"
OTHER = "arn:aws:iam::111122223333:user/mate"
NODE = PORT.target
CONTAINER = "ecs:payments_3f2a_3f2a-17"

DIE = """
import json, os, sys, time
from pathlib import Path
from tui.model.wish import ExecuteCommand, StartSession, Ticket
from tui.sessions.registry import Registry
registry = Registry(Path(sys.argv[1]))
for line in sys.argv[2:]:
    session, target = line.split("=")
    wish = StartSession(target=target, account="prod", region="eu-west-1")
    if target.startswith("ecs:"):
        cluster, task, runtime = target[4:].split("_")
        wish = ExecuteCommand(
            cluster=cluster, task=task, runtime_id=runtime, command="sh",
            account="prod", region="eu-west-1",
        )
    entry, wish = registry.enter(wish)
    if session:
        entry.answered(Ticket(session_id=session, stream_url="", token="secret", account="prod",
                              region="eu-west-1", target=target))
    print(entry.record.mark, flush=True)
os.kill(os.getpid(), 9)
"""


@dataclass
class Book:
    """Sessions as AWS has them, and what was done to them."""

    rows: dict[str, FoundSession] = field(default_factory=dict)
    past: set[str] = field(default_factory=set)
    terminated: list[str] = field(default_factory=list)
    refusal: Trouble | None = None
    listing: Trouble | None = None
    arn: str = ME

    def add(
        self,
        session_id: str,
        target: str = NODE,
        owner: str = ME,
        status: str = "Connecting",
        reason: str = "",
    ) -> None:
        self.rows[session_id] = FoundSession(
            session_id=session_id,
            target=target,
            owner=owner,
            status=status,
            reason=reason,
            started_at=time.time(),
        )

    async def caller(self, account: str, region: str) -> str:
        assert (account, region) == ("prod", "eu-west-1")
        if self.refusal:
            raise self.refusal
        return self.arn

    async def active(self, account: str, region: str) -> list[FoundSession]:
        del account, region
        if self.listing:
            raise self.listing
        return list(self.rows.values())

    async def is_over(self, account: str, region: str, session_id: str) -> bool:
        del account, region
        return session_id in self.past

    async def terminate(self, account: str, region: str, session_id: str) -> bool:
        del account, region
        await asyncio.sleep(0)
        self.terminated.append(session_id)
        return self.rows.pop(session_id, None) is not None


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def book() -> Book:
    return Book()


def crash(state: Path, *sessions: str) -> list[str]:
    """A process opens these (`id=target`, no id when it died before the answer) and is killed."""
    ran = subprocess.run(
        [sys.executable, "-c", DIE, str(state), *sessions],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == -9, ran.stderr
    return ran.stdout.splitlines()


def files(state: Path) -> list[Path]:
    return sorted((state / FOLDER).glob("*"))


async def test_a_session_is_written_down_while_it_is_open_and_never_its_token(
    world: World, state: Path
) -> None:
    async with Engine(world.store, world.aws, world.clock, world.dial, Registry(state)) as engine:
        live = await engine.shell(SHELL, title="app")
        (file,) = files(state)
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        record = read(file.read_bytes())
        assert record
        assert (record.session_id, record.pid) == ("s-1", os.getpid())
        assert b"secret" not in file.read_bytes()
        await live.close()
        assert files(state) == []


async def test_it_is_written_down_before_aws_is_asked(world: World, state: Path) -> None:
    world.aws.slow.clear()
    async with (
        Engine(world.store, world.aws, world.clock, world.dial, Registry(state)) as engine,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(engine.shell(PORT, title="app"))
        await settle()
        (file,) = files(state)
        record = read(file.read_bytes())
        assert record
        assert record.session_id == ""
        assert record.mark
        assert record.mark == getattr(world.aws.wishes[0], "reason", "")
        world.aws.slow.set()
    assert files(state) == []


@pytest.mark.parametrize(
    ("refusal", "kept"),
    [
        (NotAllowed("No."), 0),
        (Refused("No.", code="TargetNotConnected"), 0),
        (Unreachable("No answer."), 1),
        (Refused("What?", code="UnreadableAnswer"), 1),
    ],
)
async def test_a_refused_start_leaves_a_record_only_when_nobody_knows(
    world: World, state: Path, refusal: Trouble, kept: int
) -> None:
    world.aws.refusal = refusal
    async with Engine(world.store, world.aws, world.clock, world.dial, Registry(state)) as engine:
        with pytest.raises(type(refusal)):
            await engine.shell(PORT, title="app")
        assert len(files(state)) == kept


async def test_what_could_not_be_terminated_is_left_to_the_next_start(
    world: World, state: Path, book: Book
) -> None:
    world.aws.termination_refusal = LoginExpired("The login has expired.")
    async with Engine(world.store, world.aws, world.clock, world.dial, Registry(state)) as engine:
        live = await engine.shell(replace(PORT, account="prod", region="eu-west-1"), title="app")
        assert (await live.close()).left_open
    book.add("s-1")
    assert await reap(Registry(state), book) == 1
    assert (book.terminated, files(state)) == (["s-1"], [])


async def test_a_folder_that_cannot_be_written_to_is_no_reason_not_to_work(world: World) -> None:
    registry = Registry(Path(os.devnull))
    async with Engine(world.store, world.aws, world.clock, world.dial, registry) as engine:
        await engine.shell(SHELL, title="app")
    assert world.aws.terminated == ["s-1"]


async def test_what_a_crash_left_is_terminated_and_nothing_else(state: Path, book: Book) -> None:
    crash(state, f"mine-1={NODE}", f"mine-2={CONTAINER}")
    for name in ("mine-1", "mine-2", "other"):
        book.add(name, status="Connected")
    book.rows["other"] = replace(book.rows["other"], owner=OTHER)
    assert await reap(Registry(state), book) == 2
    assert sorted(book.terminated) == ["mine-1", "mine-2"]
    assert files(state) == []


async def test_what_is_over_is_forgotten_without_a_word(state: Path, book: Book) -> None:
    crash(state, f"mine={NODE}")
    book.past.add("mine")
    assert await reap(Registry(state), book) == 0
    assert (book.terminated, files(state)) == ([], [])


async def test_what_aws_does_not_know_is_kept(state: Path, book: Book) -> None:
    """With other credentials than at the start it would not."""
    crash(state, f"mine={NODE}")
    assert await reap(Registry(state), book) == 0
    assert len(files(state)) == 1


@pytest.mark.parametrize("refusal", [LoginExpired("Expired."), Unreachable("No network.")])
async def test_without_aws_the_record_waits(state: Path, book: Book, refusal: Trouble) -> None:
    crash(state, f"mine={NODE}")
    book.add("mine")
    book.refusal = refusal
    assert await reap(Registry(state), book) == 0
    book.refusal = None
    assert await reap(Registry(state), book) == 1
    assert files(state) == []


async def test_who_may_not_list_sessions_may_still_end_their_own(state: Path, book: Book) -> None:
    crash(state, f"mine={NODE}", f"={NODE}")
    book.add("mine")
    book.listing = NotAllowed("You may not call ssm:DescribeSessions.")
    assert await reap(Registry(state), book) == 1
    assert book.terminated == ["mine"]
    assert len(files(state)) == 1


async def test_a_record_that_names_somebody_elses_session_is_not_believed(
    state: Path, book: Book
) -> None:
    crash(state, f"theirs={NODE}")
    book.add("theirs", owner=OTHER)
    assert await reap(Registry(state), book) == 0
    assert book.terminated == []


async def test_the_mark_finds_a_session_whose_answer_was_lost(state: Path, book: Book) -> None:
    (mark,) = crash(state, f"={NODE}")
    book.add("mine", reason=mark)
    book.add("other-1", reason="hatchway 00000000000000000000")
    book.add("other-2")
    assert await reap(Registry(state), book) == 1
    assert (book.terminated, files(state)) == (["mine"], [])


async def test_a_container_session_without_an_answer_is_found_by_what_is_known(
    state: Path, book: Book
) -> None:
    crash(state, f"={CONTAINER}")
    book.add("mine", CONTAINER)
    book.add("joined", CONTAINER, status="Connected")
    book.add("other", CONTAINER, owner=OTHER)
    book.add("elsewhere", CONTAINER.replace("3f2a", "4f2a"))
    book.rows["old"] = replace(book.rows["mine"], session_id="old", started_at=time.time() - 600)
    assert await reap(Registry(state), book) == 1
    assert (book.terminated, files(state)) == (["mine"], [])


@pytest.mark.parametrize("doubt", ["two", "none", "two records"])
async def test_in_doubt_nothing_is_touched(state: Path, book: Book, doubt: str) -> None:
    crash(state, *[f"={CONTAINER}"] * (2 if doubt == "two records" else 1))
    for n in range({"two": 2, "none": 0, "two records": 1}[doubt]):
        book.add(f"mine-{n}", CONTAINER)
    assert await reap(Registry(state), book) == 0
    assert book.terminated == []


async def test_the_living_are_left_alone(world: World, state: Path, book: Book) -> None:
    book.add("s-1")
    async with Engine(world.store, world.aws, world.clock, world.dial, Registry(state)) as engine:
        await engine.shell(replace(PORT, account="prod", region="eu-west-1"), title="app")
        assert await reap(Registry(state), book) == 0
        assert len(files(state)) == 1
    assert book.terminated == []


async def test_two_starts_at_once_do_the_work_once(state: Path, book: Book) -> None:
    crash(state, *[f"mine-{n}={NODE}" for n in range(5)])
    for n in range(5):
        book.add(f"mine-{n}")
    both = await asyncio.gather(*(reap(Registry(state), book) for _ in range(2)))
    assert sum(both) == 5
    assert sorted(book.terminated) == [f"mine-{n}" for n in range(5)]


async def test_another_endpoint_or_computer_is_not_asked_about(state: Path, book: Book) -> None:
    crash(state, f"mine={NODE}")
    book.add("mine")
    assert await reap(Registry(state, "http://127.0.0.1:1"), book) == 0
    (file,) = files(state)
    first, second = file.read_bytes().splitlines()
    elsewhere = json.dumps(json.loads(first) | {"host": "another"}).encode()
    file.write_bytes(elsewhere + b"\n" + second + b"\n")
    assert await reap(Registry(state), book) == 0
    assert (book.terminated, files(state)) == ([], [file])


async def test_what_is_older_than_any_session_goes(state: Path, book: Book) -> None:
    crash(state, f"mine={NODE}")
    (file,) = files(state)
    first, second = file.read_bytes().splitlines()
    long_ago = json.dumps(json.loads(first) | {"started_at": 1_000_000.0}).encode()
    file.write_bytes(long_ago + b"\n" + second + b"\n")
    assert await reap(Registry(state), book) == 0
    assert (book.terminated, files(state)) == ([], [])


def link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def readable(path: Path) -> None:
    path.write_bytes(b"{}\n")
    path.chmod(0o644)


def private(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)
        path.chmod(0o600)

    return write


HOSTILE = {
    "empty": private(b""),
    "not json": private(b"\xff\x00"),
    "a list": private(b"[]\n"),
    "deep": private(b"[" * 15_000),
    "long": private(b"x" * 100_000),
    "half": private(b'{"account": "prod"}\n'),
    "link": link,
    "readable": readable,
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_is_no_record_is_taken_away(state: Path, book: Book, kind: str) -> None:
    (state / FOLDER).mkdir(parents=True)
    HOSTILE[kind](state / FOLDER / "x.session")
    assert await reap(Registry(state), book) == 0
    assert files(state) == []
    assert Registry(state).known() == []


async def test_pipes_and_folders_are_passed_by(state: Path, book: Book) -> None:
    (state / FOLDER / "folder.session").mkdir(parents=True)
    os.mkfifo(state / FOLDER / "pipe.session")
    assert await reap(Registry(state), book) == 0


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(
            ["account", "region", "target", "endpoint", "mark", "started_at", "host", "pid",
             "session_id"]
        ),
        st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.lists(st.text())),
    ),
    st.binary(max_size=200),
)  # fmt: skip
def test_nothing_in_a_file_can_break_the_start(first: dict[str, object], second: bytes) -> None:
    record = read(json.dumps(first).encode() + b"\n" + second)
    if record:
        assert record.mark.isprintable()


@pytest.mark.parametrize(("ended", "said"), [(1, "1 session of"), (2, "2 sessions of")])
def test_it_says_how_many(ended: int, said: str) -> None:
    assert told(ended).startswith(said)
