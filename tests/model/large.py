"""A fleet of any size, made without AWS: what searches and benchmarks are measured with."""

import random
from collections.abc import Iterator
from sys import intern

from tui.model.resource import (
    FLEET,
    NODES_NAME,
    Account,
    Cluster,
    Container,
    Node,
    Nodes,
    Region,
    Resource,
    Service,
    Tags,
    Task,
    address_of,
)
from tui.model.status import Health, Status

NOW = 1_767_225_600.0

_STATUSES = (
    *(Status("RUNNING", Health.OK),) * 90,
    *(Status("PENDING", Health.BUSY),) * 6,
    *(Status("STOPPED", Health.BAD),) * 4,
)
_FIRST = [
    *("payments", "orders", "search", "billing", "shipping"),
    *("catalog", "identity", "ledger", "media", "notify"),
]
_SECOND = [
    *("api", "worker", "web", "gateway", "cron"),
    *("consumer", "indexer", "proxy", "admin", "bridge"),
]
_CONTAINERS = ("app", "envoy", "datadog-agent", "log-router")
_TEAMS = tuple((("env", e), ("team", t)) for e in ("prod", "dev") for t in _FIRST)


def large(
    *, sites: int = 200, clusters: int = 1000, services: int = 8000, tasks: int = 50_000,
    nodes: int = 20_000, seed: int = 1,
) -> Iterator[Resource]:  # fmt: skip
    """Resources, parents before children; two containers to a task."""
    dice = random.Random(seed)
    regions = list(_sites(sites))
    for parent, region in regions:
        yield from [parent] if parent is not None else []
        yield region
    places = []
    for number in range(clusters):
        cluster = _cluster(regions[number % sites][1], f"{dice.choice(_FIRST)}-{number // sites}")
        places.append(cluster)
        yield cluster
    homes = []
    for number in range(services):
        name = f"{dice.choice(_FIRST)}-{dice.choice(_SECOND)}-{number // clusters}"
        homes.append(_service(places[number % clusters], name, dice.choice(_TEAMS)))
        yield homes[-1]
    for number in range(tasks):
        yield from _task(homes[number % services], dice)
    yield from _nodes([region for _, region in regions], nodes, dice)


def _sites(count: int) -> Iterator[tuple[Account | None, Region]]:
    names = ("eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2")
    for number in range(count):
        called = f"{('prod', 'staging', 'dev')[number // 4 % 3]}-{number // 4}"
        account = Account(
            address=called, parent=FLEET, name=called, account_id=f"{10**11 + number // 4}"
        )
        region = Region(
            address=address_of(called, names[number % 4]),
            parent=called,
            name=names[number % 4],
            account=called,
        )
        yield (account if number % 4 == 0 else None), region


def _cluster(region: Region, name: str) -> Cluster:
    return Cluster(
        address=address_of(region.address, name),
        parent=region.address,
        name=name,
        arn=f"arn:aws:ecs:{region.name}:111122223333:cluster/{name}",
        account=region.account,
        region=region.address,
        status=Status("ACTIVE", Health.OK),
    )


def _service(cluster: Cluster, name: str, tags: Tags) -> Service:
    return Service(
        address=address_of(cluster.address, name),
        parent=cluster.address,
        name=name,
        arn=f"{cluster.arn.replace('cluster/', 'service/')}/{name}",
        account=cluster.account,
        region=cluster.region,
        cluster=cluster.name,
        exec_enabled=True,
        launch_type="FARGATE",
        task_definition=intern(f"{name}:42"),
        created_at=NOW - 86400 * 9,
        status=Status("steady", Health.OK),
        tags=tags,
    )


def _task(service: Service, dice: random.Random) -> Iterator[Resource]:
    name = f"{dice.getrandbits(128):032x}"
    status = dice.choice(_STATUSES)
    task = Task(
        address=address_of(service.address, name),
        parent=service.address,
        name=name,
        arn_stem=intern(service.arn.replace("service/", "task/").rpartition("/")[0] + "/"),
        account=service.account,
        region=service.region,
        cluster=service.cluster,
        service=service.name,
        task_definition=service.task_definition,
        launch_type="FARGATE",
        last_status=status.word,
        desired_status="RUNNING",
        exec_enabled=True,
        private_ip=f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}",
        created_at=NOW - dice.randrange(86400 * 9),
        status=status,
        tags=service.tags,
    )
    yield task
    for called in dice.sample(_CONTAINERS, 2):
        yield Container(
            address=address_of(task.address, called),
            parent=task.address,
            name=called,
            account=task.account,
            region=task.region,
            cluster=task.cluster,
            task_id=task.name,
            task_arn_stem=task.arn_stem,
            task_definition=task.task_definition,
            runtime_tail=f"-{dice.randrange(10**10)}",
            image=intern(f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/{called}:1.27.3"),
            last_status=status.word,
            exec_enabled=True,
            agent_status=status.word,
            private_ip=task.private_ip,
            started_at=task.created_at,
            status=status,
        )


def _nodes(regions: list[Region], count: int, dice: random.Random) -> Iterator[Resource]:
    groups = [
        Nodes(
            address=address_of(region.address, NODES_NAME),
            parent=region.address,
            name=NODES_NAME,
            account=region.account,
            region=region.address,
        )
        for region in regions
    ]
    yield from groups
    for number in range(count):
        group = groups[number % len(groups)]
        instance = f"i-{dice.getrandbits(68):017x}"
        yield Node(
            address=address_of(group.parent, instance),
            parent=group.address,
            name=f"{dice.choice(_FIRST)}-{dice.choice(_SECOND)}-{number}",
            account=group.account,
            region=group.region,
            instance_id=instance,
            ping="Online",
            platform="Linux",
            platform_name="Amazon Linux",
            platform_version="2023",
            agent_version="3.3.2299.0",
            private_ip=f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}",
            hostname=f"ip-10-0-{number % 250}-{number % 251}.ec2.internal",
            status=Status("Online", Health.OK),
            tags=dice.choice(_TEAMS),
        )
