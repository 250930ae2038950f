"""The whole pretended fleet: finds accounts, regions, clusters and nodes, and makes what it finds.

A World costs nothing to make, whatever its size: clusters and nodes come into being when somebody
looks at them. `World(seed, fleet=containers, clock=clock)`.
"""

from collections.abc import Mapping
from functools import cached_property

from tui.demo.clock import Clock
from tui.demo.machine import Machine
from tui.demo.world.cluster import Cluster
from tui.demo.world.dice import Dice
from tui.demo.world.insides import container_machine, private_ip, runtime_id
from tui.demo.world.news import News
from tui.demo.world.node import Node, machine_of, make_host, make_node
from tui.demo.world.plan import DEFAULT_FLEET, Account, FleetPlan, Place, lay_out
from tui.demo.world.spec import ClusterSpec, cluster_names, kms_key_arn, make_cluster

DEFAULT_SEED = 7
_ENCRYPTED = 4
"""Of each ten places, by their number, the one whose session preferences demand encryption."""
MOST_CONTAINERS = 10_000_000
"""The largest fleet that is planned in a moment."""


class Site:
    """What stands in one account and region."""

    def __init__(self, place: Place, plan: FleetPlan, dice: Dice, clock: Clock) -> None:
        self.place = place
        self.dice = dice
        self.offline: set[str] = set()
        """Ids of nodes whose agents a test has taken offline."""
        self._plan = plan
        self._clock = clock
        self.epoch = clock.now()
        """When the demo started, in seconds since the epoch."""
        self._specs: dict[int, ClusterSpec] = {}
        self.living: dict[str, Cluster] = {}
        """The clusters that somebody has looked at, by name."""
        self._news: News | None = None

    @property
    def account(self) -> Account:
        """Whose it is."""
        return self.place.account

    @property
    def region(self) -> str:
        """Where it is."""
        return self.place.region

    @cached_property
    def session_key(self) -> str:
        """The ARN of the KMS key that the session preferences there name; mostly empty."""
        if self.place.index % 10 != _ENCRYPTED:
            return ""
        return kms_key_arn(self.place, "session preferences", self.dice)

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock.now()

    @cached_property
    def names(self) -> Mapping[str, int]:
        """The clusters' names and their numbers."""
        return {name: index for index, name in enumerate(cluster_names(self.place))}

    def spec(self, index: int) -> ClusterSpec:
        """What cluster number `index` is meant to run."""
        if index not in self._specs:
            per_cluster = self._plan.services_per_cluster
            self._specs[index] = make_cluster(self.place, index, per_cluster, self.dice)
        return self._specs[index]

    def cluster(self, name: str) -> Cluster | None:
        """The cluster of that name as it is now."""
        index = self.names.get(name)
        if index is None:
            return None
        found = self.living.get(name)
        if found is None:
            found = self.living[name] = Cluster(self.spec(index), self.dice, self.epoch)
            found.advance(self.now)
            if self._news is not None:
                found.listen(self._news)
        found.advance(self.now)
        return found

    def listen(self, news: News) -> None:
        """Tell of everything that happens from now on in clusters that somebody looks at."""
        self._news = news
        self.advance()
        for cluster in self.living.values():
            cluster.listen(news)

    def advance(self) -> None:
        """Let happen what happens until now, in every living cluster."""
        for cluster in self.living.values():
            cluster.advance(self.now)

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The managed nodes by id, in the order of their ids."""
        key = f"{self.account.number}/{self.region}"
        first = 4 * self.place.index
        found = [make_node(key, i, first, self.region, self.dice) for i in range(self.place.nodes)]
        for spec in map(self.spec, range(self.place.clusters)):
            found += [
                make_host(spec.instance_id(i, self.dice), spec.name, i, self.region, self.dice)
                for i in range(spec.instances)
            ]
        return {node.id: node for node in sorted(found, key=lambda node: node.id)}

    def ping(self, node: Node) -> tuple[str, float]:
        """A node's PingStatus and last ping."""
        status, at = node.ping(self.epoch, self.now)
        return ("ConnectionLost", at) if node.id in self.offline else (status, at)

    def machine(self, target: str) -> Machine | None:
        """The machine behind a target, if its agent is connected now."""
        if target.startswith("ecs:"):
            return self._container(target)
        node = self.nodes.get(target)
        if node is None or self.ping(node)[0] != "Online":
            return None
        return machine_of(node, self.account.number, self.region, self.account.name)

    def host(self, name: str) -> Machine | None:
        """The machine of that private name or address, running but not necessarily managed.

        Tasks are known only in clusters that somebody has looked at.
        """
        for node in self.nodes.values():
            if name in (node.ip, node.hostname, node.hostname.partition(".")[0], node.name):
                return machine_of(node, self.account.number, self.region, self.account.name)
        for cluster in self.living.values():
            for task in cluster.tasks.values():
                if task.ready and task.spec.network == "awsvpc":
                    ip = private_ip(task, self.dice)
                    if name in (ip, f"ip-{ip.replace('.', '-')}.{self.region}.compute.internal"):
                        first = runtime_id(task, task.spec.containers[0], self.dice)
                        return container_machine(cluster.spec, task, first, self.dice)
        return None

    def _container(self, target: str) -> Machine | None:
        parts = target.removeprefix("ecs:").rsplit("_", 2)
        cluster = self.cluster(parts[0]) if len(parts) == 3 else None
        if cluster is None:
            return None
        task = cluster.tasks.get(parts[1])
        if task is None or not task.reachable:
            return None
        return container_machine(cluster.spec, task, parts[2], self.dice)


class World:
    """The fleet; `fleet` is how many containers it wants to run, None for the default."""

    def __init__(self, seed: int, *, fleet: int | None = None, clock: Clock) -> None:
        self.dice = Dice(seed)
        size = DEFAULT_FLEET if fleet is None else max(1, min(fleet, MOST_CONTAINERS))
        self.plan = lay_out(size, self.dice)
        self.sites = {
            (place.account.number, place.region): Site(place, self.plan, self.dice, clock)
            for place in self.plan.places
        }
        """By account number and region."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The fleet's accounts; the first is the organization's management account."""
        return self.plan.accounts

    def account(self, number: str) -> Account | None:
        """The account of that number."""
        return next((one for one in self.accounts if one.number == number), None)

    def regions(self, account: str) -> tuple[str, ...]:
        """The regions that an account uses."""
        return tuple(region for number, region in self.sites if number == account)

    def site(self, account: str, region: str) -> Site | None:
        """What stands in an account's region; None if the account does not use it."""
        return self.sites.get((account, region))

    def machine(self, account: str, region: str, target: str) -> Machine | None:
        """The machine behind a Session Manager target, None unless its agent is connected."""
        site = self.site(account, region)
        return site.machine(target) if site is not None else None

    def host(self, account: str, region: str, name: str) -> Machine | None:
        """The machine of a private name or address, for forwards to other hosts."""
        site = self.site(account, region)
        return site.host(name) if site is not None else None

    def living(self) -> int:
        """How many clusters have been looked at so far."""
        return sum(len(site.living) for site in self.sites.values())
