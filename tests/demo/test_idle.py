"""Idle sessions end by the embedded AWS's own clock, with AWS's words; documents tell the limit."""

import json

import pytest

from tests.demo.ask import Asker
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import InvalidDocument
from tui.model.idle import ASSUMED, ECS_EXEC, IdleLimit
from tui.model.store import Store
from tui.model.wish import ExecuteCommand, StartSession
from tui.sessions.engine import Engine


def node(aws: EmbeddedAws) -> tuple[str, str]:
    """A region of the first account, and a node there that can be reached."""
    account = aws.world.accounts[0].number
    for region in aws.world.regions(account):
        site = aws.world.site(account, region)
        assert site is not None
        for found in site.nodes.values():
            if not found.windows and site.machine(found.id):
                return region, found.id
    raise AssertionError("no node is connected")


async def test_an_idle_session_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with EmbeddedAws() as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        region, target = node(embedded)
        async with Aws(Options()) as aws, Engine(Store(), aws.opener) as engine:
            live = await engine.shell(StartSession(region=region, target=target), title="node")
            await live.opened()
            await embedded.advance(1_199)
            assert live.ending is None
            await embedded.advance(2)
            assert (await live.wait()).reason == "closed: idle for 20 min"


async def test_the_limit_is_read_once_from_the_session_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with EmbeddedAws() as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        region, target = node(embedded)
        wish = StartSession(region=region, target=target)
        async with Aws(Options()) as aws:
            limits = [await aws.preferences.idle_limit(wish) for _ in range(3)]
            assert limits == [IdleLimit(1_200)] * 3
            assert aws.calls["ssm:GetDocument"] == 1
        embedded.conditions.deny("ssm:GetDocument")
        async with Aws(Options()) as aws:
            assert await aws.preferences.idle_limit(wish) == ASSUMED
            contained = ExecuteCommand(cluster="c", task="t", command="sh")
            assert await aws.preferences.idle_limit(contained) == ECS_EXEC


def test_the_documents_are_told() -> None:
    asker = Asker()
    answer = asker.ask(asker.sites[0], "ssm:GetDocument", Name="SSM-SessionManagerRunShell")
    assert json.loads(answer["Content"])["inputs"]["idleSessionTimeout"] == "20"
    answer = asker.ask(asker.sites[0], "ssm:GetDocument", Name="AWS-StartPortForwardingSession")
    assert json.loads(answer["Content"])["sessionType"] == "Port"
    with pytest.raises(InvalidDocument):
        asker.ask(asker.sites[0], "ssm:GetDocument", Name="Nonsense")
