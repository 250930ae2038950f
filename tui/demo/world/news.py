"""What a living cluster tells of itself as it happens, to whoever has asked to hear it."""

from typing import TYPE_CHECKING, Protocol

from tui.demo.world.task import Task

if TYPE_CHECKING:
    from tui.demo.world.cluster import Cluster
    from tui.demo.world.service import Deployment, Service


class News(Protocol):
    """Hears of changes; `at` is when they happened, in seconds since the epoch."""

    def task(self, cluster: "Cluster", task: Task, at: float) -> None:
        """A task is new, or has another version."""
        ...

    def deployment(self, service: "Service", deployment: "Deployment", name: str) -> None:
        """A deployment has begun or ended; `name` is ECS's eventName."""
        ...

    def action(self, service: "Service", name: str, at: float) -> None:
        """The scheduler has something to say; `name` is ECS's eventName."""
        ...
