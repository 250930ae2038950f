"""A small fleet, made by hand, for tests that need resources and no AWS."""

from tui.model.resource import (
    NODES_NAME,
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

RUNNING = Status("RUNNING", Health.OK)
HERE = "prod/eu-west-1"
CLUSTER = f"{HERE}/payments"
API = f"{CLUSTER}/api"


def container(name: str, task: str = "3f2a91", **changes: object) -> Container:
    parent = f"{API}/{task}"
    known: dict[str, object] = {
        "address": f"{parent}/{name}",
        "parent": parent,
        "name": name,
        "status": RUNNING,
        "account": "prod",
        "region": "eu-west-1",
        "cluster": "payments",
        "task_id": task,
        "task_arn_stem": "arn:aws:ecs:eu-west-1:111122223333:task/payments/",
        "runtime_tail": "-1234567890",
        "last_status": "RUNNING",
        "exec_enabled": True,
        "agent_status": "RUNNING",
    }
    return Container(**(known | changes))  # type: ignore[arg-type]


def task(task_id: str = "3f2a91", **changes: object) -> Task:
    known: dict[str, object] = {
        "address": f"{API}/{task_id}",
        "parent": API,
        "name": task_id,
        "status": RUNNING,
        "arn_stem": "arn:aws:ecs:eu-west-1:111122223333:task/payments/",
        "account": "prod",
        "region": "eu-west-1",
        "cluster": "payments",
        "service": "api",
        "last_status": "RUNNING",
        "exec_enabled": True,
    }
    return Task(**(known | changes))  # type: ignore[arg-type]


def node(instance_id: str = "i-0abc", **changes: object) -> Node:
    known: dict[str, object] = {
        "address": address_of(HERE, instance_id),
        "parent": f"{HERE}/{NODES_NAME}",
        "name": instance_id,
        "account": "prod",
        "region": "eu-west-1",
        "instance_id": instance_id,
        "ping": "Online",
        "platform": "Linux",
    }
    return Node(**(known | changes))  # type: ignore[arg-type]


def service(name: str = "api") -> Service:
    return Service(
        address=f"{CLUSTER}/{name}",
        parent=CLUSTER,
        name=name,
        arn=f"arn:aws:ecs:eu-west-1:111122223333:service/payments/{name}",
        account="prod",
        region="eu-west-1",
        cluster="payments",
    )


def fleet() -> list[Resource]:
    """One account and region with a cluster of two services and a node."""
    return [
        Account(address="prod", parent="", name="prod"),
        Region(address=HERE, parent="prod", name="eu-west-1", account="prod"),
        Cluster(
            address=CLUSTER,
            parent=HERE,
            name="payments",
            arn="arn:aws:ecs:eu-west-1:111122223333:cluster/payments",
            account="prod",
            region="eu-west-1",
        ),
        Nodes(
            address=f"{HERE}/{NODES_NAME}",
            parent=HERE,
            name=NODES_NAME,
            account="prod",
            region="eu-west-1",
        ),
        service("api"),
        service("worker"),
        task(),
        container("app"),
        container("envoy"),
        node(),
    ]
