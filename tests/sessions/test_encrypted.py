"""Sessions under a KMS key, all the way: our engine, the embedded AWS's KMS, and its agents."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from tests.sessions.test_with_demo import Screen
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.demo.embedded import EmbeddedAws
from tui.errors import AskTrouble, NotAllowed, SessionTrouble, Unsupported
from tui.model.store import Store
from tui.model.wish import DataKey, ExecuteCommand, StartSession, Ticket, Wish
from tui.sessions.engine import Engine
from tui.sessions.live import Live
from tui.sessions.parting import Ending


@dataclass
class Place:
    """The embedded AWS, our way to it, and who may be entered."""

    aws: EmbeddedAws
    opener: Aws
    engine: Engine

    def container(self, *, encrypted: bool = True) -> ExecuteCommand:
        """A shell in a container of a cluster with a key, or of one without."""
        for site in self.aws.world.sites.values():
            for name in site.names:
                cluster = site.cluster(name)
                assert cluster
                if bool(cluster.spec.exec_key) is encrypted:
                    task = next(t for t in cluster.tasks.values() if t.reachable)
                    return ExecuteCommand(
                        account=site.account.name,
                        region=site.region,
                        cluster=name,
                        task=task.id,
                        container=task.spec.containers[0].name,
                        command="/bin/sh",
                        must_encrypt=True,
                    )
        raise AssertionError("the default fleet has both")

    def node(self) -> StartSession:
        """A shell on a node where the session preferences name a key."""
        site = next(s for s in self.aws.world.sites.values() if s.session_key)
        node = next(n.id for n in site.nodes.values() if site.ping(n)[0] == "Online")
        return StartSession(account=site.account.name, region=site.region, target=node)

    def wish(self, where: str) -> Wish:
        return self.container() if where == "container" else self.node()

    def called(self, action: str) -> int:
        return sum(call.action == action for call in self.aws.conditions.calls)


def active(aws: EmbeddedAws) -> list[str]:
    rows = (row for site in aws.world.sites for row in aws.gateway.sessions(*site, active=True))
    return [row.session_id for row in rows]


@pytest.fixture
async def place(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """Afterwards no session is active."""
    async with EmbeddedAws() as aws:
        await aws.advance(600.0)
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        async with Aws(Options()) as opener, Engine(Store(), opener.opener) as engine:
            yield Place(aws, opener, engine)
        assert active(aws) == []


async def begun(place: Place, wish: Wish) -> tuple[Live, Screen]:
    screen = Screen()
    live = await place.engine.shell(wish, title="shell", size=(100, 30), on_output=screen)
    return live, screen


async def refused(place: Place, wish: Wish) -> tuple[Ending, bytes]:
    """How a session ends that cannot be opened, and what it showed."""
    live, screen = await begun(place, wish)
    live.send(b"a password\r")
    return await live.wait(), bytes(screen.seen)


@pytest.mark.parametrize("where", ["container", "node"])
async def test_a_shell(place: Place, where: str) -> None:
    live, screen = await begun(place, place.wish(where))
    opened = await live.opened()
    assert opened is not None
    assert opened.encrypted
    live.send(b"stty size; echo $((6*7))-done\r")
    assert b"30 100" in await screen.says(b"42-done")
    live.send(b"head -c 200000 /dev/zero | tr '\\0' x; exit\r")
    await live.wait()
    assert screen.seen.count(b"x") >= 200_000
    assert place.called("kms:GenerateDataKey") == 1


async def test_the_runtime_id_is_looked_up_only_if_it_is_not_known(place: Place) -> None:
    wish = place.container()
    live, _ = await begun(place, wish)
    await live.opened()
    assert place.called("ecs:DescribeTasks") == 1
    assert live.ticket
    target = live.ticket.target
    await live.close()
    runtime = f"{wish.task}-1"
    live, _ = await begun(place, replace(wish, runtime_id=runtime))
    ending = await live.wait()  # of another container: the agent's own context is not that
    assert "decrypt" in ending.reason
    assert place.called("ecs:DescribeTasks") == 1
    assert target.endswith("_")


@pytest.mark.parametrize("where", ["container", "node"])
async def test_a_command_has_its_output_and_exit_status(place: Place, where: str) -> None:
    screen = Screen()
    argv = ["sh", "-c", "seq 3000; exit 7"]
    command = await place.engine.command(place.wish(where), argv, title="seq", on_output=screen)
    assert await command.wait() == 7
    assert bytes(screen.seen).split() == [b"%d" % n for n in range(1, 3001)]
    assert place.called("kms:GenerateDataKey") == 1


async def test_without_permission_there_is_one_clear_sentence_and_no_session(
    place: Place,
) -> None:
    place.aws.conditions.deny("kms:GenerateDataKey")
    ending, shown = await refused(place, place.container())
    assert isinstance(ending.trouble, NotAllowed)
    assert "kms:GenerateDataKey on arn:aws:kms:" in ending.trouble.what
    assert "IAM policy" in ending.trouble.hint
    assert shown == b""
    assert active(place.aws) == []


async def test_a_kms_that_fails_ends_the_session(place: Place) -> None:
    place.aws.conditions.throttle("kms:GenerateDataKey")
    ending, shown = await refused(place, place.node())
    assert isinstance(ending.trouble, AskTrouble)
    assert shown == b""
    assert active(place.aws) == []


async def test_hanging_up_while_the_key_is_asked_for_leaves_nothing(place: Place) -> None:
    gate = place.aws.conditions.hold("kms:GenerateDataKey")
    live, _ = await begun(place, place.node())
    assert await live.opened(0.2) is None
    ending = await live.close()
    assert ending.clean
    gate.set()
    assert active(place.aws) == []


async def test_a_key_that_kms_did_not_give_opens_nothing(place: Place) -> None:
    class Forger:
        """Has the key's ciphertext, but not the key."""

        def __init__(self) -> None:
            self._real = place.opener.opener

        async def open(self, wish: Wish) -> Ticket:
            return await self._real.open(wish)

        async def resume(self, ticket: Ticket) -> Ticket | None:
            return await self._real.resume(ticket)

        async def terminate(self, ticket: Ticket) -> None:
            await self._real.terminate(ticket)

        async def headers(self, ticket: Ticket) -> dict[str, str]:
            return await self._real.headers(ticket)

        async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
            key = await self._real.data_key(ticket, key_id, challenge)
            return replace(key, plaintext=bytes(64))

    async with Engine(Store(), Forger()) as engine:
        ending, shown = await refused(replace(place, engine=engine), place.node())
    assert isinstance(ending.trouble, SessionTrouble)
    assert "does not open" in ending.trouble.what
    assert shown == b""


async def test_what_must_be_encrypted_is_not_used_in_the_clear(place: Place) -> None:
    ending, shown = await refused(place, place.container(encrypted=False))
    assert isinstance(ending.trouble, Unsupported)
    assert "in the clear" in ending.trouble.what
    assert shown == b""
    assert active(place.aws) == []
