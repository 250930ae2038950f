"""AWS as the rest of the program sees it: a source of what exists, and an opener of sessions."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui.aws import ec2, ecs, sts
from tui.aws.ask import Asking
from tui.aws.book import AwsBook
from tui.aws.far import FarAsk
from tui.aws.opener import Accounts, AwsOpener
from tui.aws.options import Options, Profile
from tui.aws.preferences import Preferences
from tui.aws.sts import Identity
from tui.clock import Clock, RealClock
from tui.errors import Trouble, Unsupported
from tui.model.calls import CallReport
from tui.model.resource import Container, Node, Resource, Service, Task
from tui.watch.pace import Pace
from tui.watch.side_loop import SideLoop
from tui.watch.source import Source

if TYPE_CHECKING:
    from tui.aws.asker import Asker
    from tui.aws.events import Events

_DEFINITIONS_KEPT = 512

Ports = dict[str, tuple[int, ...]]
"""Container ports by the container's name."""


class Aws:
    """An async context manager. With a `side` loop, clients and calls live there, `source` may be
    used there only, and all else waits for its calls from here. The AWS libraries are imported on
    entering, in a thread: they take a quarter of a second, and the first paint need not wait.

    Entering raises `WrongSettings` when the configuration cannot be read or has no such profile;
    that a login is refused is no error of the whole, but of one account's row.
    """

    source: Source
    opener: AwsOpener
    book: AwsBook
    """What AWS knows of sessions."""
    preferences: Preferences
    profiles: tuple[Profile, ...]
    """The accounts that are shown, in order."""

    def __init__(
        self,
        options: Options | None = None,
        clock: Clock | None = None,
        side: SideLoop | None = None,
    ) -> None:
        self._options = options or Options()
        self._side = side
        self._clock = clock or RealClock()
        self._pace = Pace(self._clock)
        self._stack = AsyncExitStack()
        self._definitions: OrderedDict[tuple[str, str, str], Ports] = OrderedDict()
        self._asker: Asker
        self._events: Callable[[Callable[[str], Resource | None], Clock], Events]
        self._ask: Asking
        self._accounts: Accounts

    async def __aenter__(self) -> Self:
        machinery = await asyncio.to_thread(import_module, "tui.aws.machinery")
        self.profiles = await asyncio.to_thread(machinery.read_profiles, self._options)
        default = await asyncio.to_thread(machinery.default_profile, self._options, self.profiles)
        clients = machinery.Clients(self._options.endpoint_url)
        self._asker = machinery.Asker(clients, self._pace, self._clock)
        if self._side is None:
            self._ask = self._asker
            self._stack.push_async_callback(clients.close)
        else:
            self._ask = FarAsk(self._asker, self._side)
            self._stack.push_async_callback(self._side.run, clients.close)
        shown = {profile.address: profile for profile in self.profiles}
        self._accounts = Accounts(shown, default)
        self.source = machinery.AwsSource(self._asker, self._options, shown, self._clock)
        queues = machinery.queues_of(self._options.queues, shown)
        self._events = partial(machinery.Events, self._asker, queues)
        self.opener = AwsOpener(self._ask, self._accounts)
        self.book = AwsBook(self._ask, self._accounts)
        self.preferences = Preferences(self._ask, self._accounts)
        await self._stack.enter_async_context(self.opener)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def calls(self) -> Counter[str]:
        """How often each action (`ecs:ListTasks`) was called."""
        return self._asker.calls

    def events(self, lookup: Callable[[str], Resource | None]) -> "Events":
        """What AWS tells by itself, where the options name queues; `lookup` tells what is known at
        an address. It belongs to the loop of `source`."""
        return self._events(lookup, self._clock)

    def report(self) -> CallReport:
        """What was called so far, and how fast it goes; may be asked for from any thread."""
        return self._asker.report()

    async def listing(self, of: Resource | None) -> tuple[list[Resource], Trouble | None]:
        """What hangs below a resource as AWS tells it now, and the trouble that cut it short.

        As `source` has it, but from any loop.
        """
        found: dict[str, Resource] = {}

        async def work() -> Trouble | None:
            try:
                async for batch in self.source.list(of):
                    found.update({one.address: one for one in batch.resources})
            except Trouble as trouble:
                return trouble
            return None

        trouble = await (work() if self._side is None else self._side.run(work))
        return list(found.values()), trouble

    async def identity(self, account: str = "") -> Identity:
        """Who AWS takes us for in an account (its address); raises a `Trouble`."""
        return await sts.identity(self._ask, self._accounts.place(account, ""))

    async def ports(self, resource: Resource) -> tuple[int, ...]:
        """The ports that a container, a task or a service listens on, as its task definition says.

        Empty for anything else. The last 512 task definitions are remembered: they never change.
        Raises a `Trouble` when AWS does not tell.
        """
        if not isinstance(resource, (Container, Task, Service)) or not resource.task_definition:
            return ()
        ports = await self._ports_of(resource, resource.task_definition)
        if isinstance(resource, Container):
            return tuple(dict.fromkeys((*ports.get(resource.name, ()), *resource.ports)))
        return tuple(dict.fromkeys(port for some in ports.values() for port in some))

    async def password_data(self, resource: Resource) -> bytes:
        """The administrator's first password of a Windows instance, still encrypted.

        Raises a `Trouble`: only EC2 instances have one, and not all of them.
        """
        if not isinstance(resource, Node) or resource.is_hybrid or not resource.is_windows:
            raise Unsupported(
                f"AWS keeps no password for {resource.name}.",
                "It does so for Windows instances of EC2 only.",
            )
        place = self._accounts.place(resource.account, resource.region)
        return await ec2.password_data(self._ask, place, resource.instance_id)

    async def _ports_of(self, resource: Container | Task | Service, definition: str) -> Ports:
        key = (resource.account, resource.region, definition)
        if key not in self._definitions:
            place = self._accounts.place(resource.account, resource.region)
            self._definitions[key] = await ecs.port_mappings(self._ask, place, definition)
            while len(self._definitions) > _DEFINITIONS_KEPT:
                self._definitions.popitem(last=False)
        return self._definitions[key]
