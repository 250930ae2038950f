"""What the details pane says about a resource: facts in groups, in the words of AWS."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import singledispatch

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
)
from tui.model.tally import Sum
from tui.ui import text


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value, both drawn as plain text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that belong together."""

    title: str
    facts: tuple[Fact, ...]


def group(title: str, *pairs: tuple[str, str]) -> Group:
    """A group of those facts that have a value."""
    return Group(title, tuple(Fact(name, value) for name, value in pairs if value))


def moment(at: float) -> str:
    """A point in time in UTC, to the minute; empty when unknown."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _place(resource: Cluster | Service | Task | Container | Nodes | Node) -> Group:
    region = resource.region.rpartition("/")[2]
    return group("Where", ("account", resource.account), ("region", region))


def _tags(resource: Cluster | Service | Task | Node) -> Group:
    return group("Tags", *resource.tags)


@singledispatch
def groups(resource: Resource) -> tuple[Group, ...]:
    """The facts about a resource itself."""
    return ()


@groups.register
def _(resource: Account) -> tuple[Group, ...]:
    about = (
        ("account id", resource.account_id),
        ("profile", resource.profile or "from the environment"),
        ("signed in as", resource.caller),
    )
    return (group("Account", *about),)


@groups.register
def _(resource: Region) -> tuple[Group, ...]:
    return (group("Region", ("name", resource.name), ("account", resource.account)),)


@groups.register
def _(resource: Cluster) -> tuple[Group, ...]:
    about = (
        ("services", str(resource.services)),
        ("tasks running", str(resource.running)),
        ("tasks pending", str(resource.pending)),
        ("container instances", str(resource.container_instances or "")),
    )
    sessions = (
        ("encryption key", resource.exec_kms_key),
        ("logging", resource.exec_logging),
    )
    return (
        group("Cluster", *about),
        group("ECS Exec", *sessions),
        _place(resource),
        _tags(resource),
        group("ARN", ("", resource.arn)),
    )


@groups.register
def _(resource: Service) -> tuple[Group, ...]:
    about = (
        ("running", f"{resource.running} of {resource.desired}"),
        ("pending", str(resource.pending or "")),
        ("rollout", resource.rollout),
        ("task definition", resource.task_definition),
        ("launch type", resource.launch_type),
        ("ECS Exec", _switch(resource.exec_enabled)),
        ("created", moment(resource.created_at)),
    )
    return (
        group("Service", *about),
        group("Newest event", ("", resource.event)),
        _place(resource),
        _tags(resource),
        group("ARN", ("", resource.arn)),
    )


@groups.register
def _(resource: Task) -> tuple[Group, ...]:
    about = (
        ("status", resource.last_status),
        ("desired", resource.desired_status),
        ("health", resource.health),
        ("definition", resource.task_definition),
        ("launch type", resource.launch_type),
        ("platform", resource.platform),
        ("size", _size(resource)),
        ("address", resource.private_ip),
        ("zone", resource.zone),
        ("ECS Exec", _switch(resource.exec_enabled)),
        ("started", moment(resource.started_at)),
        ("created", moment(resource.created_at)),
        ("instance", resource.container_instance.rpartition("/")[2]),
    )
    stopped = (("code", resource.stop_code), ("reason", resource.stopped_reason))
    return (
        group("Stopped", *stopped),
        group("Task", *about),
        _place(resource),
        _tags(resource),
        group("ARN", ("", resource.arn)),
    )


def _size(task: Task) -> str:
    return f"{task.cpu} CPU units, {task.memory} MiB" if task.cpu and task.memory else ""


@groups.register
def _(resource: Container) -> tuple[Group, ...]:
    about = (
        ("status", resource.last_status),
        ("health", resource.health),
        ("image", resource.image),
        ("address", resource.private_ip),
        ("ports", ", ".join(map(str, resource.ports))),
        ("exit code", "" if resource.exit_code is None else str(resource.exit_code)),
        ("reason", resource.reason),
        ("started", moment(resource.started_at)),
    )
    exec_facts = (
        ("enabled", _switch(resource.exec_enabled)),
        ("agent", resource.agent_status or "none"),
        ("agent says", resource.agent_reason),
        ("sessions", "encrypted with KMS" if resource.exec_kms_key else ""),
    )
    identity = (("task", resource.task_id), ("runtime", resource.runtime_id))
    return (
        group("Container", *about),
        group("ECS Exec", *exec_facts),
        group("Identity", *identity),
        _place(resource),
    )


@groups.register
def _(resource: Nodes) -> tuple[Group, ...]:
    return (_place(resource),)


@groups.register
def _(resource: Node) -> tuple[Group, ...]:
    system = f"{resource.platform_name} {resource.platform_version}".strip()
    about = (
        ("instance", resource.instance_id),
        ("host name", resource.hostname),
        ("address", resource.private_ip),
        ("system", system or resource.platform),
        ("machine", "hybrid" if resource.is_hybrid else "EC2 instance"),
        ("type", resource.instance_type),
        ("state", resource.instance_state),
    )
    newest = "" if resource.agent_latest else " (a newer one exists)"
    agent = (
        ("ping", resource.ping),
        ("last ping", moment(resource.last_ping_at)),
        ("version", f"{resource.agent_version}{newest}" if resource.agent_version else ""),
    )
    return (
        group("Node", *about),
        group("Systems Manager agent", *agent),
        _place(resource),
        _tags(resource),
    )


def summed(below: Sum) -> Group:
    """What is below a row, in numbers."""
    words = (f"{number} {health}" for health, number in below.health.items() if number)
    nodes = f"{below.online} of {below.nodes} online" if below.nodes else ""
    tasks = f"{below.running} of {below.desired} running" if below.desired else ""
    return group("Below", ("health", ", ".join(words)), ("tasks", tasks), ("nodes", nodes))


def names(resource: Resource) -> list[tuple[str, str]]:
    """What a row is called: a word for it, and the text; its own name comes first."""
    known = (
        ("name", resource.name),
        ("id", _identity(resource)),
        ("ARN", _arn(resource)),
        ("IP address", resource.private_ip if isinstance(resource, _ADDRESSED) else ""),
        ("image", resource.image if isinstance(resource, Container) else ""),
        ("Systems Manager target", _target(resource)),
        ("address in Hatchway", resource.address),
    )
    return [(word, content) for word, content in known if content]


def copies(resource: Resource) -> list[tuple[str, str]]:
    """What can be copied from a row: its names, each text once."""
    found: dict[str, str] = {}
    for word, content in names(resource):
        found.setdefault(content, word)
    return [(word, content) for content, word in found.items()]


def copies_of_all(resources: Iterable[Resource]) -> list[tuple[str, list[str]]]:
    """What can be copied from several rows: their names of one sort."""
    found: dict[str, list[str]] = {}
    for resource in resources:
        for word, content in names(resource):
            found.setdefault(word, []).append(content)
    return [(f"{word} of {len(contents):,}", contents) for word, contents in found.items()]


_ADDRESSED = Task | Container | Node


def _identity(resource: Resource) -> str:
    if isinstance(resource, Account):
        return resource.account_id
    if isinstance(resource, Container):
        return resource.runtime_id
    return resource.instance_id if isinstance(resource, Node) else ""


def _arn(resource: Resource) -> str:
    if isinstance(resource, Container):
        return resource.task_arn
    return resource.arn if isinstance(resource, Cluster | Service | Task) else ""


def _target(resource: Resource) -> str:
    if isinstance(resource, Container) and resource.runtime_id:
        return resource.ssm_target
    return resource.instance_id if isinstance(resource, Node) else ""


def one_line(group_: Group) -> str:
    """A group's facts behind each other, for where there is one line."""
    return " · ".join(text.plain(f"{fact.name} {fact.value}".strip()) for fact in group_.facts)
