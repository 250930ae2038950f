"""Joins the rooms: who asks AWS, who remembers, who watches, who carries sessions."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tui import settings as choices
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.model.store import Store
from tui.model.wish import Ticket
from tui.sessions.engine import Engine
from tui.sessions.transport import Transport, dial
from tui.settings import Settings
from tui.watch.clock import RealClock
from tui.watch.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Rooms:
    """All that works behind a screen or a command."""

    store: Store
    aws: Aws
    watcher: Watcher
    engine: Engine


@asynccontextmanager
async def joined(
    options: Namespace, settings: Settings | None = None, store: Store | None = None
) -> AsyncIterator[Rooms]:
    """Opens the rooms; on the way out every session is terminated and every connection closed."""
    settings = settings or choices.load()
    store = Store() if store is None else store
    asked = Options(
        profiles=(options.profile,) if options.profile else settings.profiles,
        region=options.region,
        regions=settings.regions,
        endpoint_url=options.endpoint_url,
    )
    async with Aws(asked) as aws:

        async def signed(ticket: Ticket, *, timeout: float = 10.0) -> Transport:
            headers = await aws.opener.headers(ticket)
            return await dial(ticket, timeout=timeout, headers=headers)

        async with Engine(store, aws.opener, dial=signed) as engine:
            yield Rooms(store, aws, Watcher(aws.source, store, RealClock()), engine)
