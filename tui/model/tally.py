"""Health and counts of everything below each row, kept up to date change by change.

What counts is what a person would mend: services, tasks and managed nodes. Containers follow
their task. Nothing is kept of a single row: what it adds is worked out from itself, once when it
comes and once when it goes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tui.model.kind import Kind
from tui.model.resource import FLEET, Node, Resource, Service, Task
from tui.model.status import Health

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

    def add(self, other: "Sum", sign: int) -> None:
        """Count another sum in, or out with `sign` -1."""
        for health, number in other.health.items():
            if number:
                self.health[health] += sign * number
        self.running += sign * other.running
        self.desired += sign * other.desired
        self.nodes += sign * other.nodes
        self.online += sign * other.online

    def count(self, resource: Resource, sign: int) -> None:
        """Count one resource in, or out with `sign` -1."""
        self.health[resource.status.health] += sign
        if isinstance(resource, Service):
            self.running += sign * resource.running
            self.desired += sign * resource.desired
        elif isinstance(resource, Task) and not resource.service:
            self.running += sign * (resource.last_status == "RUNNING")
            self.desired += sign * (resource.desired_status == "RUNNING")
        elif isinstance(resource, Node):
            self.nodes += sign
            self.online += sign * (resource.ping == "Online")

    @property
    def worst(self) -> Health:
        """The worst health that occurs; unknown when nothing is counted."""
        for health in (Health.BAD, Health.BUSY, Health.OK, Health.OFF):
            if self.health[health]:
                return health
        return Health.UNKNOWN


NOTHING = Sum()
"""Of a row with nothing below it; never to be changed."""


class Tally:
    """The sums of all rows that have something to count below them. `get` finds a resource."""

    def __init__(self, get: Callable[[str], Resource | None]) -> None:
        self._get = get
        self._sums: dict[str, Sum] = {}

    def below(self, address: str) -> Sum:
        """What is below a row; it is the tally's own and changes with it."""
        return self._sums.get(address, NOTHING)

    def addresses(self) -> tuple[str, ...]:
        """The rows that have a sum."""
        return tuple(self._sums)

    def swap(self, before: Resource | None, after: Resource | None, different: set[str]) -> None:
        """A resource comes, goes or is another; adds to `different` whose sums changed by it.

        What is below the resource moves with it: it may have been there before its parent was.
        """
        if before is not None and after is not None and before.parent == after.parent:
            if _counts_alike(before, after):
                return
            for sum_ in self._above(before, different):
                sum_.count(before, -1)
                sum_.count(after, 1)
            return
        for one, sign in ((before, -1), (after, 1)):
            if one is not None:
                self._move(one, sign, different)

    def forget(self, address: str) -> None:
        """The row is gone, and all below it."""
        self._sums.pop(address, None)

    def _move(self, resource: Resource, sign: int, different: set[str]) -> None:
        counted = resource.kind in _COUNTED
        below = self._sums.get(resource.address)
        if not counted and below is None:
            return
        for sum_ in self._above(resource, different):
            if counted:
                sum_.count(resource, sign)
            if below is not None:
                sum_.add(below, sign)

    def _above(self, resource: Resource, different: set[str]) -> Iterator[Sum]:
        """The sums of all that is above a resource, as far up as it is known."""
        above: Resource | None = resource
        while above is not None:
            parent = above.parent
            sum_ = self._sums.get(parent)
            if sum_ is None:
                sum_ = self._sums[parent] = Sum()
            different.add(parent)
            yield sum_
            above = self._get(parent) if parent != FLEET else None


def _counts_alike(one: Resource, other: Resource) -> bool:
    """Whether both add the same to what is above them."""
    if one.kind not in _COUNTED and other.kind not in _COUNTED:
        return True
    if one.kind is not other.kind or one.status.health is not other.status.health:
        return False
    if isinstance(one, Service) and isinstance(other, Service):
        return one.running == other.running and one.desired == other.desired
    if isinstance(one, Task) and isinstance(other, Task):
        return (one.service, one.last_status, one.desired_status) == (
            other.service, other.last_status, other.desired_status,
        )  # fmt: skip
    return isinstance(one, Node) and isinstance(other, Node) and one.ping == other.ping
