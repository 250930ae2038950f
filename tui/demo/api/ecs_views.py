"""Clusters, services and container instances as ECS describes them."""

from collections.abc import Iterable, Sequence

from tui.demo.api.call import Answer
from tui.demo.api.ecs_tasks import definition_arn
from tui.demo.world.cluster import Cluster
from tui.demo.world.service import Deployment, Service
from tui.demo.world.spec import EC2, FARGATE
from tui.demo.world.task import Task
from tui.demo.world.world import Site

_PENDING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})


def _counts(tasks: Iterable[Task]) -> tuple[int, int]:
    """How many run and how many are on their way."""
    alive = [task.status for task in tasks if task.wanted == "RUNNING"]
    return alive.count("RUNNING"), sum(status in _PENDING for status in alive)


def describe_cluster(cluster: Cluster, include: Sequence[str]) -> Answer:
    """A cluster as DescribeClusters tells it."""
    running, pending = _counts(cluster.tasks.values())
    found: Answer = {
        "clusterArn": cluster.arn,
        "clusterName": cluster.spec.name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": cluster.spec.instances,
        "runningTasksCount": running,
        "pendingTasksCount": pending,
        "activeServicesCount": len(cluster.services),
        "statistics": [],
        "tags": [],
        "settings": [],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [],
    }
    if "CONFIGURATIONS" in include:
        execution = {"kmsKeyId": cluster.spec.exec_key} if cluster.spec.exec_key else {}
        found["configuration"] = {
            "executeCommandConfiguration": {**execution, "logging": "DEFAULT"}
        }
    if "SETTINGS" in include:
        found["settings"] = [{"name": "containerInsights", "value": "disabled"}]
    if "STATISTICS" in include:
        found["statistics"] = _statistics(cluster)
    return found


def _statistics(cluster: Cluster) -> list[Answer]:
    found = []
    for launch, word in ((EC2, "EC2"), (FARGATE, "Fargate")):
        running, pending = _counts(t for t in cluster.tasks.values() if t.spec.launch == launch)
        services = sum(one.spec.launch == launch for one in cluster.services.values())
        found += [
            {"name": f"running{word}TasksCount", "value": str(running)},
            {"name": f"pending{word}TasksCount", "value": str(pending)},
            {"name": f"active{word}ServiceCount", "value": str(services)},
        ]
    return found


def describe_service(cluster: Cluster, service: Service) -> Answer:
    """A service as DescribeServices tells it."""
    spec = service.spec
    running, pending = _counts(service.tasks.values())
    primary = service.deployments[0]
    found: Answer = {
        "serviceArn": service.arn,
        "serviceName": spec.name,
        "clusterArn": cluster.arn,
        "loadBalancers": _balancers(service) if spec.balanced else [],
        "status": "ACTIVE",
        "desiredCount": service.desired,
        "runningCount": running,
        "pendingCount": pending,
        "launchType": spec.launch,
        "taskDefinition": definition_arn(cluster.spec, spec, primary.revision),
        "deployments": [
            _deployment(cluster, service, one, one is primary) for one in service.deployments
        ],
        "events": [
            {"id": event.id, "createdAt": event.at, "message": event.message}
            for event in service.events
        ],
        "createdAt": service.created,
        "enableExecuteCommand": service.exec_on,
    }
    if spec.launch == FARGATE:
        found["platformVersion"] = "LATEST"
        found["platformFamily"] = "WINDOWS_SERVER_2022_CORE" if spec.windows else "Linux"
    return found | _settings(cluster)


def _balancers(service: Service) -> list[Answer]:
    main = service.spec.containers[0]
    return [
        {
            "targetGroupArn": service.group,
            "containerName": main.name,
            "containerPort": main.ports[0],
        }
    ]


def _settings(cluster: Cluster) -> Answer:
    """What is the same for all services of a cluster."""
    account = f"arn:aws:iam::{cluster.spec.account}:role"
    return {
        "serviceRegistries": [],
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "roleArn": f"{account}/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "placementConstraints": [],
        "placementStrategy": [],
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "createdBy": f"{account}/deploy",
        "enableECSManagedTags": True,
        "propagateTags": "SERVICE",
    }


def _deployment(cluster: Cluster, service: Service, one: Deployment, primary: bool) -> Answer:
    spec = service.spec
    running, pending = _counts(t for t in service.tasks.values() if t.deployment == one.id)
    found: Answer = {
        "id": one.id,
        "status": "PRIMARY" if primary else "ACTIVE",
        "taskDefinition": definition_arn(cluster.spec, spec, one.revision),
        "desiredCount": service.desired if primary else running,
        "pendingCount": pending,
        "runningCount": running,
        "failedTasks": one.failed,
        "createdAt": one.created,
        "updatedAt": one.updated,
        "launchType": spec.launch,
        "rolloutState": one.rollout,
        "rolloutStateReason": one.rollout_reason,
    }
    if spec.launch == FARGATE:
        found["platformVersion"] = "1.0.0" if spec.windows else "1.4.0"
        found["platformFamily"] = "WINDOWS_SERVER_2022_CORE" if spec.windows else "Linux"
    return found


def describe_instance(cluster: Cluster, index: int, site: Site) -> Answer:
    """A container instance as DescribeContainerInstances tells it."""
    running, pending = _counts(cluster.on_instance(index))
    identity = cluster.spec.instance_id(index, site.dice)
    node = site.nodes[identity]
    return {
        "containerInstanceArn": cluster.instance_arn(index),
        "ec2InstanceId": identity,
        "version": 3,
        "versionInfo": {
            "agentVersion": "1.98.0",
            "agentHash": "0c0b2e4d",
            "dockerVersion": "DockerVersion: 25.0.8",
        },
        "remainingResources": [],
        "registeredResources": [],
        "status": "ACTIVE",
        "agentConnected": True,
        "runningTasksCount": running,
        "pendingTasksCount": pending,
        "attributes": [
            {"name": "ecs.instance-type", "value": node.instance_type},
            {"name": "ecs.availability-zone", "value": node.zone},
            {"name": "ecs.os-type", "value": "linux"},
        ],
        "registeredAt": site.epoch - 20 * 86_400.0,
        "attachments": [],
        "tags": [],
    }
