"""What can be done with a resource, why not, and the wish that does it.

Everything here is decided from what the tree already knows, so the answer is on the row before a
key is pressed. The rules are AWS's: prerequisites of ECS Exec and of Session Manager.
"""

from collections.abc import Iterable
from enum import StrEnum

from tui.errors import AgentOffline, ExecDisabled, NotRunning, SessionTrouble, Unsupported
from tui.model.kind import Kind
from tui.model.resource import Container, Node, Resource, Service, Task
from tui.model.status import Health
from tui.model.store import Store
from tui.model.wish import ExecuteCommand, StartSession, Wish

DESKTOP_PORT = 3389
"""Where Windows listens for Remote Desktop."""

SHELL_COMMAND = "/bin/sh -c 'command -v bash >/dev/null 2>&1 && exec bash || exec sh'"
"""bash if the container has it, else sh, in one session: asking first would take a second one."""

_SIDECARS = (
    "aws-guardduty-agent",
    "ecs-service-connect",
    "envoy",
    "log_router",
    "log-router",
    "datadog",
    "xray",
    "cloudwatch-agent",
    "otel",
    "aws-otel",
    "fluent",
    "istio",
    "vault-agent",
)
"""How containers are called that stand beside the one a person means."""


class Ability(StrEnum):
    """Something that may be done with a resource."""

    SHELL = "shell"
    FORWARD = "forward"
    DESKTOP = "desktop"


def refusal(resource: Resource, ability: Ability) -> SessionTrouble | None:
    """Why `ability` is not possible on this very resource; nothing when it is."""
    if isinstance(resource, Container):
        return _container_refusal(resource, ability)
    if isinstance(resource, Node):
        return _node_refusal(resource, ability)
    return Unsupported(
        f"{resource.name} is not a place to step into.",
        "Choose a container, a task, a service or a managed node.",
    )


def _container_refusal(container: Container, ability: Ability) -> SessionTrouble | None:
    name = f"Container {container.name}"
    if ability is Ability.DESKTOP:
        return Unsupported(f"{name} has no desktop.", "Remote Desktop needs a Windows node.")
    if container.last_status != "RUNNING":
        said = container.reason or container.last_status.lower() or "in an unknown state"
        return NotRunning(f"{name} is not running: {said}.", "Choose a running task.")
    if not container.exec_enabled:
        return ExecDisabled(
            f"ECS Exec is off for the task of {container.name}.",
            "Turn on enableExecuteCommand for the service, then force a new deployment.",
        )
    return _agent_refusal(container)


def _agent_refusal(container: Container) -> SessionTrouble | None:
    if container.agent_status == "RUNNING":
        return None
    if container.agent_status == "PENDING":
        return ExecDisabled(
            f"The exec agent of {container.name} is still starting.", "Try again in some seconds."
        )
    if container.agent_status == "STOPPED":
        why = container.agent_reason or "AWS gives no reason"
        return ExecDisabled(
            f"The exec agent of {container.name} has stopped: {why}.",
            "Check the task role, the network path to ssmmessages and a read-only root file "
            "system; a new task gets a new agent.",
        )
    return ExecDisabled(
        f"{container.name} has no exec agent.",
        "The task started before ECS Exec was enabled: force a new deployment.",
    )


def _node_refusal(node: Node, ability: Ability) -> SessionTrouble | None:
    if node.ping != "Online":
        return AgentOffline(
            f"The SSM Agent of {node.name} is not connected: {node.ping or 'never seen'}.",
            "Check that the machine runs, its agent, its instance profile and its way to the "
            "ssmmessages endpoint.",
        )
    if ability is Ability.DESKTOP and not node.is_windows:
        return Unsupported(
            f"{node.name} runs {node.platform or 'no known system'}.",
            "Remote Desktop needs a Windows node; s opens a shell.",
        )
    return None


def candidates(store: Store, resource: Resource) -> list[Resource]:
    """The resources that a key on `resource` may mean, the best first.

    A container or node is itself; a task's containers with the main one first; a service's tasks
    with the running ones that can be entered first, the oldest (most settled) of them leading.
    """
    if isinstance(resource, Task):
        return sorted(store.children(resource.address), key=_container_rank)
    if isinstance(resource, Service):
        tasks = (t for t in store.children(resource.address) if isinstance(t, Task))
        ordered = sorted(tasks, key=_task_rank)
        return [container for task in ordered for container in candidates(store, task)]
    return [resource]


def _container_rank(resource: Resource) -> tuple[bool, str]:
    return resource.name.lower().startswith(_SIDECARS), resource.name


def _task_rank(task: Task) -> tuple[bool, bool, float]:
    return task.last_status != "RUNNING", task.status.health is not Health.OK, task.started_at


def target_for(store: Store, resource: Resource, ability: Ability) -> Resource:
    """The container or node that `ability` means when it is asked of `resource`.

    Raises the `SessionTrouble` of the best candidate when none can be entered.
    """
    found = candidates(store, resource)
    if not found:
        raise NotRunning(
            f"{resource.name} has no running task."
            if resource.kind is Kind.SERVICE
            else f"{resource.name} has no containers yet.",
            "Wait for it to start, or press ctrl+r to ask again.",
        )
    first: SessionTrouble | None = None
    for one in _worth_trying(found):
        trouble = refusal(one, ability)
        if trouble is None:
            return one
        first = first or trouble
    raise first or Unsupported(f"Nothing under {resource.name} can be entered.")


def _worth_trying(found: Iterable[Resource]) -> Iterable[Resource]:
    """The candidates but for sidecars, unless there is nothing else: `s` never means a sidecar."""
    resources = list(found)
    return [r for r in resources if not _container_rank(r)[0]] or resources


def shell_wish(resource: Resource) -> Wish:
    """The wish for a shell on a container or node."""
    if isinstance(resource, Container):
        return ExecuteCommand(
            account=resource.account,
            region=resource.region,
            cluster=resource.cluster,
            task=resource.task_id,
            container=resource.name,
            command=SHELL_COMMAND,
            runtime_id=resource.runtime_id,
            must_encrypt=bool(resource.exec_kms_key),
        )
    if isinstance(resource, Node):
        return StartSession(
            account=resource.account, region=resource.region, target=resource.instance_id
        )
    raise Unsupported(f"A {resource.kind} has no shell.", "Choose a container or a managed node.")


def forward_wish(
    resource: Resource, port: int, *, local_port: int = 0, host: str = ""
) -> StartSession:
    """The wish for a forward to `port` on a container or node, or through it to `host`."""
    if not isinstance(resource, Container | Node):
        raise Unsupported(f"A {resource.kind} has no ports.", "Choose a container or a node.")
    target = resource.ssm_target if isinstance(resource, Container) else resource.instance_id
    parameters = {"portNumber": (str(port),), "localPortNumber": (str(local_port),)}
    if host:
        parameters["host"] = (host,)
    return StartSession(
        account=resource.account,
        region=resource.region,
        target=target,
        document="AWS-StartPortForwardingSessionToRemoteHost"
        if host
        else "AWS-StartPortForwardingSession",
        parameters=parameters,
    )
