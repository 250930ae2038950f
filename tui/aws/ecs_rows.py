"""ECS answers as rows: clusters, services, tasks and containers."""

from sys import intern

from tui.aws.fields import (
    Fields,
    all_texts,
    all_words,
    fields,
    flag,
    items,
    last_part,
    number,
    seconds,
    text,
    whole,
)
from tui.aws.status import cluster_status, service_status, task_status
from tui.aws.tags import tags_of
from tui.model.resource import Cluster, Container, Region, Service, Task, address_of

_EXEC_AGENT = "ExecuteCommandAgent"
_SERVICE_GROUP = "service:"
_NOTHING: Fields = {}


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
        address=intern(address_of(cluster.address, name)),
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


_TASK_TEXTS = ("taskArn", "containerInstanceArn", "stoppedReason")
_TASK_WORDS = (
    "group", "taskDefinitionArn", "lastStatus", "desiredStatus", "healthStatus", "cpu", "memory",
    "availabilityZone", "stopCode", "platformFamily", "platformVersion",
)  # fmt: skip
_CONTAINER_TEXTS = ("runtimeId", "reason")
_CONTAINER_WORDS = ("name", "image", "lastStatus", "healthStatus")


def parse_task(one: Fields, cluster: Cluster, services: frozenset[str]) -> Task | None:
    """One task of DescribeTasks; none without an ARN. Its address goes through the service of its
    group; it hangs there if that is one of `services` (addresses), else under the cluster."""
    arn, instance, reason = all_texts(one, _TASK_TEXTS)
    words = all_words(one, _TASK_WORDS)
    group, definition, last, desired, health, cpu, memory, zone, code, family, version = words
    name, service = last_part(arn), _service_of(group)
    if not name:
        return None
    above = intern(address_of(cluster.address, service)) if service else cluster.address
    return Task(
        address=address_of(above, name),
        parent=above if above in services else cluster.address,
        name=name,
        status=task_status(last, health, failed=_has_failed(one)),
        arn_stem=intern(arn.removesuffix(name)),
        account=cluster.account,
        region=cluster.region,
        cluster=cluster.name,
        service=intern(service),
        task_definition=intern(last_part(definition)),
        launch_type=_launch_type(one),
        last_status=last,
        desired_status=desired,
        health=health,
        exec_enabled=one.get("enableExecuteCommand") is True,
        exec_kms_key=cluster.exec_kms_key,
        platform=intern(f"{family} {version}".strip()),
        cpu=cpu,
        memory=memory,
        zone=zone,
        private_ip=_attached_ip(one),
        container_instance=intern(instance),
        created_at=seconds(one, "createdAt"),
        started_at=seconds(one, "startedAt"),
        stopped_at=seconds(one, "stoppedAt"),
        stop_code=code,
        stopped_reason=reason,
        tags=tags_of(one),
    )


def service_in(task: Fields) -> str:
    """The name of a task's service; empty for a standalone task."""
    return _service_of(text(task, "group"))


def parse_containers(one: Fields, task: Task) -> list[Container]:
    """The containers of a task of DescribeTasks, in AWS's order."""
    failed = _has_failed(one)
    found = [_container(part, task, failed=failed) for part in items(one, "containers")]
    return [container for container in found if container is not None]


def _container(one: Fields, task: Task, *, failed: bool) -> Container | None:
    name, image, last, health = all_words(one, _CONTAINER_WORDS)
    name = name or last_part(text(one, "containerArn"))
    if not name:
        return None
    runtime, reason = all_texts(one, _CONTAINER_TEXTS)
    begin = f"{task.name}-"  # of a runtime id on Fargate
    agent = _exec_agent(one)
    exit_code = whole(one, "exitCode")
    return Container(
        address=address_of(task.address, name),
        parent=task.address,
        name=name,
        status=task_status(last, health, failed=failed and exit_code != 0),
        account=task.account,
        region=task.region,
        cluster=task.cluster,
        task_id=task.name,
        task_arn_stem=task.arn_stem,
        task_definition=task.task_definition,
        runtime_tail=runtime.removeprefix(task.name) if runtime.startswith(begin) else runtime,
        image=image,
        last_status=last,
        health=health,
        exec_enabled=task.exec_enabled,
        exec_kms_key=task.exec_kms_key,
        # Events call it by another name than DescribeTasks.
        agent_status=intern(text(agent, "lastStatus") or text(agent, "status")),
        agent_reason=text(agent, "reason"),
        private_ip=_own_ip(one, task.private_ip),
        ports=_ports(one),
        exit_code=exit_code,
        reason=reason,
        started_at=task.started_at,
    )


def _exec_agent(container: Fields) -> Fields:
    for agent in items(container, "managedAgents"):
        if agent.get("name") == _EXEC_AGENT:
            return agent
    return _NOTHING


def _service_of(group: str) -> str:
    """The service that a task group names; empty for the group of a standalone task."""
    return group.removeprefix(_SERVICE_GROUP) if group.startswith(_SERVICE_GROUP) else ""


def _has_failed(task: Fields) -> bool:
    """Whether a stopped task stopped because something went wrong."""
    code = text(task, "stopCode")
    if not code and "stoppedReason" not in task:
        return False
    if code == "EssentialContainerExited":
        return any(whole(one, "exitCode") not in {0, None} for one in items(task, "containers"))
    # The service scheduler replaces unhealthy tasks; only its sentence tells that from scaling in.
    return code == "TaskFailedToStart" or "fail" in text(task, "stoppedReason").lower()


def _launch_type(one: Fields) -> str:
    """FARGATE, EC2 or EXTERNAL, or the capacity providers that stand for it."""
    known = text(one, "launchType") or text(one, "capacityProviderName")
    if known:
        return intern(known)
    strategy = items(one, "capacityProviderStrategy")
    return intern("+".join(text(part, "capacityProvider") for part in strategy[:8]))


def _rollout(state: str, reason: str) -> str:
    return f"{state}: {reason}" if state == "FAILED" and reason else state


def _attached_ip(task: Fields) -> str:
    """The address of the task's own network interface (awsvpc mode)."""
    for one in items(task, "attachments"):
        for part in items(one, "details"):
            if part.get("name") == "privateIPv4Address":
                return text(part, "value")
    return ""


def _own_ip(container: Fields, task_ip: str) -> str:
    """The container's address, which is mostly its task's."""
    for one in items(container, "networkInterfaces")[:1]:
        own = text(one, "privateIpv4Address")
        return own if own and own != task_ip else task_ip
    return task_ip


def _ports(container: Fields) -> tuple[int, ...]:
    bound = items(container, "networkBindings")
    if not bound:
        return ()
    ports = {number(one, "containerPort") for one in bound}
    return tuple(sorted(port for port in ports if 0 < port < 65536))
