"""A service of the pretended fleet: its scheduler, deployments and events."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tui.demo.world.dice import Dice
from tui.demo.world.ends import EXITED, End, cannot_pull, scaled, target_group
from tui.demo.world.news import News
from tui.demo.world.spec import ClusterSpec, ServiceSpec, Trait
from tui.demo.world.task import Task
from tui.demo.world.timeline import Timeline

MOST_EVENTS = 100
"""As many as DescribeServices shows."""
_BATCH = 5
"""How many tasks are started at a time."""


@dataclass(slots=True, eq=False)
class Deployment:
    """A deployment of a service."""

    id: str
    """ecs-svc/ and 19 digits."""
    revision: int
    created: float
    updated: float
    rollout: str = "IN_PROGRESS"
    failed: int = 0
    """Tasks that failed to start, in a row."""

    @property
    def rollout_reason(self) -> str:
        """AWS's sentence for the state of the rollout."""
        word = "completed" if self.rollout == "COMPLETED" else "in progress"
        return f"ECS deployment {self.id} {word}."


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a service's diary."""

    id: str
    at: float
    message: str


class Crew(Protocol):
    """Starts and stops tasks for a service."""

    def start(self, service: "Service", deployment: Deployment, end: End | None) -> Task:
        """A new task of the service."""
        ...

    def stop(self, task: Task, end: End) -> None:
        """Begin to stop a task."""
        ...


class Service:
    """A service: it keeps as many tasks of its newest deployment as are desired."""

    def __init__(
        self, cluster: ClusterSpec, spec: ServiceSpec, timeline: Timeline, dice: Dice
    ) -> None:
        self.spec = spec
        self.cluster = cluster
        self.desired = spec.desired
        self.exec_on = spec.execs or spec.trait is Trait.EXEC_LATE
        """Counts for tasks started from now on."""
        self.created = timeline.now - spec.age
        self.tasks: dict[str, Task] = {}
        """By id, also those that have stopped lately."""
        self.deployments: list[Deployment] = []
        """The newest first: PRIMARY, then those being replaced."""
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        """The newest first."""
        self.group = target_group(cluster, spec, dice.hexadecimal(16, "group", spec.family))
        self.news: News | None = None
        """Who hears of its deployments and its scheduler."""
        self._dice = dice
        self._timeline = timeline
        self._planned = False
        self._not_before = 0.0
        self._steady = True
        self._deploys = 0

    @property
    def arn(self) -> str:
        """The service's ARN, in the long form."""
        return self.cluster.arn("service", f"{self.cluster.name}/{self.spec.name}")

    def alive(self) -> list[Task]:
        """The tasks that are meant to run, the oldest first."""
        return [task for task in self.tasks.values() if task.wanted == "RUNNING"]

    def note(self, text: str) -> None:
        """Write an event; the service's name comes before the text, as AWS has it."""
        self._note_at(self._timeline.now, text)

    def _note_at(self, at: float, text: str) -> None:
        identity = self._dice.uuid("event", self.arn, at, text)
        self.events.appendleft(Event(identity, at, f"(service {self.spec.name}) {text}"))

    def deploy(self, revision: int) -> Deployment:
        """Begin a rolling deployment."""
        self._deploys += 1
        digits = self._dice.digits(18, "deployment", self.arn, self._deploys)
        now = self._timeline.now
        deployment = Deployment(f"ecs-svc/{digits}1", revision, now, now)
        self.deployments.insert(0, deployment)
        del self.deployments[5:]
        self._not_before = 0.0
        self._steady = False
        if self.news is not None:
            self.news.deployment(self, deployment, "SERVICE_DEPLOYMENT_IN_PROGRESS")
        return deployment

    def found(self, age: float) -> Deployment:
        """The deployment that has been complete for that many seconds when the demo starts."""
        deployment = self.deploy(self.spec.revision)
        deployment.created = self._timeline.now - age
        deployment.updated = deployment.created + 95
        deployment.rollout = "COMPLETED"
        self._steady = True
        self._note_at(deployment.updated - 20, f"has started {self.desired} tasks.")
        self._note_at(deployment.updated, f"(deployment {deployment.id}) deployment completed.")
        self._note_at(self._timeline.now - age % 21_600, "has reached a steady state.")
        return deployment

    def plan(self, crew: Crew, seconds: float = 1.5) -> None:
        """Let the scheduler look at the service in a moment."""
        if self._planned:
            return
        self._planned = True

        def look() -> None:
            self._planned = False
            self._reconcile(crew)

        self._timeline.after(seconds, look)

    def failed(self, task: Task) -> None:
        """A task ended that should not have: the next starts wait longer each time."""
        self._steady = False
        for deployment in self.deployments:
            if deployment.id == task.deployment:
                deployment.failed += 1
                wait = min(180.0, 10.0 * 2 ** min(deployment.failed, 5))
                self._not_before = self._timeline.now + wait
                if deployment.failed % 4 == 0:
                    self.note(
                        "is unable to consistently start tasks successfully. For more "
                        "information, see the Troubleshooting section of the Amazon ECS "
                        "Developer Guide."
                    )
                    self._act("SERVICE_TASK_START_IMPAIRED")

    def _reconcile(self, crew: Crew) -> None:
        primary = self.deployments[0]
        alive = self.alive()
        fresh = [task for task in alive if task.deployment == primary.id]
        old = [task for task in alive if task.deployment != primary.id]
        missing = self.desired - len(fresh)
        if missing > 0:
            self._start(crew, primary, min(missing, 2 * self.desired - len(alive)))
        self._stop_surplus(crew, primary, fresh, old)
        self._settle(primary, fresh, old)

    def _start(self, crew: Crew, primary: Deployment, count: int) -> None:
        wait = self._not_before - self._timeline.now
        if wait > 0:
            self.plan(crew, wait)
            return
        count = min(count, 1 if primary.failed else _BATCH)
        started = [crew.start(self, primary, self._doom(primary)) for _ in range(max(0, count))]
        if started:
            self._steady = False
            ids = " ".join(f"(task {task.id})" for task in started)
            self.note(f"has started {len(started)} tasks: {ids}.")
            self.plan(crew, 5.0)

    def _doom(self, primary: Deployment) -> End | None:
        """What awaits the next new task, if the service is not well."""
        if self.spec.trait is Trait.NO_PULL and primary.revision > self.spec.revision:
            image = self.spec.containers[0].image
            registry = f"{self.cluster.account}.dkr.ecr.{self.cluster.region}.amazonaws.com"
            return cannot_pull(f"{registry}/{image}:v{primary.revision}")
        others = [task for task in self.alive() if task.deployment == primary.id]
        if self.spec.trait is Trait.CRASHING and len(others) + 1 >= self.desired:
            return EXITED
        return None

    def _stop_surplus(
        self, crew: Crew, primary: Deployment, fresh: list[Task], old: list[Task]
    ) -> None:
        ready = [task for task in fresh if task.ready and task.health == "HEALTHY"]
        surplus = len(ready) + len(old) - self.desired
        leaving = old or list(reversed(fresh))
        chosen = leaving[: max(0, surplus)]
        for task in chosen:
            crew.stop(task, scaled(primary.id))
        if chosen:
            self._steady = False
            ids = " ".join(f"(task {task.id})" for task in chosen)
            self.note(f"has stopped {len(chosen)} running tasks: {ids}.")
            if self.spec.balanced:
                self.note(f"deregistered {len(chosen)} targets in (target-group {self.group})")
                self.note(f"has begun draining connections on {len(chosen)} tasks.")

    def _settle(self, primary: Deployment, fresh: Iterable[Task], old: list[Task]) -> None:
        fresh = list(fresh)
        ready = [task for task in fresh if task.status == "RUNNING" and task.wanted == "RUNNING"]
        if old or len(fresh) != self.desired or len(ready) != self.desired or self._steady:
            return
        self._steady = True
        if primary.rollout == "IN_PROGRESS":
            primary.rollout, primary.updated = "COMPLETED", self._timeline.now
            self.note(f"(deployment {primary.id}) deployment completed.")
            if self.news is not None:
                self.news.deployment(self, primary, "SERVICE_DEPLOYMENT_COMPLETED")
        if self.spec.trait is not Trait.CRASHING:
            primary.failed = 0
        del self.deployments[1:]
        self.note("has reached a steady state.")
        self._act("SERVICE_STEADY_STATE")

    def _act(self, name: str) -> None:
        if self.news is not None:
            self.news.action(self, name, self._timeline.now)
