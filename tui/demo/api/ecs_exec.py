"""ECS Exec: a command in a container, or the reason why not."""

from tui.demo.api.call import Answer, Call
from tui.demo.api.ecs_find import cluster_of, invalid, last_part
from tui.demo.api.ecs_tasks import container_arn
from tui.demo.faults import Fault
from tui.demo.world.containers import ContainerSpec
from tui.demo.world.insides import container_machine, runtime_id
from tui.demo.world.spec import Trait
from tui.demo.world.task import Task

DOCUMENT = "AmazonECS-ExecuteInteractiveCommand"
DISABLED = (
    "The execute command failed because execute command was not enabled when the task was run or "
    "the execute command agent isn't running. Wait and try again or run a new task with execute "
    "command enabled and try again."
)
NOT_CONNECTED = "The execute command failed due to an internal error. Try again later."


def execute_command(call: Call) -> Answer:
    """A session in a container of a task that was started with ECS Exec enabled."""
    cluster, params = cluster_of(call), call.params
    if not params["interactive"]:
        raise invalid("Interactive is the only mode supported currently.")
    task = cluster.tasks.get(last_part(params["task"], call, "task") or "")
    if task is None:
        raise invalid("The referenced task was not found.")
    container = _container(task, params.get("container"))
    _check(task)
    dice = call.site.dice
    machine = container_machine(cluster.spec, task, runtime_id(task, container, dice), dice)
    if machine is None:
        raise Fault("TargetNotConnectedException", NOT_CONNECTED)
    issued = call.backend.gateway.start(
        machine=machine,
        document=DOCUMENT,
        parameters={"command": [params["command"]]},
        owner=call.key.arn,
        reason="",
        command=params["command"],
        kms_key=cluster.spec.exec_key,
    )
    return {
        "clusterArn": cluster.arn,
        "containerArn": container_arn(cluster, task, container, dice),
        "containerName": container.name,
        "interactive": True,
        "session": {
            "sessionId": issued.session_id,
            "streamUrl": issued.stream_url,
            "tokenValue": issued.token,
        },
        "taskArn": cluster.task_arn(task),
    }


def _container(task: Task, name: str | None) -> ContainerSpec:
    if name is None and len(task.spec.containers) > 1:
        raise invalid("A container name must be specified when the task has several containers.")
    for container in task.spec.containers:
        if name in (None, container.name):
            return container
    raise invalid(f"The container {name} was not found in the task.")


def _check(task: Task) -> None:
    """Refuse as ECS refuses when the exec agent cannot answer."""
    if task.exec_on and task.spec.trait is Trait.AGENT_PENDING and task.status == "RUNNING":
        raise Fault("TargetNotConnectedException", NOT_CONNECTED)
    if not task.reachable:
        raise invalid(DISABLED)
