"""A living cluster: its services, tasks and what befalls them, simulated from its own seed.

It is made when somebody first looks at it, and brought up to date whenever somebody looks again;
what has happened by a given time does not depend on when anybody looked.
"""

from collections.abc import Iterator
from functools import partial

from tui.demo.world.dice import Dice
from tui.demo.world.ends import (
    CONTAINER_UNHEALTHY,
    EXITED,
    FINISHED,
    OUT_OF_MEMORY,
    End,
    balancer_unhealthy,
    by_user,
)
from tui.demo.world.news import News
from tui.demo.world.service import Deployment, Service
from tui.demo.world.spec import EC2, ClusterSpec, ServiceSpec, Trait
from tui.demo.world.task import KEPT, Lifecycle, Task
from tui.demo.world.timeline import Timeline

MEAN_TASK_LIFE = 7_200.0
"""Seconds until a task meets an accident, on average."""
MEAN_BETWEEN_DEPLOYMENTS = 3_600.0
"""Seconds between two deployments of a service, on average."""
_MOST_STOPPED = 200

_ILL = frozenset({Trait.CRASHING, Trait.NO_PULL, Trait.UNHEALTHY})
"""Services that are left alone by deployments and accidents: they have trouble of their own."""


class Cluster:
    """All that lives in one cluster; it is the crew of its services."""

    def __init__(self, spec: ClusterSpec, dice: Dice, epoch: float) -> None:
        self.spec = spec
        self.tasks: dict[str, Task] = {}
        """By id, also those that have stopped lately."""
        self._dice = dice
        self._news: News | None = None
        self._timeline = Timeline(epoch)
        self._chance = dice.stream("life", spec.key)
        self._lifecycle = Lifecycle(self._timeline, self._chance, self._changed)
        self._serial = 0
        self._stopped: list[Task] = []
        self.services = {
            one.name: Service(spec, one, self._timeline, dice) for one in spec.services
        }
        for service in self.services.values():
            self._found(service)
        for one in spec.standalone:
            self._found_alone(one)
        if spec.schedule is not None:
            self._timeline.after(self._chance.uniform(5, 120), self._scheduled)
        self._next_accident()

    @property
    def arn(self) -> str:
        """The cluster's ARN."""
        return self.spec.arn("cluster", self.spec.name)

    def advance(self, now: float) -> None:
        """Let happen what happens until now."""
        self._timeline.advance(now)

    def listen(self, news: News) -> None:
        """Tell of everything that happens from now on."""
        self._news = news
        for service in self.services.values():
            service.news = news

    def task_arn(self, task: Task) -> str:
        """A task's ARN, in the long form."""
        return self.spec.arn("task", f"{self.spec.name}/{task.id}")

    def instance_arn(self, index: int) -> str:
        """The ARN of a container instance."""
        identity = self._dice.known(32, "container instance", self.spec.key, str(index))
        return self.spec.arn("container-instance", f"{self.spec.name}/{identity}")

    def on_instance(self, index: int) -> Iterator[Task]:
        """The tasks on a container instance, those that have not stopped."""
        return (t for t in self.tasks.values() if t.instance == index and t.status != "STOPPED")

    # What people may do.

    def stop_task(self, task: Task, reason: str) -> None:
        """StopTask."""
        self.stop(task, by_user(reason))

    def update(
        self, service: Service, *, force: bool, exec_on: bool | None, desired: int | None
    ) -> None:
        """UpdateService: what is None stays as it is."""
        if exec_on is not None:
            service.exec_on = exec_on
        if desired is not None:
            service.desired = desired
        if force or desired is not None:
            if force:
                service.deploy(service.deployments[0].revision)
            service.plan(self)

    # The crew.

    def start(self, service: Service, deployment: Deployment, end: End | None) -> Task:
        """A new task of a service."""
        task = self._new(service.spec, service.spec.name, deployment, service.exec_on)
        service.tasks[task.id] = task
        self._tell(task)
        self._lifecycle.start(task, end)
        return task

    def stop(self, task: Task, end: End) -> None:
        """Begin to stop a task."""
        self._lifecycle.stop(task, end)
        service = self.services.get(task.service)
        if service is not None:
            service.plan(self)

    def _new(
        self, spec: ServiceSpec, service: str, deployment: Deployment | None, exec_on: bool
    ) -> Task:
        self._serial += 1
        task = Task(
            id=self._dice.hexadecimal(32, "task", self.spec.key, self._serial),
            spec=spec,
            service=service,
            revision=deployment.revision if deployment else spec.revision,
            deployment=deployment.id if deployment else "",
            started_by=deployment.id if deployment else "",
            exec_on=exec_on,
            created=self._timeline.now,
        )
        if spec.launch == EC2:
            task.instance = self._dice.number("place", task.id) % self.spec.instances
        self.tasks[task.id] = task
        return task

    def _tell(self, task: Task) -> None:
        if self._news is not None:
            self._news.task(self, task, self._timeline.now)

    def _changed(self, task: Task) -> None:
        self._tell(task)
        service = self.services.get(task.service)
        if task.status == "STOPPED":
            self._timeline.after(KEPT, partial(self._forget, task))
            self._stopped.append(task)
            if len(self._stopped) > _MOST_STOPPED:
                self._forget(self._stopped.pop(0))
            failed = task.stop_code in ("EssentialContainerExited", "TaskFailedToStart")
            if service is not None and failed:
                service.failed(task)
        if service is not None:
            service.plan(self)

    def _forget(self, task: Task) -> None:
        self.tasks.pop(task.id, None)
        if task in self._stopped:
            self._stopped.remove(task)
        service = self.services.get(task.service)
        if service is not None:
            service.tasks.pop(task.id, None)

    # What was there when the demo started.

    def _found(self, service: Service) -> None:
        spec, now = service.spec, self._timeline.now
        deployment = service.found(self._chance.uniform(3_600, 1_000_000))
        ill = spec.trait is Trait.CRASHING
        for index in range(spec.desired - 1 if ill else spec.desired):
            task = self._new(spec, spec.name, deployment, spec.execs)
            service.tasks[task.id] = task
            late = self._chance.random() < 0.1
            started = now - (now - deployment.created) * (self._chance.random() if late else 0.99)
            self._lifecycle.found(task, started, spec.trait is Trait.UNHEALTHY and index == 0)
        if spec.trait is Trait.NO_PULL:
            service.deploy(spec.revision + 1)
        if spec.trait is Trait.DEPLOYING:
            self._timeline.after(self._chance.uniform(4, 10), partial(self._deploy, service))
        elif spec.trait not in _ILL and spec.trait is not Trait.EXEC_LATE:
            self._next_deployment(service)
        service.plan(self)

    def _found_alone(self, spec: ServiceSpec) -> None:
        task = self._new(spec, "", None, True)
        task.started_by = "ops"
        self._lifecycle.found(task, self._timeline.now - self._chance.uniform(600, 90_000))

    # What happens by itself.

    def _next_deployment(self, service: Service) -> None:
        wait = max(300.0, self._chance.expovariate(1 / MEAN_BETWEEN_DEPLOYMENTS))
        self._timeline.after(wait, partial(self._deploy, service))

    def _deploy(self, service: Service) -> None:
        service.deploy(service.deployments[0].revision + 1)
        service.plan(self)
        self._next_deployment(service)

    def _scheduled(self) -> None:
        """A rule starts a task that ends by itself."""
        if self.spec.schedule is not None:
            task = self._new(self.spec.schedule, "", None, True)
            task.started_by = f"events-rule/{self.spec.schedule.name}"
            self._tell(task)
            self._lifecycle.start(task, FINISHED)
        self._timeline.after(self._chance.uniform(240, 400), self._scheduled)

    def _next_accident(self) -> None:
        wait = self._chance.expovariate(max(1, len(self.tasks)) / MEAN_TASK_LIFE)
        self._timeline.after(max(60.0, wait), self._accident)

    def _accident(self) -> None:
        candidates = [
            task
            for service in self.services.values()
            if service.spec.trait not in _ILL
            for task in service.alive()
            if task.ready
        ]
        if candidates:
            self._hurt(self._chance.choice(candidates))
        self._next_accident()

    def _hurt(self, task: Task) -> None:
        service = self.services[task.service]
        port = task.spec.containers[0].ports[0]
        kinds = [EXITED, OUT_OF_MEMORY]
        if task.spec.balanced:
            kinds += [CONTAINER_UNHEALTHY, balancer_unhealthy(service.group)]
        end = self._chance.choice(kinds)
        if "health checks" not in end.reason:
            self.stop(task, end)
            return
        task.health = "UNHEALTHY"
        task.version += 1
        self._tell(task)
        if "ELB" in end.reason:
            service.note(
                f"(port {port}) is unhealthy in (target-group {service.group}) due to "
                "(reason Health checks failed with these codes: [503])."
            )
        self._timeline.after(self._chance.uniform(8, 15), partial(self.stop, task, end))
