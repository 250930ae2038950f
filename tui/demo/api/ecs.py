"""Elastic Container Service: clusters, services and their tasks."""

from collections.abc import Mapping, Sequence

import msgspec

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.api.ecs_exec import execute_command
from tui.demo.api.ecs_find import (
    batch,
    cluster_of,
    invalid,
    last_part,
    page_size,
    service_of,
    tagged,
)
from tui.demo.api.ecs_tasks import describe_task, describe_task_definition
from tui.demo.api.ecs_views import describe_cluster, describe_instance, describe_service
from tui.demo.faults import Fault
from tui.demo.world.cluster import Cluster
from tui.demo.world.tags import of_cluster, of_service, of_task
from tui.demo.world.task import Task

_JSON = msgspec.json.Encoder()


def _arns(call: Call, name: str, arns: Sequence[str], default: int) -> Answer:
    """One page of ARNs."""
    chosen, token = call.page(
        sorted(arns), str, page_size(call, default), call.params.get("nextToken")
    )
    return {name: list(chosen), "nextToken": token} if token else {name: list(chosen)}


def list_clusters(call: Call) -> Answer:
    """The clusters' ARNs."""
    prefix = f"arn:aws:ecs:{call.region}:{call.account}:cluster/"
    return _arns(call, "clusterArns", [prefix + name for name in call.site.names], 100)


def describe_clusters(call: Call) -> Answer:
    """Up to 100 clusters; those that do not exist are failures."""
    wanted = batch(call.params.get("clusters") or ["default"], 100, "Clusters")
    clusters, failures = [], []
    for name in wanted:
        short = last_part(name, call, "cluster")
        found = call.site.cluster(short) if short is not None else None
        if found is not None:
            told = describe_cluster(found, call.params.get("include", ()))
            clusters.append(told | tagged(call, of_cluster(found.spec)))
        else:
            failures.append(_missing(call, "cluster", name))
    return {"clusters": clusters, "failures": failures}


def _missing(call: Call, kind: str, name: str) -> Answer:
    arn = (
        name
        if name.startswith("arn:")
        else f"arn:aws:ecs:{call.region}:{call.account}:{kind}/{name}"
    )
    return {"arn": arn, "reason": "MISSING"}


def list_services(call: Call) -> Answer:
    """The services' ARNs, 10 a page by default."""
    launch = call.params.get("launchType")
    services = cluster_of(call).services.values()
    arns = [one.arn for one in services if launch in (None, one.spec.launch)]
    return _arns(call, "serviceArns", arns, 10)


def describe_services(call: Call) -> Answer:
    """Up to 10 services."""
    cluster = cluster_of(call)
    services, failures = [], []
    for name in batch(call.params["services"], 10, "Services"):
        short = last_part(name, call, "service")
        if short in cluster.services:
            told = describe_service(cluster, cluster.services[short])
            services.append(told | tagged(call, of_service(cluster.spec, short)))
        else:
            failures.append(_missing(call, "service", name))
    return {"services": services, "failures": failures}


def list_tasks(call: Call) -> Answer:
    """The tasks' ARNs; those that should be running, unless asked for the stopped."""
    cluster, params = cluster_of(call), call.params
    tasks: Sequence[Task] = list(cluster.tasks.values())
    if "serviceName" in params:
        if "family" in params:
            raise invalid("Cannot filter by both serviceName and family.")
        tasks = list(service_of(call, cluster, params["serviceName"]).tasks.values())
    wanted = params.get("desiredStatus", "RUNNING")
    instance = params.get("containerInstance")
    number = _instance_number(call, cluster, instance) if instance else None
    arns = [
        cluster.task_arn(task)
        for task in tasks
        if task.wanted == wanted
        and params.get("family", task.spec.family) == task.spec.family
        and params.get("startedBy", task.started_by) == task.started_by
        and params.get("launchType", task.spec.launch) == task.spec.launch
        and number in (None, task.instance)
    ]
    return _arns(call, "taskArns", arns, 100)


def describe_tasks(call: Call) -> Answer:
    """Up to 100 tasks, also those that stopped within the last hour."""
    cluster = cluster_of(call)
    tasks, failures = [], []
    for name in batch(call.params["tasks"], 100, "Tasks"):
        task = cluster.tasks.get(last_part(name, call, "task") or "")
        if task is not None:
            tasks.append(_told(call, cluster, task))
        else:
            short = name if name.startswith("arn:") else f"{cluster.spec.name}/{name}"
            failures.append(_missing(call, "task", short))
    return {"tasks": tasks, "failures": failures}


def _told(call: Call, cluster: Cluster, task: Task) -> msgspec.Raw:
    """A task as it is sent. Most are told again and again without a change: so it is kept."""
    needs = (task.version, "TAGS" in call.params.get("include", ()))
    if task.told is None or task.told[0] != needs:
        told = describe_task(cluster, task, call.site.dice)
        told |= tagged(call, of_task(cluster.spec, task))
        task.told = (needs, _JSON.encode(told))
    return msgspec.Raw(task.told[1])


def _instance_number(call: Call, cluster: Cluster, name: str) -> int | None:
    """The number of a container instance, None if there is none of that name."""
    short = last_part(name, call, "container-instance")
    for index in range(cluster.spec.instances):
        if cluster.instance_arn(index).rpartition("/")[2] == short:
            return index
    return -2


def list_container_instances(call: Call) -> Answer:
    """The container instances' ARNs."""
    cluster = cluster_of(call)
    arns = [cluster.instance_arn(index) for index in range(cluster.spec.instances)]
    return _arns(call, "containerInstanceArns", arns, 100)


def describe_container_instances(call: Call) -> Answer:
    """Up to 100 container instances, each with the EC2 instance that it is."""
    cluster = cluster_of(call)
    found, failures = [], []
    for name in batch(call.params["containerInstances"], 100, "Container instances"):
        number = _instance_number(call, cluster, name)
        if number is not None and number >= 0:
            told = describe_instance(cluster, number, call.site)
            found.append(told | tagged(call, of_cluster(cluster.spec)))
        else:
            failures.append(_missing(call, "container-instance", name))
    return {"containerInstances": found, "failures": failures}


def update_service(call: Call) -> Answer:
    """New settings for a service, and a new deployment if that is asked for."""
    cluster, params = cluster_of(call), call.params
    service = service_of(call, cluster, params["service"])
    if params.get("desiredCount", 0) < 0:
        raise invalid("desiredCount cannot be negative.")
    cluster.update(
        service,
        force=params.get("forceNewDeployment", False),
        exec_on=params.get("enableExecuteCommand"),
        desired=params.get("desiredCount"),
    )
    return {"service": describe_service(cluster, service)}


def stop_task(call: Call) -> Answer:
    """A task begins to stop."""
    cluster = cluster_of(call)
    task = cluster.tasks.get(last_part(call.params["task"], call, "task") or "")
    if task is None:
        raise invalid("The referenced task was not found.")
    cluster.stop_task(task, call.params.get("reason", ""))
    return {"task": describe_task(cluster, task, call.site.dice)}


def describe_definition(call: Call) -> Answer:
    """A task definition by family, family:revision, or ARN."""
    prefix = f"arn:aws:ecs:{call.region}:{call.account}:task-definition/"
    family, _, revision = call.params["taskDefinition"].removeprefix(prefix).partition(":")
    for index in range(len(call.site.names)):
        spec = call.site.spec(index)
        schedule = (spec.schedule,) if spec.schedule is not None else ()
        for one in (*spec.services, *spec.standalone, *schedule):
            if one.family == family and (revision.isdigit() or not revision):
                number = int(revision[:9]) if revision else one.revision
                return {"taskDefinition": describe_task_definition(spec, one, number)}
    raise Fault("ClientException", "Unable to describe task definition.")


HANDLERS: Mapping[str, Handler] = {
    "ListClusters": list_clusters,
    "DescribeClusters": describe_clusters,
    "ListServices": list_services,
    "DescribeServices": describe_services,
    "ListTasks": list_tasks,
    "DescribeTasks": describe_tasks,
    "DescribeTaskDefinition": describe_definition,
    "ListContainerInstances": list_container_instances,
    "DescribeContainerInstances": describe_container_instances,
    "ExecuteCommand": execute_command,
    "UpdateService": update_service,
    "StopTask": stop_task,
}
