"""The embedded AWS dies under its clients, and comes back as it was."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, EndpointConnectionError

from tui.demo.embedded import EmbeddedAws
from tui.errors import PortTaken


@pytest.fixture
async def aws(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedAws]:
    async with EmbeddedAws() as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        yield embedded


def _clusters(profile: str = "prod") -> list[str]:
    once = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    client = boto3.Session(profile_name=profile).client("ecs", config=once)
    found: list[str] = client.list_clusters()["clusterArns"]
    return found


async def test_nothing_answers_after_a_crash_and_everything_after_the_return(
    aws: EmbeddedAws,
) -> None:
    before = [await asyncio.to_thread(_clusters, name) for name in ("prod", "dev")]
    port, living = aws.port, aws.world.living()
    await aws.crash()
    with pytest.raises(EndpointConnectionError):
        await asyncio.to_thread(_clusters)
    await aws.restart()
    assert (aws.port, aws.world.living()) == (port, living)
    assert [await asyncio.to_thread(_clusters, name) for name in ("prod", "dev")] == before


async def test_a_call_that_waits_for_its_answer_is_cut_off_at_once(aws: EmbeddedAws) -> None:
    aws.conditions.hold("ecs:ListClusters")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_failure())
        for _ in range(2_000):
            if aws.conditions.calls:
                break
            await asyncio.sleep(0.005)
        async with asyncio.timeout(1):
            await aws.crash()
            assert isinstance(await waiting, BotoCoreError)


async def _failure() -> BotoCoreError:
    with pytest.raises(BotoCoreError) as failed:
        await asyncio.to_thread(_clusters)
    return failed.value


async def test_idle_connections_are_reset(aws: EmbeddedAws) -> None:
    async with aiohttp.ClientSession() as client:
        async with client.get(aws.url) as response:
            assert response.status == 403
        await aws.crash()
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get(aws.url)


async def test_it_may_crash_twice_and_end_while_it_is_gone() -> None:
    async with EmbeddedAws() as aws:
        await aws.crash()
        await aws.crash()
        await aws.restart()
        await aws.crash()


async def test_who_has_taken_the_port_meanwhile_keeps_it(aws: EmbeddedAws) -> None:
    await aws.crash()
    async with EmbeddedAws(port=aws.port):
        with pytest.raises(PortTaken):
            await aws.restart()


async def test_a_session_survives(aws: EmbeddedAws) -> None:
    site = next(iter(aws.world.sites.values()))
    node = next(n for n in site.nodes.values() if site.ping(n)[0] == "Online" and not n.windows)
    ssm = boto3.Session().client("ssm")
    started = await asyncio.to_thread(ssm.start_session, Target=node.id)
    await aws.crash()
    await aws.restart()
    again = await asyncio.to_thread(ssm.resume_session, SessionId=started["SessionId"])
    assert again["TokenValue"]
