"""A made-up fleet of any size, every row with a name of its own; and how its rows become others.

At 100,000 containers: 200 account-region pairs, 400 clusters, 4,000 services, 50,000 tasks and
20,000 managed nodes, much as the demo's fleets are. The first region holds nodes only: they are
the first rows of the tree, and some of all that changes is there, so that it can be seen.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui.model.resource import (
    Account,
    Cluster,
    Container,
    Node,
    Nodes,
    Region,
    Resource,
    Service,
    Task,
    address_of,
)
from tui.model.status import Health, Status

_REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
_SERVICES = 10
"""In a cluster."""
_IN_SIGHT = 0.05
"""Which part of all changes is among the first rows."""
_FIRST_ROWS = 60
_STATES = (
    Status("RUNNING", Health.OK),
    Status("PENDING", Health.BUSY),
    Status("STOPPED", Health.OFF),
)
_PINGS = (Status("Online", Health.OK), Status("ConnectionLost", Health.BAD))


@dataclass(slots=True)
class Synthetic:
    """The fleet; `rows` gives it, the other two give changes of it."""

    containers: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    _tasks: list[Task] = field(default_factory=list)
    _nodes: list[tuple[Nodes, Node]] = field(default_factory=list)
    _groups: list[Nodes] = field(default_factory=list)

    def rows(self) -> Iterator[Resource]:
        """Everything, parents before children."""
        pairs = max(2, min(200, self.containers // 100))
        services = max(1, pairs * 2 * _SERVICES)
        each = max(1, round(self.containers / 2 / services))
        for pair in range(pairs):
            number, place = divmod(pair, len(_REGIONS))
            account = f"team{number:02}-prod"
            if not place:
                yield Account(address=account, parent="", name=account, account_id=f"{number:012}")
            region = Region(
                address=f"{account}/{_REGIONS[place]}",
                parent=account,
                name=_REGIONS[place],
                account=account,
            )
            yield region
            yield from self._nodes_of(region, max(1, self.containers // 5 // pairs))
            for cluster in range(2 if pair else 0):
                yield from self._cluster(region, pair * 2 + cluster, each)

    def changes(self, count: int) -> list[Resource]:
        """That many rows as they are from now on: nodes, tasks and their containers."""
        changed: list[Resource] = []
        for _ in range(count):
            if self.chance.random() < _IN_SIGHT:
                changed.append(self._changed_node(self.chance.randrange(_FIRST_ROWS)))
            elif self.chance.random() < 0.2:
                changed.append(self._changed_node(self.chance.randrange(len(self._nodes))))
            else:
                task = self.chance.choice(self._tasks)
                changed.append(_container(task, 0, self.chance.choice(_STATES)))
        return changed

    def additions(self, count: int) -> list[Resource]:
        """That many new nodes, anywhere, some of them among the first rows."""
        seen = self.chance.random() < 2 * _IN_SIGHT
        group = self._groups[0] if seen else self.chance.choice(self._groups)
        return [_node(group, self._name(self.chance.randrange(16**6))) for _ in range(count)]

    def _changed_node(self, index: int) -> Node:
        place = index % len(self._nodes)
        group, was = self._nodes[place]
        now = _node(group, was.name, _PINGS[was.ping == _PINGS[0].word])
        self._nodes[place] = group, now
        return now

    def _nodes_of(self, region: Region, count: int) -> Iterator[Resource]:
        group = Nodes(
            address=address_of(region.address, "managed nodes"),
            parent=region.address,
            name="managed nodes",
            account=region.account,
            region=region.name,
        )
        self._groups.append(group)
        yield group
        for _ in range(count):
            node = _node(group, self._name(len(self._nodes) * 16))
            self._nodes.append((group, node))
            yield node

    def _name(self, number: int) -> str:
        return f"i-0{number:06x}{self.chance.randrange(16**10):010x}"

    def _cluster(self, region: Region, number: int, tasks: int) -> Iterator[Resource]:
        name = f"cluster-{number:03}"
        address = f"{region.address}/{name}"
        arn = f"arn:aws:ecs:{region.name}:{region.account}"
        yield Cluster(
            address=address,
            parent=region.address,
            name=name,
            arn=f"{arn}:cluster/{name}",
            account=region.account,
            region=region.name,
        )
        for index in range(_SERVICES):
            service = Service(
                address=f"{address}/web-{number * _SERVICES + index:04}",
                parent=address,
                name=f"web-{number * _SERVICES + index:04}",
                status=Status("ACTIVE", Health.OK),
                arn=f"{arn}:service/{name}/web-{number * _SERVICES + index:04}",
                cluster=name,
                desired=tasks,
                running=tasks,
                exec_enabled=True,
                account=region.account,
                region=region.name,
            )
            yield service
            for _ in range(tasks):
                yield from self._task(service)

    def _task(self, service: Service) -> Iterator[Resource]:
        name = f"{len(self._tasks):08x}{self.chance.randrange(16**24):024x}"
        task = Task(
            address=f"{service.address}/{name}",
            parent=service.address,
            name=name,
            status=_STATES[0],
            arn_stem=f"arn:aws:ecs:{service.region}:{service.account}:task/{service.cluster}/",
            account=service.account,
            region=service.region,
            cluster=service.cluster,
            service=service.name,
            task_definition=f"{service.name}:12",
            launch_type="FARGATE",
            last_status="RUNNING",
            exec_enabled=True,
            started_at=1_700_000_000.0 + len(self._tasks),
        )
        self._tasks.append(task)
        yield task
        yield _container(task, 0, _STATES[0])
        yield _container(task, 1, _STATES[0])


def _container(task: Task, which: int, status: Status) -> Container:
    name = f"{('app', 'log')[which]}-{task.name[:8]}"
    return Container(
        address=f"{task.address}/{name}",
        parent=task.address,
        name=name,
        status=status,
        account=task.account,
        region=task.region,
        cluster=task.cluster,
        task_id=task.name,
        task_arn_stem=task.arn_stem,
        task_definition=task.task_definition,
        runtime_tail=f"-{which:010}",
        image=f"registry.example/{task.service}:1.4.2",
        last_status=status.word,
        exec_enabled=True,
        agent_status="RUNNING",
        started_at=task.started_at,
    )


def _node(group: Nodes, name: str, status: Status = _PINGS[0]) -> Node:
    return Node(
        address=f"{group.parent}/{name}",
        parent=group.address,
        name=name,
        status=status,
        account=group.account,
        region=group.region,
        instance_id=name,
        ping=status.word,
        platform="Linux",
        platform_name="Amazon Linux",
        agent_version="3.3.987.0",
        hostname=f"ip-{name[2:8]}.internal",
    )
