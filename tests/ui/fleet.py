"""A fleet for the screen's tests: three accounts, everything that has a look of its own."""

from tui.errors import LoginExpired
from tui.model.kind import Kind
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
    Task,
    address_of,
)
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store

NOW = 1_767_225_600.0
"""2026-01-01, the tests' today."""

HOUR = 3600.0
REGION = "prod/eu-west-1"
NODES = f"{REGION}/{NODES_NAME}"
PAYMENTS = f"{REGION}/payments"
API = f"{PAYMENTS}/api"
API_TASK = f"{API}/3f2a91c07d5e4b1f"
APP = f"{API_TASK}/app"
WORKER = f"{PAYMENTS}/worker"

RUNNING = Status("RUNNING", Health.OK)
STEADY = Status("steady", Health.OK)


def account(name: str, number: str) -> Account:
    arn = f"arn:aws:sts::{number}:assumed-role/Operator/ada"
    return Account(
        address=name, parent=FLEET, name=name, account_id=number, profile=name, caller=arn
    )


def region(above: str, name: str) -> Region:
    return Region(address=address_of(above, name), parent=above, name=name, account=above)


def cluster(
    above: str, name: str, services: int = 0, running: int = 0, pending: int = 0
) -> Cluster:
    arn = f"arn:aws:ecs:eu-west-1:111122223333:cluster/{name}"
    return Cluster(
        address=address_of(above, name),
        parent=above,
        name=name,
        arn=arn,
        account=above.partition("/")[0],
        region=above,
        status=Status("ACTIVE", Health.OK),
        services=services,
        running=running,
        pending=pending,
    )


def service(
    above: str,
    name: str,
    running: int = 1,
    desired: int = 1,
    status: Status = STEADY,
    days: float = 3,
    rollout: str = "COMPLETED",
) -> Service:
    return Service(
        address=address_of(above, name),
        parent=above,
        name=name,
        arn=f"arn:aws:ecs:eu-west-1:111122223333:service/x/{name}",
        account=above.partition("/")[0],
        region="/".join(above.split("/")[:2]),
        cluster=above.rpartition("/")[2],
        desired=desired,
        running=running,
        exec_enabled=True,
        launch_type="FARGATE",
        task_definition=f"{name}:42",
        created_at=NOW - days * 24 * HOUR,
        status=status,
        rollout=rollout,
    )


def task(
    above: str, name: str, hours: float = 5, status: Status = RUNNING, exec_enabled: bool = True
) -> Task:
    under_service = above.count("/") == 3
    where = above.split("/")
    return Task(
        address=address_of(above, name[:16]),
        parent=above,
        name=name,
        arn_stem=f"arn:aws:ecs:eu-west-1:111122223333:task/{where[2]}/",
        account=where[0],
        region="/".join(where[:2]),
        cluster=where[2],
        service=where[3] if under_service else "",
        task_definition=f"{where[-1]}:42",
        launch_type="FARGATE",
        last_status=status.word,
        desired_status="RUNNING",
        exec_enabled=exec_enabled,
        platform="Linux 1.4.0",
        cpu="512",
        memory="1024",
        zone="eu-west-1b",
        private_ip="10.0.17.4",
        created_at=NOW - hours * HOUR,
        started_at=NOW - hours * HOUR,
        status=status,
    )


def container(above: Task, name: str, agent: str = "RUNNING", agent_reason: str = "") -> Container:
    return Container(
        address=address_of(above.address, name),
        parent=above.address,
        name=name,
        account=above.account,
        region=above.region,
        cluster=above.cluster,
        task_id=above.name,
        task_arn_stem=above.arn_stem,
        runtime_tail="-1527056392",
        image=f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/{name}:1.27.3",
        last_status=above.last_status,
        exec_enabled=above.exec_enabled,
        agent_status=agent if above.exec_enabled else "",
        private_ip="10.0.17.4",
        started_at=above.started_at,
        status=above.status,
        agent_reason=agent_reason,
    )


def node(instance_id: str, name: str, ping: str = "Online", platform: str = "Linux") -> Node:
    health = {"Online": Health.OK, "ConnectionLost": Health.BAD}.get(ping, Health.OFF)
    systems = {"Linux": ("Amazon Linux", "2023"), "Windows": ("Windows Server", "2022")}
    system, version = systems[platform]
    return Node(
        address=address_of(NODES, instance_id),
        parent=NODES,
        name=name,
        account="prod",
        region=REGION,
        instance_id=instance_id,
        ping=ping,
        last_ping_at=NOW - 60,
        platform=platform,
        platform_name=system,
        platform_version=version,
        agent_version="3.3.2299.0",
        private_ip="10.0.40.12",
        hostname=f"ip-10-0-40-12.{name}",
        status=Status(ping, health),
    )


def _prod() -> list[Resource]:
    api = task(API, "3f2a91c07d5e4b1f8a6c2d9e0b7f4a35", hours=31)
    second = task(API, "91bb04ade2f74c0c9d13a5f7e8c6b210", hours=4)
    starting = Status("PROVISIONING", Health.BUSY)
    third = task(API, "c77d5510f2ab49d3b8e4a1c09f6d3e82", hours=0.01, status=starting)
    worker = task(WORKER, "0d9e8c7b6a5f4e3d2c1b0a9f8e7d6c5b", hours=200)
    batch = task(f"{REGION}/batch", "77aa12f09be84d6f9a2c5e1b3d7f0648", exec_enabled=False)
    slow = Status("deploying", Health.BUSY)
    failing = Status("failing", Health.BAD)
    return [
        region("prod", "eu-west-1"),
        region("prod", "us-east-1"),
        cluster(REGION, "payments", services=3, running=5, pending=1),
        service(PAYMENTS, "api", running=2, desired=3, status=slow, days=12, rollout="IN_PROGRESS"),
        api,
        container(api, "app"),
        container(api, "envoy"),
        second,
        container(second, "app"),
        container(second, "envoy"),
        third,
        container(third, "app", agent="PENDING"),
        service(PAYMENTS, "worker", running=1, desired=1, days=80),
        worker,
        container(worker, "worker", agent="STOPPED", agent_reason="no route to ssmmessages"),
        service(PAYMENTS, "ledger", running=0, desired=2, status=failing, days=2),
        cluster(REGION, "batch", running=1),
        batch,
        container(batch, "job"),
        cluster(REGION, "edge"),
        Nodes(address=NODES, parent=REGION, name=NODES_NAME, account="prod", region=REGION),
        node("i-0a1b2c3d4e5f60718", "bastion"),
        node("i-0fedcba9876543210", "build-linux-1"),
        node("i-0123456789abcdef0", "erp-windows", platform="Windows"),
        node("mi-0c4d5e6f7a8b9c0d1", "store-042", ping="ConnectionLost"),
        cluster("prod/us-east-1", "mirror", running=2),
    ]


def fill(store: Store) -> None:
    """Everything of the fleet, listed."""
    accounts = [
        account("prod", "111122223333"),
        account("staging", "444455556666"),
        account("dev", "777788889999"),
    ]
    store.replace(FLEET, frozenset({Kind.ACCOUNT}), accounts)
    store.put(_prod())
    store.put([region("staging", "eu-west-1")])
    for listed in [FLEET, *(r.address for r in store.below() if _listed(r))]:
        store.set_freshness(listed, Freshness(loaded_at=NOW))
    expired = LoginExpired("The login of dev has expired.", "Run: aws sso login --profile dev")
    store.set_freshness("dev", Freshness(trouble=expired))
    store.set_freshness("staging/eu-west-1", Freshness(loading=True))
    edge = f"{REGION}/edge"
    store.set_freshness(edge, Freshness(loaded_at=NOW))


def _listed(resource: Resource) -> bool:
    return resource.kind in {Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES}


def filled() -> Store:
    """A store with the fleet in it."""
    store = Store()
    fill(store)
    return store
