"""A task of the pretended fleet and its way from PROVISIONING to STOPPED."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from tui.demo.world.ends import End
from tui.demo.world.spec import ServiceSpec, Trait
from tui.demo.world.timeline import Timeline

KEPT = 3_600.0
"""Seconds that a stopped task can still be described (at least an hour, says AWS)."""

READONLY_REASON = (
    "ExecuteCommandAgent could not be started: mkdir /var/lib/amazon/ssm: read-only file system"
)
AGENT_REASON = "ExecuteCommandAgent exited with code 1: no valid credentials could be retrieved"


@dataclass(slots=True, kw_only=True, eq=False)
class Task:
    """One task; times are seconds since the epoch, 0.0 while they have not come."""

    id: str
    spec: ServiceSpec
    service: str
    """The service's name; empty for a standalone task."""
    revision: int
    deployment: str
    """Of its service: ecs-svc/…; empty for a standalone task."""
    started_by: str
    exec_on: bool
    created: float
    instance: int = -1
    """The number of the container instance it runs on; -1 on Fargate."""
    status: str = "PROVISIONING"
    wanted: str = "RUNNING"
    """desiredStatus."""
    health: str = "UNKNOWN"
    agent: str = "PENDING"
    """lastStatus of the ExecuteCommandAgent."""
    agent_reason: str = ""
    connected: float = 0.0
    pulled_from: float = 0.0
    pulled_until: float = 0.0
    started: float = 0.0
    stopping: float = 0.0
    execution_stopped: float = 0.0
    stopped: float = 0.0
    stop_code: str = ""
    stopped_reason: str = ""
    exit_code: int = 0
    container_reason: str = ""
    version: int = 1
    """Another one with every change that can be seen."""
    told: tuple[tuple[object, ...], bytes] | None = field(default=None, repr=False)
    """What was last told of it, as it is sent, and what that depended on."""

    @property
    def group(self) -> str:
        """The task group that AWS puts it in."""
        return f"service:{self.service}" if self.service else f"family:{self.spec.family}"

    @property
    def ready(self) -> bool:
        """Running, and healthy where somebody checks."""
        return self.status == "RUNNING" and self.wanted == "RUNNING" and self.health != "UNHEALTHY"

    @property
    def reachable(self) -> bool:
        """Whether the exec agent in its containers is connected."""
        return self.exec_on and self.agent == "RUNNING" and self.status in _CONTAINERS_RUN


_CONTAINERS_RUN = frozenset({"RUNNING", "DEACTIVATING", "STOPPING"})


class Lifecycle:
    """Leads tasks through their states; `changed` hears of each new state."""

    def __init__(self, timeline: Timeline, chance: Random, changed: Callable[[Task], None]) -> None:
        self._timeline = timeline
        self._chance = chance
        self._changed = changed

    def start(self, task: Task, end: End | None = None) -> None:
        """Begin with a new task; `end` is what awaits it early."""
        if task.spec.network == "awsvpc":
            task.connected = 0.0
            self._then(task, (3, 8), partial(self._pend, task, end))
        else:
            self._pend(task, end)

    def found(self, task: Task, started: float, unhealthy: bool = False) -> None:
        """A task that has long been running when the demo starts."""
        task.created = started - self._chance.uniform(15, 40)
        task.connected = task.created + 5
        task.pulled_from, task.pulled_until = task.created + 7, started - 4
        task.started, task.status, task.version = started, "RUNNING", 5
        task.health = "UNHEALTHY" if unhealthy else "HEALTHY"
        self._agent_up(task)

    def stop(self, task: Task, end: End) -> None:
        """Begin to stop a task; one that is stopping already goes on as it was."""
        if task.wanted == "STOPPED":
            return
        task.wanted, task.stopping = "STOPPED", self._timeline.now
        task.stop_code, task.stopped_reason = end.code, end.reason
        task.container_reason = end.container_reason
        task.exit_code = 143 if end.exit_code is None else end.exit_code
        phases = []
        if end.exit_code is None and task.status == "RUNNING":
            phases = ["DEACTIVATING", "STOPPING"] if task.spec.balanced else ["STOPPING"]
        if task.spec.network == "awsvpc":
            phases.append("DEPROVISIONING")
        self._wind_down(task, [*phases, "STOPPED"])

    def _then(self, task: Task, seconds: tuple[float, float], action: Callable[[], None]) -> None:
        """Do the next thing in a while, unless the task was told to stop meanwhile."""
        wanted = task.wanted

        def act() -> None:
            if task.wanted == wanted:
                action()

        self._timeline.after(self._chance.uniform(*seconds), act)

    def _become(self, task: Task, status: str) -> None:
        task.status = status
        task.version += 1
        self._changed(task)

    def _pend(self, task: Task, end: End | None) -> None:
        task.connected = task.pulled_from = self._timeline.now
        self._become(task, "PENDING")
        if end is not None and end.code == "TaskFailedToStart":
            self._then(task, (6, 12), partial(self.stop, task, end))
        else:
            self._then(task, (5, 12), partial(self._activate, task, end))

    def _activate(self, task: Task, end: End | None) -> None:
        task.pulled_until = self._timeline.now
        if task.spec.balanced:
            self._become(task, "ACTIVATING")
            self._then(task, (2, 5), partial(self._run, task, end))
        else:
            self._run(task, end)

    def _run(self, task: Task, end: End | None) -> None:
        task.started = self._timeline.now
        self._become(task, "RUNNING")
        self._then(task, (2, 6), partial(self._agent_up, task))
        self._then(task, (8, 15), partial(self._healthy, task))
        if end is not None:
            self._then(task, (15, 40), partial(self.stop, task, end))

    def _healthy(self, task: Task) -> None:
        task.health = "HEALTHY"
        self._become(task, task.status)

    def _agent_up(self, task: Task) -> None:
        if not task.exec_on or task.spec.trait is Trait.AGENT_PENDING:
            return
        if task.spec.trait in (Trait.AGENT_STOPPED, Trait.READONLY):
            task.agent = "STOPPED"
            readonly = task.spec.trait is Trait.READONLY
            task.agent_reason = READONLY_REASON if readonly else AGENT_REASON
        else:
            task.agent = "RUNNING"
        self._become(task, task.status)

    def _wind_down(self, task: Task, phases: list[str]) -> None:
        status = phases[0]
        if status in ("DEPROVISIONING", "STOPPED") and not task.execution_stopped:
            task.execution_stopped = self._timeline.now
            task.health, task.agent = "UNKNOWN", "STOPPED"
            task.agent_reason = "Received Container Stopped event"
        if status == "STOPPED":
            task.stopped = self._timeline.now
        self._become(task, status)
        if len(phases) > 1:
            self._then(task, (3, 9), partial(self._wind_down, task, phases[1:]))
