"""EventBridge's events of ECS, as a rule hands them to a queue.

The details differ from what DescribeTasks tells: times are ISO 8601, an interface is an `eni`, an
agent has a `status`, and what is unknown or empty is left out (seen in events of real accounts).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tui.demo.api.ecs_tasks import describe_task
from tui.demo.queues import Queue
from tui.demo.world.cluster import Cluster
from tui.demo.world.service import Deployment, Service
from tui.demo.world.task import Task
from tui.demo.world.world import Site

_LEFT_OUT = frozenset({"tags", "platformFamily"})


class Bus:
    """Turns what happens at a site into messages of its queue."""

    def __init__(self, site: Site, queue: Queue) -> None:
        self._site = site
        self._queue = queue

    def task(self, cluster: Cluster, task: Task, at: float) -> None:
        """ECS Task State Change."""
        told = describe_task(cluster, task, self._site.dice)
        detail = _detail(told) | {"updatedAt": iso(at)}
        self._put("ECS Task State Change", told["taskArn"], detail, at, task.version)

    def deployment(self, service: Service, deployment: Deployment, name: str) -> None:
        """ECS Deployment State Change."""
        detail = {
            "eventType": "INFO",
            "eventName": name,
            "deploymentId": deployment.id,
            "updatedAt": iso(deployment.updated),
            "reason": deployment.rollout_reason,
        }
        self._put("ECS Deployment State Change", service.arn, detail, deployment.updated, name)

    def action(self, service: Service, name: str, at: float) -> None:
        """ECS Service Action."""
        detail = {
            "eventType": "WARN" if name.endswith("IMPAIRED") else "INFO",
            "eventName": name,
            "clusterArn": service.cluster.arn("cluster", service.cluster.name),
            "createdAt": iso(at),
        }
        self._put("ECS Service Action", service.arn, detail, at, name)

    def _put(self, kind: str, arn: str, detail: Mapping[str, Any], at: float, mark: object) -> None:
        event = {
            "version": "0",
            "id": self._site.dice.uuid("event", kind, arn, at, mark),
            "detail-type": kind,
            "source": "aws.ecs",
            "account": self._site.account.number,
            "time": iso(at)[:19] + "Z",
            "region": self._site.region,
            "resources": [arn],
            "detail": detail,
        }
        self._queue.put(json.dumps(event, separators=(",", ":")), at)


def iso(at: float) -> str:
    """`2026-01-01T00:00:00.000Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def _detail(told: Mapping[str, Any]) -> dict[str, Any]:
    """A task, as events describe it."""
    detail = _plain({name: one for name, one in told.items() if name not in _LEFT_OUT})
    detail["attachments"] = [{**one, "type": "eni"} for one in told["attachments"]]
    detail["overrides"] = {"containerOverrides": told["overrides"]["containerOverrides"]}
    detail["containers"] = [_container(one) for one in told["containers"]]
    return detail


def _container(told: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain({name: one for name, one in told.items() if one != []})
    if "managedAgents" in told:
        found["managedAgents"] = [
            _plain({"status" if key == "lastStatus" else key: one for key, one in agent.items()})
            for agent in told["managedAgents"]
        ]
    return found


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without a health that nobody checks, and with times as text."""
    return {
        name: iso(one) if name.endswith("At") else one
        for name, one in told.items()
        if (name, one) != ("healthStatus", "UNKNOWN")
    }
