"""What the tests of the AWS room stand on: an embedded AWS, and the program's own way to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.clock import RealClock
from tui.demo.embedded import EmbeddedAws
from tui.model.store import Store
from tui.watch.feed import Feed
from tui.watch.intervals import Intervals
from tui.watch.watcher import Watcher


@pytest.fixture
async def demo(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedAws]:
    """An embedded AWS ten minutes old, with its environment set."""
    async with EmbeddedAws() as demo:
        await demo.advance(600.0)
        for name, value in demo.environment.items():
            monkeypatch.setenv(name, value)
        yield demo


@dataclass
class Client:
    """Our side, joined."""

    aws: Aws
    store: Store
    watcher: Watcher


@pytest.fixture
async def client(demo: EmbeddedAws) -> AsyncIterator[Client]:
    async with Aws(Options()) as aws:
        store = Store()
        # Failures are tried again at once, so that a test need not wait for what heals.
        eager = Intervals(
            region=0.05, cluster=0.05, nodes=0.05, rest=0.0, retry_first=0.05, retry_most=0.1
        )
        yield Client(aws, store, Watcher(aws.source, Feed(store), RealClock(), eager))
