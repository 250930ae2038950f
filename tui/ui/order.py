"""The order of siblings: by name, or by what a person looks for first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from tui.model.resource import Nodes, Resource, Service
from tui.model.status import Health
from tui.ui import labels
from tui.ui.row import LEAVES, Fleet


class By(StrEnum):
    """What siblings are ordered by; the value is the word for it."""

    NAME = "name"
    STATUS = "status"
    """The worst first."""
    AGE = "age"
    """The newest first."""
    RUNNING = "running"
    """What has the least share of what it should run first."""


_BADNESS = {
    Health.BAD: 0,
    Health.BUSY: 1,
    Health.UNKNOWN: 2,
    Health.OK: 3,
    Health.OFF: 4,
}

Key = Callable[[Fleet, Resource], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of siblings. Those of one kind stay together, the kinds always in one order."""

    by: By = By.NAME
    reverse: bool = False

    @property
    def next(self) -> "Order":
        """The order by the next thing."""
        ways = tuple(By)
        return Order(ways[(ways.index(self.by) + 1) % len(ways)])

    @property
    def reversed(self) -> "Order":
        """The same the other way round."""
        return replace(self, reverse=not self.reverse)

    @property
    def needs_sums(self) -> bool:
        """Whether a change below a row may move it."""
        return self.by in {By.STATUS, By.RUNNING}

    def arranged(self, fleet: Fleet, parent: str) -> tuple[str, ...]:
        """The addresses of what hangs under a row."""
        if self == BY_NAME:
            return fleet.child_addresses(parent)
        key = _KEYS[self.by]
        found: list[str] = []
        for _, group in groupby(fleet.children(parent), key=lambda one: one.kind):
            siblings = list(group)
            if key is None:
                siblings.reverse()
            else:
                siblings.sort(key=lambda one: key(fleet, one), reverse=self.reverse)
            found += [one.address for one in siblings]
        return tuple(found)


BY_NAME = Order()


def _by_status(fleet: Fleet, resource: Resource) -> tuple[float, ...]:
    own = _BADNESS[resource.status.health]
    if resource.kind in LEAVES:
        return (own,)
    if fleet.freshness(resource.address).trouble is not None:
        own = _BADNESS[Health.BAD]
    below = fleet.sum(resource.address)
    worst = below.worst
    if worst is Health.UNKNOWN or isinstance(resource, Service):
        return (own,)
    badness = min(own, _BADNESS[worst]) if own < _BADNESS[Health.UNKNOWN] else _BADNESS[worst]
    return (badness, -below.health[Health.BAD], -below.health[Health.BUSY])


def _by_age(fleet: Fleet, resource: Resource) -> tuple[float, ...]:
    born = labels.born(resource)
    return (-born,) if born else (1.0,)


def _by_running(fleet: Fleet, resource: Resource) -> tuple[float, ...]:
    if resource.kind in LEAVES:
        return ()
    if isinstance(resource, Service):
        return _share(resource.running, resource.desired)
    below = fleet.sum(resource.address)
    if isinstance(resource, Nodes):
        return _share(below.online, below.nodes)
    return _share(below.running, below.desired)


def _share(running: int, desired: int) -> tuple[float, ...]:
    """What wants nothing comes last."""
    return (running / desired, running - desired) if desired else (float("inf"),)


_KEYS: dict[By, Key | None] = {
    By.NAME: None,
    By.STATUS: _by_status,
    By.AGE: _by_age,
    By.RUNNING: _by_running,
}
