"""The command itself, run as a person runs it, against the embedded AWS."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import aiobotocore.session
import pytest

from tui.demo.embedded import EmbeddedAws


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: bytes
    err: str


Run = Callable[..., Awaitable[Said]]


@pytest.fixture
async def aws(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedAws]:
    """An embedded AWS in which nothing is left open when the test is over."""
    async with EmbeddedAws() as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        yield embedded
        left = [
            row.session_id
            for account, region in embedded.world.sites
            for row in embedded.gateway.sessions(account, region, active=True)
        ]
        assert left == []


@pytest.fixture
def hatchway(aws: EmbeddedAws) -> Run:
    """Runs `hatchway` with these arguments to its end, on the embedded AWS."""
    assert os.environ["AWS_ENDPOINT_URL"] == aws.url

    async def run(*arguments: str, given: bytes = b"", **environment: str) -> Said:
        process = await start(*arguments, **environment)
        out, err = await process.communicate(given)
        assert process.returncode is not None
        return Said(process.returncode, out, err.decode())

    return run


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Starts `hatchway` with these arguments."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tui",
        *arguments,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def active(region: str, account: str) -> list[str]:
    """What DescribeSessions says is active there."""
    session = aiobotocore.session.AioSession(profile=account)
    async with session.create_client("ssm", region) as ssm:
        answer = await ssm.describe_sessions(State="Active")
    return [row["SessionId"] for row in answer["Sessions"]]
