"""One call: repeated where that helps and does no harm, and always at the pace."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)

from tests.aws.plain import PLACE, StillClock
from tui.aws.asker import Asker
from tui.aws.clients import Clients
from tui.aws.options import Place
from tui.errors import LoginExpired, NotAllowed, Refused, Throttled, Trouble, Unreachable
from tui.watch.pace import Pace


def coded(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Said so."}}, "ListTasks")


class PlainClients(Clients):
    """A client that does what the test wrote for each call; the last goes on for ever."""

    def __init__(self, *outcomes: Exception | Mapping[str, object]) -> None:
        super().__init__()
        self.outcomes = list(outcomes)
        self.calls = 0

    @asynccontextmanager
    async def use(self, place: Place, service: str) -> AsyncGenerator["PlainClients", None]:
        yield self

    async def list_tasks(self, **_: object) -> Mapping[str, object]:
        self.calls += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    start_session = list_tasks


def asker(clients: Clients, clock: StillClock) -> Asker:
    return Asker(clients, Pace(clock), clock)


DEAD = EndpointConnectionError(endpoint_url="https://ecs.example")


@pytest.mark.parametrize("error", [DEAD, ConnectionResetError(), coded("ServerException")])
async def test_what_failed_by_chance_is_tried_once_more(error: Exception) -> None:
    clients = PlainClients(error, {"taskArns": []})
    ask = asker(clients, StillClock())
    assert await ask(PLACE, "ecs", "ListTasks") == {"taskArns": []}
    assert ask.calls == {"ecs:ListTasks": 2}
    (line,) = ask.report().lines
    assert (line.calls, line.errors) == (2, 1)


@pytest.mark.parametrize(
    ("error", "trouble", "calls"),
    [
        (DEAD, Unreachable, 2),
        (coded("503"), Refused, 2),
        (coded("AccessDeniedException"), NotAllowed, 1),
        (coded("ClusterNotFoundException"), Refused, 1),
        (NoCredentialsError(), LoginExpired, 1),
        (ValueError("no JSON"), Refused, 1),
    ],
)
async def test_what_goes_on_failing_is_a_trouble(
    error: Exception, trouble: type[Trouble], calls: int
) -> None:
    clients = PlainClients(error)
    with pytest.raises(trouble):
        await asker(clients, StillClock())(PLACE, "ecs", "ListTasks")
    assert clients.calls == calls


async def test_what_took_long_to_fail_is_not_repeated() -> None:
    clock = StillClock()

    class Slow(PlainClients):
        async def list_tasks(self, **more: object) -> Mapping[str, object]:
            clock.now += 20.0
            return await super().list_tasks(**more)

    clients = Slow(ReadTimeoutError(endpoint_url="https://ecs.example"))
    with pytest.raises(Unreachable, match="in time"):
        await asker(clients, clock)(PLACE, "ecs", "ListTasks")
    assert clients.calls == 1


@pytest.mark.parametrize("error", [DEAD, coded("ServerException")])
async def test_the_start_of_a_session_is_never_repeated(error: Exception) -> None:
    clients = PlainClients(error)
    with pytest.raises(Trouble):
        await asker(clients, StillClock())(PLACE, "ssm", "StartSession", target="i-1")
    assert clients.calls == 1


async def test_throttled_calls_wait_for_their_turn_and_slow_the_bucket_down() -> None:
    clock = StillClock()
    clients = PlainClients(*[coded("ThrottlingException")] * 3, {})
    ask = asker(clients, clock)
    began = clock.now
    assert await ask(PLACE, "ecs", "ListTasks") == {}
    assert clients.calls == 4
    assert clock.now > began
    report = ask.report()
    assert report.slowed == ("prod in eu-west-1: ecs-cluster-resource-read",)
    assert report.lines[0].throttled == 3


async def test_throttling_without_an_end_is_a_trouble() -> None:
    clients = PlainClients(coded("ThrottlingException"))
    with pytest.raises(Throttled):
        await asker(clients, StillClock())(PLACE, "ecs", "ListTasks")
    assert 1 < clients.calls < 10


async def test_a_name_that_is_not_found_and_a_broken_certificate_say_what_to_look_at() -> None:
    for error, word in (
        (DEAD, "ecs.example"),
        (SSLError(endpoint_url="https://ecs.example", error="x"), "secure"),
    ):
        with pytest.raises(Unreachable, match=word) as caught:
            await asker(PlainClients(error), StillClock())(PLACE, "ecs", "ListTasks")
        assert caught.value.hint
