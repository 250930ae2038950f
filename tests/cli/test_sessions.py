"""`hatchway sessions`: who has one open, and how one is ended."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.cli.conftest import Run
from tui.demo.embedded import EmbeddedAws
from tui.demo.gateway import Issued


def opened(aws: EmbeddedAws, owner: str) -> Issued:
    """A session on some node of the first account, started by `owner`."""
    account = aws.world.accounts[0].number
    for region in aws.world.regions(account):
        site = aws.world.site(account, region)
        assert site is not None
        for machine in filter(None, map(site.machine, site.nodes)):
            return aws.gateway.start(machine=machine, document="", parameters={}, owner=owner)
    raise AssertionError("no node is connected")


def ended(aws: EmbeddedAws, session_id: str) -> None:
    for account, region in aws.world.sites:
        aws.gateway.terminate(account, region, session_id)


@pytest.fixture
async def mine(aws: EmbeddedAws) -> AsyncIterator[str]:
    session_id = opened(aws, aws.key.arn).session_id
    yield session_id
    ended(aws, session_id)


@pytest.fixture
async def theirs(aws: EmbeddedAws) -> AsyncIterator[str]:
    session_id = opened(aws, aws.key.arn.replace("captain", "mate")).session_id
    yield session_id
    ended(aws, session_id)


async def rows(hatchway: Run) -> dict[str, dict[str, Any]]:
    said = await hatchway("sessions", "--json")
    assert (said.status, said.err) == (0, "")
    return {row["session_id"]: row for row in map(json.loads, said.out.splitlines())}


async def test_all_open_sessions_are_listed_and_mine_are_marked(
    hatchway: Run, aws: EmbeddedAws, mine: str, theirs: str
) -> None:
    found = await rows(hatchway)
    assert {name: row["mine"] for name, row in found.items()} == {mine: True, theirs: False}
    assert found[mine]["account"] == aws.world.accounts[0].name
    said = await hatchway("sessions")
    lines = said.out.decode().splitlines()
    assert sorted(line.split()[:2] for line in lines) == sorted([["mine", mine], ["other", theirs]])


async def test_mine_is_ended_by_its_id(hatchway: Run, mine: str, theirs: str) -> None:
    said = await hatchway("sessions", "--kill", mine)
    assert (said.status, said.out.decode()) == (0, f"{mine} was terminated.\n")
    assert list(await rows(hatchway)) == [theirs]


async def test_somebody_elses_needs_force(hatchway: Run, theirs: str) -> None:
    said = await hatchway("sessions", "--kill", theirs)
    assert said.status == 2
    assert f"{theirs} belongs to" in said.err
    assert list(await rows(hatchway)) == [theirs]
    assert (await hatchway("sessions", "--kill", theirs, "--force")).status == 0
    assert await rows(hatchway) == {}


async def test_what_is_not_open_cannot_be_ended(hatchway: Run) -> None:
    said = await hatchway("sessions", "--kill", "captain-0123")
    assert said.status == 2
    assert "No session “captain-0123” is open." in said.err


async def test_what_could_not_be_asked_is_said(hatchway: Run, aws: EmbeddedAws) -> None:
    aws.conditions.deny("ssm:DescribeSessions", account=aws.world.accounts[0].number)
    said = await hatchway("sessions")
    assert said.status == 1
    assert "ssm:DescribeSessions" in said.err
