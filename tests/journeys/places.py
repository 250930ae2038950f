"""Where something special stands in the pretended fleet, found in the world itself."""

from collections.abc import Iterator

from tui.demo.embedded import EmbeddedAws
from tui.demo.world.cluster import Cluster
from tui.demo.world.node import Node
from tui.demo.world.spec import Trait
from tui.demo.world.task import Task
from tui.demo.world.world import Site


def _clusters(aws: EmbeddedAws) -> Iterator[tuple[Site, Cluster]]:
    for site in aws.world.sites.values():
        for name in site.names:
            cluster = site.cluster(name)
            assert cluster is not None
            yield site, cluster


def service_of(aws: EmbeddedAws, trait: Trait) -> str:
    """The address of the first service with that trait."""
    return next(
        f"{_place(site)}/{cluster.spec.name}/{service.spec.name}"
        for site, cluster in _clusters(aws)
        for service in cluster.services.values()
        if service.spec.trait is trait
    )


def tasks_of(aws: EmbeddedAws, service: str) -> list[Task]:
    """The running tasks of the service at that address."""
    for site, cluster in _clusters(aws):
        if service.startswith(f"{_place(site)}/{cluster.spec.name}/"):
            one = cluster.services[service.rpartition("/")[2]]
            return [task for task in one.alive() if task.status == "RUNNING"]
    raise AssertionError(f"no cluster for {service}")


def cluster_of(aws: EmbeddedAws, address: str) -> Cluster:
    """The cluster that an address leads to or through."""
    return next(
        cluster
        for site, cluster in _clusters(aws)
        if f"{address}/".startswith(f"{_place(site)}/{cluster.spec.name}/")
    )


def node_of(aws: EmbeddedAws, *, windows: bool = False, ping: str = "Online") -> tuple[str, Node]:
    """The address of the first such node, and the node."""
    return next(
        (f"{_place(site)}/{node.id}", node)
        for site in aws.world.sites.values()
        for node in site.nodes.values()
        if node.windows is windows and site.ping(node)[0] == ping and node.outage != "flapping"
    )


def _place(site: Site) -> str:
    return f"{site.account.name}/{site.region}"
