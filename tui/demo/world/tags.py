"""The tags of clusters, services, tasks and instances: who runs them, for which stage.

They follow from names, so that they cost nothing until somebody asks for them.
"""

from tui.demo.world.names import TEAM_OF
from tui.demo.world.node import Node
from tui.demo.world.spec import ClusterSpec
from tui.demo.world.task import Task

Tags = dict[str, str]


def _team(cluster: str) -> str:
    """Of a cluster; a second of the same kind (`payments-2`) has the same team."""
    return TEAM_OF.get(cluster.rstrip("0123456789").rstrip("-"), "platform")


def _stage(account: str) -> str:
    """Of an account: `payments-prod` and `prod` are both `prod`."""
    return account.rpartition("-")[2]


def of_cluster(spec: ClusterSpec) -> Tags:
    """A cluster's tags."""
    return {"team": _team(spec.name), "stage": _stage(spec.stage)}


def of_service(spec: ClusterSpec, name: str) -> Tags:
    """A service's tags."""
    return {**of_cluster(spec), "component": name}


def of_task(spec: ClusterSpec, task: Task) -> Tags:
    """A task's tags: those of its service, and those that ECS adds."""
    managed = {"aws:ecs:clusterName": spec.name}
    if not task.service:
        return {**of_cluster(spec), **managed}
    return {**of_service(spec, task.service), **managed, "aws:ecs:serviceName": task.service}


def of_instance(node: Node, account: str) -> Tags:
    """The tags of an EC2 instance; `account` is the name of its account."""
    tags = {"Name": node.name, "team": _team(node.cluster), "stage": _stage(account)}
    if node.cluster:
        tags["aws:autoscaling:groupName"] = f"ecs-{node.cluster}"
    return tags
