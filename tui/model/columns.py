"""The columns that a filter can name, and what each of them says of a resource."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from tui.model.abilities import Ability, refusal
from tui.model.kind import Kind
from tui.model.resource import Account, Container, Resource

Lookup = Callable[[str], Resource | None]
"""Gives the resource that has an address, if there is one."""

Key = Any
"""What a column of a resource is made from: hashable, and the same for the same words."""


def _itself(key: str) -> tuple[str, ...]:
    return (key,)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, and how its words are found for each kind."""

    name: str
    about: str
    """What it holds, for a person."""
    keys: Mapping[Kind, Callable[[Any], Key]] = field(default_factory=dict)
    """By kind, what gives the key of a resource; kinds that are not here have no such column."""
    words: Callable[[Any], tuple[str, ...]] = _itself
    """The words that a key means: whichever of them fits, the column fits."""
    depth: int = 0
    """For a column that says where things are: how deep in an address that is."""
    varied: bool = False
    """Whether nearly every resource has a key of its own, so that remembering is of no use."""
    in_line: bool = False
    """Whether the key is a part of the line that is searched (`terms.line`)."""
    lent: bool = False
    """Whether a container has what its task has."""

    def said(self, resource: Resource, lookup: Lookup) -> tuple[str, ...]:
        """The words of this column for one resource; none if it has no such column."""
        if self.depth:
            return _place(resource, self.depth, lookup)
        if self.lent and resource.kind is Kind.CONTAINER:
            above = lookup(resource.parent)
            return () if above is None or above.kind is not Kind.TASK else self.said(above, lookup)
        key = self.keys.get(resource.kind)
        return () if key is None else self.words(key(resource))


def _place(resource: Resource, depth: int, lookup: Lookup) -> tuple[str, ...]:
    parts = resource.address.split("/")[:depth]
    if len(parts) < depth or (depth > 2 and resource.kind in {Kind.NODE, Kind.NODES}):
        return ()
    place = lookup("/".join(parts))
    if place is None:
        return (parts[-1],)
    number = place.account_id if isinstance(place, Account) else ""
    return (parts[-1], place.name, number)


def _family(definition: str) -> tuple[str, ...]:
    return (definition, definition.rpartition(":")[0])


def _image(image: str) -> tuple[str, ...]:
    last = image.rpartition("/")[2]
    return (image, last, last.partition(":")[0])


def _platform(key: str | tuple[str, ...]) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _container_exec(key: tuple[str, bool, str]) -> tuple[str, ...]:
    """`on` if a session can start; else what is in the way, as the tree says it."""
    status, enabled, agent = key
    alike = Container(
        address="", parent="", name="", account="", region="", cluster="",
        last_status=status, exec_enabled=enabled, agent_status=agent,
    )  # fmt: skip
    if refusal(alike, Ability.SHELL) is None:
        return ("on",)
    if not enabled:
        return ("off",)
    return ("stopped",) if status != "RUNNING" else ("agent", f"agent {agent or 'missing'}")


def _exec(key: object) -> tuple[str, ...]:
    if isinstance(key, tuple):
        return _container_exec(key)
    if isinstance(key, bool):
        return ("on",) if key else ("off",)
    return ("on",) if key == "Online" else ("off", "agent")


_IP = attrgetter("private_ip")
_LAUNCH = attrgetter("launch_type")
_DEFINITION = attrgetter("task_definition")
_ENABLED = attrgetter("exec_enabled")
_ARN = attrgetter("arn")


def _everywhere(key: str) -> dict[Kind, Callable[[Any], Key]]:
    return dict.fromkeys(Kind, attrgetter(key))


def _numbers(ports: Iterable[int]) -> tuple[str, ...]:
    return tuple(map(str, ports))


_ALL = (
    Column("kind", "cluster, service, task, container, node …", _everywhere("kind")),
    Column("name", "what it is called", _everywhere("name"), varied=True, in_line=True),
    Column("status", "AWS's word for how it is", _everywhere("status.word")),
    Column("health", "ok, busy, bad, off or unknown", _everywhere("status.health")),
    Column("account", "the account's name or number", depth=1),
    Column("region", "the region", depth=2),
    Column("cluster", "the cluster", depth=3),
    Column(
        "service",
        "the service that it belongs to",
        {Kind.SERVICE: attrgetter("name"), Kind.TASK: attrgetter("service")},
        lent=True,
    ),
    Column(
        "family",
        "the task definition",
        dict.fromkeys((Kind.SERVICE, Kind.TASK, Kind.CONTAINER), _DEFINITION),
        _family,
    ),
    Column("image", "the image of a container", {Kind.CONTAINER: attrgetter("image")}, _image),
    Column(
        "ip",
        "the private address",
        dict.fromkeys((Kind.TASK, Kind.NODE), _IP),
        varied=True,
        in_line=True,
        lent=True,
    ),
    Column(
        "id",
        "AWS's identifier; a container has its task's",
        {
            Kind.ACCOUNT: attrgetter("account_id"),
            Kind.TASK: attrgetter("name"),
            Kind.NODE: attrgetter("instance_id"),
        },
        varied=True,
        in_line=True,
        lent=True,
    ),
    Column(
        "arn",
        "the ARN; a container has its task's",
        dict.fromkeys((Kind.CLUSTER, Kind.SERVICE, Kind.TASK), _ARN),
        varied=True,
        lent=True,
    ),
    Column(
        "exec",
        "whether a session can start: on, off, agent, stopped",
        {
            Kind.SERVICE: _ENABLED,
            Kind.TASK: _ENABLED,
            Kind.CONTAINER: attrgetter("last_status", "exec_enabled", "agent_status"),
            Kind.NODE: attrgetter("ping"),
        },
        _exec,
    ),
    Column(
        "platform",
        "Linux, Windows, and which",
        {Kind.TASK: attrgetter("platform"), Kind.NODE: attrgetter("platform", "platform_name")},
        _platform,
        lent=True,
    ),
    Column(
        "agent",
        "the exec agent's status, or the SSM Agent's version",
        {Kind.CONTAINER: attrgetter("agent_status"), Kind.NODE: attrgetter("agent_version")},
    ),
    Column("ping", "whether a node's agent is online", {Kind.NODE: attrgetter("ping")}),
    Column(
        "launch",
        "FARGATE, EC2 or EXTERNAL",
        {Kind.SERVICE: _LAUNCH, Kind.TASK: _LAUNCH},
        lent=True,
    ),
    Column("ports", "ports of a container", {Kind.CONTAINER: attrgetter("ports")}, _numbers),
)

COLUMNS = {column.name: column for column in _ALL}
"""All columns with words, by name."""

AGE = "age"
"""The column that is compared and not read."""

TAG = "tag"
"""The column whose values are tags."""


STARTED: dict[Kind, Callable[[Any], float]] = {
    Kind.SERVICE: attrgetter("created_at"),
    Kind.TASK: lambda task: task.started_at or task.created_at,
    Kind.CONTAINER: attrgetter("started_at"),
}
"""By kind, when a resource started, in seconds since the epoch; 0.0 when unknown."""
