"""The AWS CLI command that does the same as a row, quoted for a POSIX shell."""

import shlex

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


def cli_command(resource: Resource, profile: str) -> str:
    """The command for a resource; empty when there is none. `profile` may be empty."""
    words = _words(resource)
    if not words:
        return ""
    if isinstance(resource, Region):
        words += ["--region", resource.name]
    elif isinstance(resource, Cluster | Service | Task | Container | Nodes | Node):
        words += ["--region", resource.region.rpartition("/")[2]]
    if profile:
        words += ["--profile", profile]
    return shlex.join(["aws", *words])


def _words(resource: Resource) -> list[str]:
    words: list[str] = []
    match resource:
        case Account():
            words = ["sts", "get-caller-identity"]
        case Region():
            words = ["ecs", "list-clusters"]
        case Cluster():
            words = ["ecs", "describe-clusters", "--clusters", resource.name]
        case Nodes():
            words = ["ssm", "describe-instance-information"]
        case Node():
            words = ["ssm", "start-session", "--target", resource.instance_id]
        case Service() | Task() | Container():
            words = _ecs_words(resource)
    return words


def _ecs_words(resource: Service | Task | Container) -> list[str]:
    cluster = ["--cluster", resource.cluster]
    if isinstance(resource, Service):
        return ["ecs", "describe-services", *cluster, "--services", resource.name]
    if isinstance(resource, Task):
        return ["ecs", "describe-tasks", *cluster, "--tasks", resource.name]
    into = ["--container", resource.name, "--interactive", "--command", "/bin/sh"]
    return ["ecs", "execute-command", *cluster, "--task", resource.task_id, *into]
