"""A clock moved by hand, and a source whose answers a test writes."""

import asyncio
import heapq
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from itertools import count

from tui.errors import Trouble
from tui.model.kind import Kind
from tui.model.resource import Account, Cluster, Node, Nodes, Region, Resource, Service
from tui.watch.source import Batch


@dataclass(eq=False)
class Alarm:
    callback: Callable[[], object]
    is_off: bool = False

    def cancel(self) -> None:
        self.is_off = True


class VirtualClock:
    """Stands still until `advance`; callbacks come in the order of their times."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._numbers = count()

    def monotonic(self) -> float:
        return self._now

    def wall_ms(self) -> int:
        return int(self._now * 1000) + 1_700_000_000_000

    def call_at(self, when: float, callback: Callable[[], object]) -> Alarm:
        alarm = Alarm(callback)
        heapq.heappush(self._alarms, (when, next(self._numbers), alarm))
        return alarm

    async def settle(self) -> None:
        """Let everything run that can run without time passing."""
        for _ in range(150):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        until = self._now + seconds
        await self.settle()
        while self._alarms and self._alarms[0][0] <= until:
            when, _, alarm = heapq.heappop(self._alarms)
            if not alarm.is_off:
                self._now = max(self._now, when)
                alarm.callback()
                await self.settle()
        self._now = until
        await self.settle()


def account(name: str) -> Account:
    return Account(address=name, parent="", name=name)


def region(of: str, name: str) -> Region:
    return Region(address=f"{of}/{name}", parent=of, name=name, account=of)


def cluster(of: str, name: str) -> Cluster:
    home, _, where = of.partition("/")
    return Cluster(
        address=f"{of}/{name}",
        parent=of,
        name=name,
        arn=f"arn:{name}",
        account=home,
        region=where,
    )


def nodes(of: str) -> Nodes:
    home, _, where = of.partition("/")
    address = f"{of}/managed nodes"
    return Nodes(address=address, parent=of, name="managed nodes", account=home, region=where)


def node(of: str, name: str) -> Node:
    home, where, _ = of.split("/")
    return Node(
        address=f"{home}/{where}/{name}",
        parent=of,
        name=name,
        account=home,
        region=where,
        instance_id=name,
    )


def service(of: Cluster, name: str, running: int = 1) -> Service:
    return Service(
        address=f"{of.address}/{name}",
        parent=of.address,
        name=name,
        arn=f"arn:{name}",
        account=of.account,
        region=of.region,
        cluster=of.name,
        running=running,
    )


Answer = list[Batch | Trouble]


@dataclass(eq=False)
class PlainSource:
    """Answers as written; an address without an answer has nothing below it."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    busy: int = 0
    most_busy: int = 0

    def say(self, address: str, *resources: Resource, kinds: frozenset[Kind]) -> None:
        self.answers[address] = [Batch(resources, kinds)]

    async def list(self, of: Resource | None) -> AsyncGenerator[Batch, None]:
        address = of.address if of is not None else ""
        self.asked.append(address)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if address in self.held:
                await self.held[address].wait()
            for part in tuple(self.answers.get(address, ())):
                if isinstance(part, Trouble):
                    raise part
                yield part
                await asyncio.sleep(0)
        finally:
            self.busy -= 1


def small_fleet() -> PlainSource:
    """Two accounts of one region each, with one cluster each, and nodes in the first."""
    source = PlainSource()
    source.say("", account("prod"), account("dev"), kinds=frozenset({Kind.ACCOUNT}))
    for name in ("prod", "dev"):
        source.say(name, region(name, "eu-west-1"), kinds=frozenset({Kind.REGION}))
        where = f"{name}/eu-west-1"
        shop = cluster(where, "shop")
        below: tuple[Resource, ...] = (shop,)
        if name == "prod":
            below = (shop, nodes(where))
            group = f"{where}/managed nodes"
            source.say(group, node(group, "i-1"), kinds=frozenset({Kind.NODE}))
        source.say(where, *below, kinds=frozenset({Kind.CLUSTER, Kind.NODES}))
        source.say(
            shop.address,
            service(shop, "api"),
            kinds=frozenset({Kind.SERVICE, Kind.TASK, Kind.CONTAINER}),
        )
    return source
