"""Health and counts of everything below each row, kept up to date change by change.

What counts is what a person would mend: services, tasks and managed nodes. Containers follow
their task.
"""

from dataclasses import dataclass, field

from tui.model.kind import Kind
from tui.model.resource import FLEET, Node, Resource, Service, Task
from tui.model.status import Health
from tui.model.store import Change

_COUNTED = frozenset({Kind.SERVICE, Kind.TASK, Kind.NODE})


@dataclass(slots=True)
class Sum:
    """What is below one row."""

    health: dict[Health, int] = field(default_factory=lambda: dict.fromkeys(Health, 0))
    running: int = 0
    """Running tasks, of services and alone."""
    desired: int = 0
    """Tasks that should run."""
    nodes: int = 0
    online: int = 0

    def add(self, share: "Share", sign: int) -> None:
        """Count one thing in, or out with `sign` -1."""
        self.health[share.health] += sign
        self.running += sign * share.running
        self.desired += sign * share.desired
        self.nodes += sign * share.nodes
        self.online += sign * share.online

    @property
    def worst(self) -> Health:
        """The worst health that occurs; unknown when nothing is counted."""
        for health in (Health.BAD, Health.BUSY, Health.OK, Health.OFF):
            if self.health[health]:
                return health
        return Health.UNKNOWN


@dataclass(frozen=True, slots=True)
class Share:
    """What one thing adds to everything above it."""

    parents: tuple[str, ...]
    health: Health
    running: int = 0
    desired: int = 0
    nodes: int = 0
    online: int = 0


class Tally:
    """The sums of all rows."""

    def __init__(self) -> None:
        self._sums: dict[str, Sum] = {}
        self._shares: dict[str, Share] = {}
        self._parents: dict[str, str] = {}

    def below(self, address: str) -> Sum:
        """What is below a row; empty when nothing is known."""
        return self._sums.get(address) or Sum()

    @property
    def fleet(self) -> Sum:
        """What is in the whole fleet."""
        return self.below(FLEET)

    def apply(self, change: Change) -> set[str]:
        """Take in a change; says which rows' sums are different now."""
        different: set[str] = set()
        for resource in change.put:
            if resource.kind is not Kind.CONTAINER:
                self._parents[resource.address] = resource.parent
        for resource in change.put:
            if resource.kind in _COUNTED:
                different |= self._swap(resource.address, self._share(resource))
        for address in change.gone:
            self._parents.pop(address, None)
            different |= self._swap(address, None)
        return different

    def _swap(self, address: str, share: Share | None) -> set[str]:
        before = self._shares.pop(address, None)
        if share is not None:
            self._shares[address] = share
        if before == share:
            return set()
        different: set[str] = set()
        for one, sign in ((before, -1), (share, 1)):
            if one is not None:
                for parent in one.parents:
                    self._sums.setdefault(parent, Sum()).add(one, sign)
                different.update(one.parents)
        return different

    def _share(self, resource: Resource) -> Share:
        parents = self._above(resource)
        health = resource.status.health
        if isinstance(resource, Service):
            return Share(parents, health, running=resource.running, desired=resource.desired)
        if isinstance(resource, Task) and not resource.service:
            running = int(resource.last_status == "RUNNING")
            desired = int(resource.desired_status == "RUNNING")
            return Share(parents, health, running=running, desired=desired)
        if isinstance(resource, Node):
            return Share(parents, health, nodes=1, online=int(resource.ping == "Online"))
        return Share(parents, health)

    def _above(self, resource: Resource) -> tuple[str, ...]:
        above = [resource.parent]
        while above[-1] != FLEET and len(above) < len(Kind):
            above.append(self._parents.get(above[-1], FLEET))
        return tuple(above)
