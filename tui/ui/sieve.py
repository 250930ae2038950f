"""What the tree shows of the fleet: the text of the filter, and whether only trouble counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.model.query import Filter
from tui.model.resource import Resource
from tui.model.status import Health
from tui.ui.row import Fleet

_UNHEALTHY = frozenset({Health.BAD, Health.BUSY})


@dataclass(frozen=True, slots=True)
class Sieve:
    """A choice of rows."""

    text: str = ""
    unhealthy: bool = False

    def __bool__(self) -> bool:
        return bool(Filter(self.text)) or self.unhealthy

    @property
    def whole(self) -> bool:
        """Whether what hangs below a chosen row may be shown too."""
        return not self.unhealthy

    def with_words(self, words: str) -> "Sieve":
        """The same with another text."""
        return replace(self, text=words)

    def wanted(self, fleet: Fleet) -> Callable[[Resource], bool] | None:
        """Says of a resource whether it is chosen; None when everything is.

        A row below a match that matches only because its address contains that of the match is
        no match of its own: it is found by opening.
        """
        words = Filter(self.text)
        if self.unhealthy:
            return lambda r: _unhealthy(fleet, r) and words.matches(r)
        if not words:
            return None

        def topmost(resource: Resource) -> bool:
            if not words.matches(resource):
                return False
            above = fleet.get(resource.parent)
            return above is None or not words.matches(above)

        return topmost


def _unhealthy(fleet: Fleet, resource: Resource) -> bool:
    """Whether a resource is, or what is below it cannot be listed."""
    if resource.status.health in _UNHEALTHY:
        return True
    return fleet.freshness(resource.address).trouble is not None
