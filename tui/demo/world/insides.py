"""What a container looks like from inside and outside: runtime ids, addresses, environment."""

from tui.demo.machine import Machine
from tui.demo.world.containers import ContainerSpec
from tui.demo.world.dice import Dice
from tui.demo.world.node import address
from tui.demo.world.spec import ClusterSpec
from tui.demo.world.task import Task


def runtime_id(task: Task, container: ContainerSpec, dice: Dice) -> str:
    """The container's id in its runtime: `<task>-<10 digits>` on Fargate, 64 hex digits on EC2."""
    if task.instance < 0:
        return f"{task.id}-{dice.digits(10, 'runtime', task.id, container.name)}"
    return dice.hexadecimal(64, "runtime", task.id, container.name)


def private_ip(task: Task, dice: Dice) -> str:
    """The address of the task's own network interface (awsvpc only)."""
    return address(dice, "task", task.id)


def image(cluster: ClusterSpec, task: Task, container: ContainerSpec) -> str:
    """The image as the task definition names it; an application's tag follows the revision."""
    if container.public:
        return container.image
    registry = f"{cluster.account}.dkr.ecr.{cluster.region}.amazonaws.com"
    return f"{registry}/{container.image}:v{task.revision}"


def container_machine(cluster: ClusterSpec, task: Task, runtime: str, dice: Dice) -> Machine | None:
    """The machine that a session in the container meets, None if there is no such container."""
    container = next(
        (c for c in task.spec.containers if runtime_id(task, c, dice) == runtime), None
    )
    if container is None:
        return None
    shared = task.spec.network == "awsvpc"
    spec_ports = [p for c in task.spec.containers if shared or c is container for p in c.ports]
    hostname = f"ip-{private_ip(task, dice).replace('.', '-')}" if shared else runtime[:12]
    identity = runtime.replace("-", "")[:32]
    return Machine(
        target=f"ecs:{cluster.name}_{task.id}_{runtime}",
        account=cluster.account,
        region=cluster.region,
        system="windows" if task.spec.windows else "linux",
        hostname=hostname,
        label=image(cluster, task, container),
        user="ContainerAdministrator" if task.spec.windows else "root",
        environment={
            "AWS_REGION": cluster.region,
            "AWS_DEFAULT_REGION": cluster.region,
            "AWS_EXECUTION_ENV": f"AWS_ECS_{task.spec.launch}",
            "ECS_CONTAINER_METADATA_URI_V4": f"http://169.254.170.2/v4/{identity}",
            "HOSTNAME": hostname,
            "STAGE": cluster.stage,
            **container.environment,
        },
        has_bash=container.bash and not task.spec.windows,
        http_ports=tuple(spec_ports),
        rdp=False,
    )
