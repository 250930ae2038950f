"""Tasks, containers and task definitions as ECS describes them."""

from tui.demo.api.call import Answer
from tui.demo.world.cluster import Cluster
from tui.demo.world.containers import ContainerSpec
from tui.demo.world.dice import Dice
from tui.demo.world.insides import image, private_ip, runtime_id
from tui.demo.world.names import SECRETS
from tui.demo.world.spec import FARGATE, ClusterSpec, ServiceSpec, Trait
from tui.demo.world.task import Task

_CONTAINER_STATUS = {
    "PROVISIONING": "PENDING",
    "PENDING": "PENDING",
    "ACTIVATING": "RUNNING",
    "DEPROVISIONING": "STOPPED",
    "STOPPED": "STOPPED",
}
"""Elsewhere containers run."""

_INTERFACE_STATUS = {
    "PROVISIONING": "ATTACHING",
    "DEPROVISIONING": "DETACHING",
    "STOPPED": "DELETED",
}
"""Elsewhere interfaces are attached."""

_TIMES = (
    ("connectivityAt", "connected"),
    ("pullStartedAt", "pulled_from"),
    ("pullStoppedAt", "pulled_until"),
    ("startedAt", "started"),
    ("stoppingAt", "stopping"),
    ("executionStoppedAt", "execution_stopped"),
    ("stoppedAt", "stopped"),
)


def definition_arn(cluster: ClusterSpec, spec: ServiceSpec, revision: int) -> str:
    """The ARN of a task definition."""
    return cluster.arn("task-definition", f"{spec.family}:{revision}")


def container_arn(cluster: Cluster, task: Task, container: ContainerSpec, dice: Dice) -> str:
    """The ARN of a container, in the long form."""
    identity = dice.uuid("container", task.id, container.name)
    return cluster.spec.arn("container", f"{cluster.spec.name}/{task.id}/{identity}")


def describe_task(cluster: Cluster, task: Task, dice: Dice) -> Answer:
    """A task as DescribeTasks tells it."""
    spec = task.spec
    cpu, memory = spec.units
    zone = cluster.spec.region + dice.pick("abc", "zone", task.id)
    interface = _interface(cluster, task, zone, dice) if spec.network == "awsvpc" else None
    found: Answer = {
        "attachments": [interface] if interface else [],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": zone,
        "clusterArn": cluster.arn,
        "containers": [_container(cluster, task, one, interface, dice) for one in spec.containers],
        "cpu": str(cpu),
        "createdAt": task.created,
        "desiredStatus": task.wanted,
        "enableExecuteCommand": task.exec_on,
        "group": task.group,
        "healthStatus": task.health if spec.containers[0].checked else "UNKNOWN",
        "lastStatus": task.status,
        "launchType": spec.launch,
        "memory": str(memory),
        "overrides": {
            "containerOverrides": [{"name": one.name} for one in spec.containers],
            "inferenceAcceleratorOverrides": [],
        },
        "tags": [],
        "taskArn": cluster.task_arn(task),
        "taskDefinitionArn": definition_arn(cluster.spec, spec, task.revision),
        "version": task.version,
    }
    if task.started_by:
        found["startedBy"] = task.started_by
    for name, field in _TIMES:
        at = getattr(task, field)
        if at:
            found[name] = at
    return found | _placement(cluster, task) | _ending(task)


def _placement(cluster: Cluster, task: Task) -> Answer:
    found: Answer = {"connectivity": "CONNECTED"} if task.connected else {}
    if task.spec.launch != FARGATE:
        return found | {"containerInstanceArn": cluster.instance_arn(task.instance)}
    windows = task.spec.windows
    return found | {
        "platformFamily": "WINDOWS_SERVER_2022_CORE" if windows else "Linux",
        "platformVersion": "1.0.0" if windows else "1.4.0",
        "ephemeralStorage": {"sizeInGiB": 20},
    }


def _ending(task: Task) -> Answer:
    if not task.stop_code:
        return {}
    return {"stopCode": task.stop_code, "stoppedReason": task.stopped_reason}


def _interface(cluster: Cluster, task: Task, zone: str, dice: Dice) -> Answer:
    """The task's own network interface."""
    ip = private_ip(task, dice)
    name = f"ip-{ip.replace('.', '-')}.{cluster.spec.region}.compute.internal"
    digits = dice.hexadecimal(24, "interface", task.id)
    mac = f"0a:{digits[:2]}:{digits[2:4]}:{digits[4:6]}:{digits[6:8]}:{digits[8:10]}"
    return {
        "id": dice.uuid("attachment", task.id),
        "type": "ElasticNetworkInterface",
        "status": _INTERFACE_STATUS.get(task.status, "ATTACHED"),
        "details": [
            {"name": "subnetId", "value": f"subnet-{dice.known(17, 'subnet', zone)}"},
            {"name": "networkInterfaceId", "value": f"eni-0{digits[:16]}"},
            {"name": "macAddress", "value": mac},
            {"name": "privateDnsName", "value": name},
            {"name": "privateIPv4Address", "value": ip},
        ],
    }


def _container(
    cluster: Cluster, task: Task, one: ContainerSpec, interface: Answer | None, dice: Dice
) -> Answer:
    main = one is task.spec.containers[0]
    status = _CONTAINER_STATUS.get(task.status, "RUNNING")
    name = image(cluster.spec, task, one)
    found: Answer = {
        "containerArn": container_arn(cluster, task, one, dice),
        "taskArn": cluster.task_arn(task),
        "name": one.name,
        "image": name,
        "lastStatus": status,
        "networkBindings": [],
        "networkInterfaces": [],
        "healthStatus": task.health if one.checked else "UNKNOWN",
        "cpu": "0",
    }
    if task.pulled_until or task.started:
        found["runtimeId"] = runtime_id(task, one, dice)
        found["imageDigest"] = f"sha256:{dice.known(64, 'digest', name)}"
    if interface:
        found["networkInterfaces"] = [
            {
                "attachmentId": interface["id"],
                "privateIpv4Address": interface["details"][-1]["value"],
            }
        ]
    elif status == "RUNNING":
        found["networkBindings"] = [_binding(task, port, dice) for port in one.ports]
    if status == "STOPPED" and task.started:
        found["exitCode"] = task.exit_code if main else 0
    if main and task.container_reason:
        found["reason"] = task.container_reason
    elif main and task.stop_code == "TaskFailedToStart":
        found["reason"] = task.stopped_reason
    if task.exec_on:
        found["managedAgents"] = [_agent(task)]
    return found


def _binding(task: Task, port: int, dice: Dice) -> Answer:
    """A bridge network's host port."""
    host = 32_768 + dice.number("host port", task.id, port) % 28_000
    return {"bindIP": "0.0.0.0", "containerPort": port, "hostPort": host, "protocol": "tcp"}


def _agent(task: Task) -> Answer:
    found: Answer = {"name": "ExecuteCommandAgent", "lastStatus": task.agent}
    if task.agent == "RUNNING":
        found["lastStartedAt"] = task.started
    if task.agent_reason:
        found["reason"] = task.agent_reason
    return found


def describe_task_definition(cluster: ClusterSpec, spec: ServiceSpec, revision: int) -> Answer:
    """A task definition as it was registered."""
    cpu, memory = spec.units
    role = f"arn:aws:iam::{cluster.account}:role/{spec.family}"
    found: Answer = {
        "taskDefinitionArn": definition_arn(cluster, spec, revision),
        "family": spec.family,
        "revision": revision,
        "status": "ACTIVE",
        "networkMode": spec.network,
        "taskRoleArn": f"{role}-task",
        "executionRoleArn": f"{role}-execution",
        "requiresCompatibilities": [spec.launch],
        "compatibilities": ["EC2", "FARGATE"] if spec.network == "awsvpc" else ["EC2"],
        "cpu": str(cpu),
        "memory": str(memory),
        "volumes": [],
        "placementConstraints": [],
        "containerDefinitions": [
            _definition(cluster, spec, one, revision) for one in spec.containers
        ],
    }
    if spec.windows:
        found["runtimePlatform"] = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
    if spec.trait is Trait.AGENT_STOPPED:
        del found["taskRoleArn"]
    return found


def _definition(
    cluster: ClusterSpec, spec: ServiceSpec, one: ContainerSpec, revision: int
) -> Answer:
    main = one is spec.containers[0]
    registry = f"{cluster.account}.dkr.ecr.{cluster.region}.amazonaws.com"
    parameter = f"arn:aws:ssm:{cluster.region}:{cluster.account}:parameter/{spec.family}"
    found: Answer = {
        "name": one.name,
        "image": one.image if one.public else f"{registry}/{one.image}:v{revision}",
        "cpu": 0,
        "memoryReservation": 256 if main else 64,
        "essential": one.essential,
        "portMappings": [_mapping(spec, port) for port in one.ports],
        "environment": [{"name": key, "value": value} for key, value in one.environment.items()],
        "secrets": [{"name": name, "valueFrom": f"{parameter}/{name}"} for name in SECRETS[:main]],
        "mountPoints": [],
        "volumesFrom": [],
        "readonlyRootFilesystem": main and spec.trait is Trait.READONLY,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": f"/ecs/{spec.family}",
                "awslogs-region": cluster.region,
                "awslogs-stream-prefix": "ecs",
            },
        },
    }
    if not spec.windows:
        found["linuxParameters"] = {"initProcessEnabled": True}
    if one.checked:
        found["healthCheck"] = {
            "command": ["CMD-SHELL", f"curl -f http://localhost:{one.ports[0]}/health || exit 1"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
        }
    return found


def _mapping(spec: ServiceSpec, port: int) -> Answer:
    host = port if spec.network == "awsvpc" else 0
    return {"containerPort": port, "hostPort": host, "protocol": "tcp"}
