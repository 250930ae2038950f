"""Finds what an ECS call names, by short name or ARN, and refuses in ECS's words."""

from collections.abc import Mapping, Sequence

from tui.demo.api.call import Answer, Call
from tui.demo.faults import Fault
from tui.demo.world.cluster import Cluster
from tui.demo.world.service import Service


def invalid(message: str) -> Fault:
    """InvalidParameterException."""
    return Fault("InvalidParameterException", message)


def last_part(name: str, call: Call, kind: str) -> str | None:
    """The name in an ARN of the caller's account and region, or the name; None if foreign."""
    if not name.startswith("arn:"):
        return name
    prefix = f"arn:aws:ecs:{call.region}:{call.account}:{kind}/"
    return name.rpartition("/")[2] if name.startswith(prefix) else None


def cluster_of(call: Call) -> Cluster:
    """The cluster that the call is about; `default` if it names none."""
    name = last_part(call.params.get("cluster") or "default", call, "cluster")
    found = call.site.cluster(name) if name is not None else None
    if found is None:
        raise Fault("ClusterNotFoundException", "Cluster not found.")
    return found


def service_of(call: Call, cluster: Cluster, name: str) -> Service:
    """The service of that name or ARN."""
    short = last_part(name, call, "service")
    if short is None or short not in cluster.services:
        raise Fault("ServiceNotFoundException", "Service not found.")
    return cluster.services[short]


def batch(items: Sequence[str], most: int, word: str) -> Sequence[str]:
    """The items, if they are not more than ECS takes at once."""
    if not items:
        raise invalid(f"{word} cannot be empty.")
    if len(items) > most:
        raise invalid(f"{word} cannot have more than {most} elements.")
    return items


def page_size(call: Call, default: int) -> int:
    """maxResults, from 1 to 100."""
    size: int = call.params.get("maxResults", default)
    if not 1 <= size <= 100:
        raise invalid("maxResults must be between 1 and 100.")
    return size


def tagged(call: Call, tags: Mapping[str, str]) -> Answer:
    """The tags, if the call wants them to be included."""
    if "TAGS" not in call.params.get("include", ()):
        return {}
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}
