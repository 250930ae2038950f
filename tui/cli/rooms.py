"""Joins the rooms: who asks AWS, who remembers, who watches, who carries sessions."""

import os
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tui import paths
from tui import settings as choices
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.cli.aftermath import Tell, cleaning_up, on_stderr
from tui.cli.endpoint import endpoint
from tui.cli.weather import reported
from tui.clock import RealClock
from tui.model.store import Store
from tui.model.wish import Ticket
from tui.sessions.engine import Engine
from tui.sessions.plugin import Plugin
from tui.sessions.registry import Registry
from tui.sessions.transport import Transport, dial
from tui.settings import Settings
from tui.watch.far import FarWatcher
from tui.watch.feed import Feed
from tui.watch.hurry import Hurry
from tui.watch.push import Push
from tui.watch.side_loop import SideLoop
from tui.watch.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Rooms:
    """All that works behind a screen or a command."""

    store: Store
    aws: Aws
    watcher: FarWatcher
    engine: Engine
    registry: Registry


@asynccontextmanager
async def joined(
    options: Namespace,
    settings: Settings | None = None,
    store: Store | None = None,
    tell: Tell | None = None,
    hurry: Hurry | None = None,
) -> AsyncIterator[Rooms]:
    """Opens the rooms; on the way out every session is terminated and every connection closed.

    What a crashed Hatchway left open is terminated meanwhile; `tell` says so, else stderr does.
    All that is asked without anybody waiting for it leaves the machine to a key in `hurry`.
    """
    settings = settings or choices.load()
    store = Store() if store is None else store
    async with SideLoop("AWS", hurry) as side, Aws(_asked(options, settings), side=side) as aws:

        async def signed(ticket: Ticket, *, timeout: float = 10.0) -> Transport:
            headers = await aws.opener.headers(ticket)
            return await dial(ticket, timeout=timeout, headers=headers)

        registry = Registry(_state(), endpoint(options))
        async with (
            Engine(
                store,
                aws.opener,
                dial=signed,
                registry=registry,
                idle_limit=aws.preferences.idle_limit,
                plugin=_plugin(options, settings, aws, tell),
            ) as engine,
            cleaning_up(engine, registry, aws.book, tell),
        ):
            with nullcontext() if tell else reported(store):
                yield Rooms(store, aws, _watcher(aws, store, side), engine, registry)


def _asked(options: Namespace, settings: Settings) -> Options:
    """What flags and settings say about AWS."""
    return Options(
        profiles=(options.profile,) if options.profile else settings.profiles,
        region=options.region,
        regions=settings.regions,
        org_nodes=settings.org_nodes,
        queues=settings.queues,
        endpoint_url=options.endpoint_url,
    )


def _watcher(aws: Aws, store: Store, side: SideLoop) -> FarWatcher:
    """Who asks AWS and listens to it, on the side loop."""
    feed, clock = Feed(store, side.hurry), RealClock()
    watcher = Watcher(aws.source, feed, clock)
    return FarWatcher(watcher, Push(aws.events(store.get), watcher, clock), feed, side)


def _plugin(options: Namespace, settings: Settings, aws: Aws, tell: Tell | None) -> Plugin | None:
    """AWS's plugin, if the person wants it to carry the sessions."""
    if (options.engine or settings.engine) != "plugin":
        return None
    return Plugin(aws.opener.plugin_access, tell or on_stderr)


def _state() -> Path:
    """The state folder; what cannot be one when there is none: that is no reason not to work."""
    try:
        return paths.state()
    except OSError:
        return Path(os.devnull)
