"""Stand-ins for one side of a seam: whoever asks, and a place to ask."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui.aws.fields import Fields
from tui.aws.options import Place, Profile
from tui.errors import Trouble
from tui.model.resource import Cluster, Region, Task

PROFILE = Profile(name="prod", address="prod", region="eu-west-1")
PLACE = Place(PROFILE, "eu-west-1")
REGION = Region(address="prod/eu-west-1", parent="prod", name="eu-west-1", account="prod")
SHOP = Cluster(
    address="prod/eu-west-1/shop",
    parent="prod/eu-west-1",
    name="shop",
    arn="arn:aws:ecs:eu-west-1:111122223333:cluster/shop",
    account="prod",
    region="eu-west-1",
)


def task_row(address: str = "prod/eu-west-1/shop/api/t1") -> Task:
    return Task(
        address=address,
        parent="prod/eu-west-1/shop/api",
        name="t1",
        arn_stem="arn:aws:ecs:eu-west-1:111122223333:task/shop/",
        account="prod",
        region="eu-west-1",
        cluster="shop",
    )


Reply = Fields | Trouble


@dataclass
class PlainAsk:
    """Answers each operation with what the test wrote for it, one after the other; the last
    answer goes on for ever."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    async def __call__(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        self.asked.append((operation, parameters or {}))
        waiting = self.replies[operation]
        reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(reply, Trouble):
            raise reply
        return reply


@dataclass
class StillClock:
    """A clock that only the test moves; whoever waits for it waits no longer than a turn."""

    now: float = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def wall_ms(self) -> int:
        return int(self.now * 1000)

    def call_at(self, when: float, callback: Callable[[], object]) -> asyncio.Handle:
        def arrive() -> None:
            self.now = max(self.now, when)
            callback()

        return asyncio.get_running_loop().call_soon(arrive)


async def until(true: Callable[[], bool]) -> None:
    """Waits for what another task brings about; the test's own timeout is the bound."""
    looked = asyncio.Event()
    while not true():
        asyncio.get_running_loop().call_later(0.01, looked.set)
        await looked.wait()
        looked.clear()


def edit(path: str, change: Callable[[str], str]) -> None:
    """Changes a text file."""
    file = Path(path)
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
