"""The resources of the tree, one frozen struct for each kind.

Every resource has an address, which is its identity: a path such as
`prod/eu-west-1/payments/api/3f2a…/app`. Names in it are percent-encoded where they hold a slash,
a percent sign or a control character (`address_of`). Times are seconds since the epoch, 0.0 when
unknown. Field names follow the AWS APIs that they come from.

They are structs of msgspec and not dataclasses: half as large, compared and made in C, and unseen
by the garbage collector, for there are hundreds of thousands of them and no cycles among them.
"""

import re
from typing import ClassVar

from msgspec import Struct

from tui.model.kind import Kind
from tui.model.status import UNKNOWN, Status

FLEET = ""
"""The address of the root."""

_UNSAFE = re.compile(r"[/%\x00-\x1f\x7f]")
"""What ends a part of an address, or would not show in it."""

NODES_NAME = "managed nodes"
"""The last part of the address of a region's group of nodes; no cluster can be called that."""


Tags = tuple[tuple[str, str], ...]
"""The tags of a resource as AWS has them, sorted by key; equal ones are one object."""


def address_of(parent: str, name: str) -> str:
    """The address of the thing called `name` under `parent`."""
    safe = _UNSAFE.sub(_encoded, name)
    return f"{parent}/{safe}" if parent else safe


def _encoded(unsafe: re.Match[str]) -> str:
    return f"%{ord(unsafe[0]):02X}"


class Resource(Struct, frozen=True, kw_only=True, gc=False):
    """Anything in the tree."""

    kind: ClassVar[Kind]

    address: str
    """Its identity; see the module."""
    parent: str
    """The address of the row it hangs under; the empty string is the fleet."""
    name: str
    """What AWS calls it, unchanged: hostile until it is drawn with care."""
    status: Status = UNKNOWN


class Account(Resource, frozen=True, kw_only=True, gc=False):
    """An AWS account as one profile of the user's configuration sees it."""

    kind: ClassVar[Kind] = Kind.ACCOUNT

    account_id: str = ""
    """Twelve digits; empty until STS has said."""
    profile: str = ""
    """The profile whose credentials open it; empty for the environment's own."""
    caller: str = ""
    """The ARN of who we are there."""


class Region(Resource, frozen=True, kw_only=True, gc=False):
    """A region of an account."""

    kind: ClassVar[Kind] = Kind.REGION

    account: str
    """The address of the account."""


class Cluster(Resource, frozen=True, kw_only=True, gc=False):
    """An ECS cluster."""

    kind: ClassVar[Kind] = Kind.CLUSTER

    arn: str
    account: str
    region: str
    services: int = 0
    """activeServicesCount."""
    running: int = 0
    """runningTasksCount."""
    pending: int = 0
    """pendingTasksCount."""
    container_instances: int = 0
    exec_kms_key: str = ""
    """executeCommandConfiguration.kmsKeyId: sessions must be encrypted with it."""
    exec_logging: str = ""
    """executeCommandConfiguration.logging: NONE, DEFAULT or OVERRIDE."""
    tags: Tags = ()


class Service(Resource, frozen=True, kw_only=True, gc=False):
    """An ECS service."""

    kind: ClassVar[Kind] = Kind.SERVICE

    arn: str
    account: str
    region: str
    cluster: str
    """The cluster's name."""
    desired: int = 0
    running: int = 0
    pending: int = 0
    exec_enabled: bool = False
    """enableExecuteCommand: counts for tasks started from now on."""
    launch_type: str = ""
    task_definition: str = ""
    rollout: str = ""
    """rolloutState of the primary deployment, with its reason when it failed."""
    created_at: float = 0.0
    event: str = ""
    """The newest event message."""
    tags: Tags = ()


class Task(Resource, frozen=True, kw_only=True, gc=False):
    """An ECS task."""

    kind: ClassVar[Kind] = Kind.TASK

    arn_stem: str
    """Its ARN without the id at the end, which is its name: thousands of tasks share that text."""
    account: str
    region: str
    cluster: str
    service: str = ""
    """The service's name; empty for a standalone task."""
    task_definition: str = ""
    """family:revision."""
    launch_type: str = ""
    last_status: str = ""
    desired_status: str = ""
    health: str = ""
    exec_enabled: bool = False
    exec_kms_key: str = ""
    """The cluster's, with which sessions must be encrypted."""
    platform: str = ""
    """platformFamily and platformVersion."""
    cpu: str = ""
    memory: str = ""
    zone: str = ""
    private_ip: str = ""
    container_instance: str = ""
    """The ARN of the container instance; empty on Fargate."""
    created_at: float = 0.0
    started_at: float = 0.0
    stopped_at: float = 0.0
    stop_code: str = ""
    stopped_reason: str = ""
    tags: Tags = ()

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.arn_stem + self.name


class Container(Resource, frozen=True, kw_only=True, gc=False):
    """A container of an ECS task."""

    kind: ClassVar[Kind] = Kind.CONTAINER

    account: str
    region: str
    cluster: str
    task_id: str = ""
    task_arn_stem: str = ""
    """The task's ARN without the id at the end."""
    task_definition: str = ""
    """The task's family:revision."""
    runtime_tail: str = ""
    """Its runtimeId; where that begins with the task's id and a hyphen, from that hyphen on."""
    image: str = ""
    last_status: str = ""
    health: str = ""
    exec_enabled: bool = False
    """The task's enableExecuteCommand."""
    exec_kms_key: str = ""
    """The cluster's, with which sessions must be encrypted."""
    agent_status: str = ""
    """lastStatus of the ExecuteCommandAgent in managedAgents; empty when there is none."""
    agent_reason: str = ""
    private_ip: str = ""
    ports: tuple[int, ...] = ()
    """Container ports of networkBindings, where the launch type reports them."""
    exit_code: int | None = None
    reason: str = ""
    started_at: float = 0.0
    """The task's startedAt."""

    @property
    def task_arn(self) -> str:
        """The task's ARN."""
        return self.task_arn_stem + self.task_id

    @property
    def runtime_id(self) -> str:
        """AWS's runtimeId; empty until the container has run."""
        tail = self.runtime_tail
        return self.task_id + tail if tail.startswith("-") else tail

    @property
    def ssm_target(self) -> str:
        """The Systems Manager target of the container: `ecs:<cluster>_<task>_<runtime>`."""
        return f"ecs:{self.cluster}_{self.task_id}_{self.runtime_id}"


class Nodes(Resource, frozen=True, kw_only=True, gc=False):
    """A region's managed nodes."""

    kind: ClassVar[Kind] = Kind.NODES

    account: str
    region: str


class Node(Resource, frozen=True, kw_only=True, gc=False):
    """A managed node: an EC2 instance (`i-…`) or a hybrid machine (`mi-…`)."""

    kind: ClassVar[Kind] = Kind.NODE

    account: str
    region: str
    instance_id: str
    ping: str = ""
    """PingStatus: Online, ConnectionLost or Inactive."""
    last_ping_at: float = 0.0
    platform: str = ""
    """PlatformType: Linux, Windows or MacOS."""
    platform_name: str = ""
    platform_version: str = ""
    agent_version: str = ""
    agent_latest: bool = True
    private_ip: str = ""
    hostname: str = ""
    """ComputerName."""
    instance_type: str = ""
    instance_state: str = ""
    """EC2's word: running, stopped …; empty where Systems Manager does not tell."""
    tags: Tags = ()

    @property
    def is_windows(self) -> bool:
        """Whether shells there are PowerShell and Remote Desktop makes sense."""
        return self.platform == "Windows"

    @property
    def is_hybrid(self) -> bool:
        """Whether it is not an EC2 instance."""
        return self.instance_id.startswith("mi-")
