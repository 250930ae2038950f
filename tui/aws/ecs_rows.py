"""ECS answers as rows: clusters, services, tasks and containers."""

from sys import intern

from tui.aws.fields import Fields, fields, flag, items, last_part, number, seconds, text, whole
from tui.aws.status import cluster_status, service_status, task_status
from tui.aws.tags import tags_of
from tui.model.resource import Cluster, Container, Region, Service, Task, address_of

_EXEC_AGENT = "ExecuteCommandAgent"
_SERVICE_GROUP = "service:"


def parse_cluster(one: Fields, region: Region) -> Cluster | None:
    """One cluster of DescribeClusters; none without an ARN."""
    arn = text(one, "clusterArn")
    name = text(one, "clusterName") or last_part(arn)
    if not name or not arn:
        return None
    execution = fields(fields(one, "configuration"), "executeCommandConfiguration")
    return Cluster(
        address=address_of(region.address, name),
        parent=region.address,
        name=name,
        status=cluster_status(text(one, "status")),
        arn=arn,
        account=region.account,
        region=region.name,
        services=number(one, "activeServicesCount"),
        running=number(one, "runningTasksCount"),
        pending=number(one, "pendingTasksCount"),
        container_instances=number(one, "registeredContainerInstancesCount"),
        exec_kms_key=text(execution, "kmsKeyId"),
        exec_logging=text(execution, "logging"),
        tags=tags_of(one),
    )


def parse_service(one: Fields, cluster: Cluster) -> Service | None:
    """One service of DescribeServices; none without an ARN."""
    arn = text(one, "serviceArn")
    name = text(one, "serviceName") or last_part(arn)
    if not name or not arn:
        return None
    deployments = items(one, "deployments")
    primary = next((d for d in deployments if text(d, "status") == "PRIMARY"), {})
    rollout = text(primary, "rolloutState")
    desired, running = number(one, "desiredCount"), number(one, "runningCount")
    return Service(
        address=address_of(cluster.address, name),
        parent=cluster.address,
        name=name,
        status=service_status(text(one, "status"), rollout, desired, running, len(deployments)),
        arn=arn,
        account=cluster.account,
        region=cluster.region,
        cluster=cluster.name,
        desired=desired,
        running=running,
        pending=number(one, "pendingCount"),
        exec_enabled=flag(one, "enableExecuteCommand"),
        launch_type=_launch_type(one),
        task_definition=intern(last_part(text(one, "taskDefinition"))),
        rollout=_rollout(rollout, text(primary, "rolloutStateReason")),
        created_at=seconds(one, "createdAt"),
        event=text(next(iter(items(one, "events")), {}), "message"),
        tags=tags_of(one),
    )


def parse_task(one: Fields, cluster: Cluster, services: frozenset[str]) -> Task | None:
    """One task of DescribeTasks; none without an ARN. Its address goes through the service that
    its group names; it hangs there if that is one of `services` (addresses), else under the
    cluster."""
    arn = text(one, "taskArn")
    if not last_part(arn):
        return None
    service = _service_of(text(one, "group"))
    above = address_of(cluster.address, service) if service else cluster.address
    last, health = text(one, "lastStatus"), text(one, "healthStatus")
    return Task(
        address=address_of(above, last_part(arn)),
        parent=above if above in services else cluster.address,
        name=last_part(arn),
        status=task_status(last, health, failed=_has_failed(one)),
        arn=arn,
        account=cluster.account,
        region=cluster.region,
        cluster=cluster.name,
        service=intern(service),
        task_definition=intern(last_part(text(one, "taskDefinitionArn"))),
        launch_type=_launch_type(one),
        last_status=intern(last),
        desired_status=intern(text(one, "desiredStatus")),
        health=intern(health),
        exec_enabled=flag(one, "enableExecuteCommand"),
        exec_kms_key=cluster.exec_kms_key,
        platform=intern(_platform(one)),
        cpu=intern(text(one, "cpu")),
        memory=intern(text(one, "memory")),
        zone=intern(text(one, "availabilityZone")),
        private_ip=_attached_ip(one),
        container_instance=text(one, "containerInstanceArn"),
        created_at=seconds(one, "createdAt"),
        started_at=seconds(one, "startedAt"),
        stopped_at=seconds(one, "stoppedAt"),
        stop_code=intern(text(one, "stopCode")),
        stopped_reason=text(one, "stoppedReason"),
        tags=tags_of(one),
    )


def parse_containers(one: Fields, task: Task) -> list[Container]:
    """The containers of a task of DescribeTasks, in AWS's order."""
    failed = _has_failed(one)
    found = (_container(part, task, failed=failed) for part in items(one, "containers"))
    return [container for container in found if container is not None]


def _container(one: Fields, task: Task, *, failed: bool) -> Container | None:
    name = text(one, "name") or last_part(text(one, "containerArn"))
    if not name:
        return None
    agents = items(one, "managedAgents")
    agent = next((a for a in agents if text(a, "name") == _EXEC_AGENT), {})
    last, health = text(one, "lastStatus"), text(one, "healthStatus")
    exit_code = whole(one, "exitCode")
    return Container(
        address=address_of(task.address, name),
        parent=task.address,
        name=intern(name),
        status=task_status(last, health, failed=failed and exit_code != 0),
        account=task.account,
        region=task.region,
        cluster=task.cluster,
        task_arn=task.arn,
        task_definition=task.task_definition,
        runtime_id=text(one, "runtimeId"),
        image=intern(text(one, "image")),
        last_status=intern(last),
        health=intern(health),
        exec_enabled=task.exec_enabled,
        exec_kms_key=task.exec_kms_key,
        agent_status=intern(text(agent, "lastStatus")),
        agent_reason=text(agent, "reason"),
        private_ip=_own_ip(one) or task.private_ip,
        ports=_ports(one),
        exit_code=exit_code,
        reason=text(one, "reason"),
        started_at=task.started_at,
    )


def _service_of(group: str) -> str:
    """The service that a task group names; empty for the group of a standalone task."""
    return group.removeprefix(_SERVICE_GROUP) if group.startswith(_SERVICE_GROUP) else ""


def _has_failed(task: Fields) -> bool:
    """Whether a stopped task stopped because something went wrong."""
    code = text(task, "stopCode")
    if code == "EssentialContainerExited":
        return any(whole(one, "exitCode") not in {0, None} for one in items(task, "containers"))
    # The service scheduler replaces unhealthy tasks; only its sentence tells that from scaling in.
    return code == "TaskFailedToStart" or "fail" in text(task, "stoppedReason").lower()


def _launch_type(one: Fields) -> str:
    """FARGATE, EC2 or EXTERNAL, or the capacity providers that stand for it."""
    strategy = items(one, "capacityProviderStrategy")
    providers = "+".join(text(part, "capacityProvider") for part in strategy[:8])
    return intern(text(one, "launchType") or text(one, "capacityProviderName") or providers)


def _rollout(state: str, reason: str) -> str:
    return f"{state}: {reason}" if state == "FAILED" and reason else state


def _platform(task: Fields) -> str:
    return f"{text(task, 'platformFamily')} {text(task, 'platformVersion')}".strip()


def _attached_ip(task: Fields) -> str:
    """The address of the task's own network interface (awsvpc mode)."""
    details = (part for one in items(task, "attachments") for part in items(one, "details"))
    wanted = (part for part in details if text(part, "name") == "privateIPv4Address")
    return text(next(wanted, {}), "value")


def _own_ip(container: Fields) -> str:
    return text(next(iter(items(container, "networkInterfaces")), {}), "privateIpv4Address")


def _ports(container: Fields) -> tuple[int, ...]:
    bound = {number(one, "containerPort") for one in items(container, "networkBindings")}
    return tuple(sorted(port for port in bound if 0 < port < 65536))
