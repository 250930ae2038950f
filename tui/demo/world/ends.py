"""Why tasks stop: AWS's stop codes and sentences."""

from dataclasses import dataclass

from tui.demo.world.spec import ClusterSpec, ServiceSpec


@dataclass(frozen=True, slots=True)
class End:
    """How a task ended."""

    code: str
    """stopCode."""
    reason: str
    """stoppedReason."""
    exit_code: int | None = None
    """Of the application, when it ended by itself; None when it is stopped from outside."""
    container_reason: str = ""


def scaled(deployment: str) -> End:
    """The service scheduler replaces the task or wants fewer."""
    return End(
        "ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {deployment})"
    )


def by_user(reason: str) -> End:
    """Somebody called StopTask."""
    return End("UserInitiated", reason or "Task stopped by user")


def target_group(cluster: ClusterSpec, service: ServiceSpec, digits: str) -> str:
    """The ARN of a service's load balancer target group."""
    name = service.family[:32].rstrip("-")
    return (
        f"arn:aws:elasticloadbalancing:{cluster.region}:{cluster.account}:"
        f"targetgroup/{name}/{digits}"
    )


def balancer_unhealthy(group: str) -> End:
    """The load balancer gave it up."""
    return End(
        "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {group})"
    )


CONTAINER_UNHEALTHY = End("ServiceSchedulerInitiated", "Task failed container health checks")
EXITED = End("EssentialContainerExited", "Essential container in task exited", 1)
FINISHED = End("EssentialContainerExited", "Essential container in task exited", 0)
OUT_OF_MEMORY = End(
    "EssentialContainerExited",
    "Essential container in task exited",
    137,
    "OutOfMemoryError: Container killed due to memory usage",
)


def cannot_pull(image: str) -> End:
    """The image does not exist."""
    return End(
        "TaskFailedToStart",
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
        f"resolve ref {image}: {image}: not found",
    )
