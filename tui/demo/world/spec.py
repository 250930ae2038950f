"""What a cluster is meant to run: its services and their containers, worked out from its number.

Nothing here has a state; the life of a cluster (life.py) starts from these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tui.demo.world import containers as parts
from tui.demo.world.containers import ContainerSpec
from tui.demo.world.dice import Dice
from tui.demo.world.names import CLUSTERS, SERVICES, TOOLS, WEB_SERVICES
from tui.demo.world.plan import Place, shares


class Trait(StrEnum):
    """What is special about a service; most are PLAIN."""

    PLAIN = "plain"
    DEPLOYING = "deploying"
    """A deployment begins as soon as the demo starts."""
    EXEC_OFF = "exec off"
    EXEC_LATE = "exec late"
    """ECS Exec was enabled on the service after its tasks were started."""
    AGENT_STOPPED = "agent stopped"
    AGENT_PENDING = "agent pending"
    READONLY = "readonly root"
    CRASHING = "crashing"
    """One of its tasks always ends soon after it started."""
    NO_PULL = "no pull"
    """Its newest deployment names an image that does not exist."""
    WINDOWS = "windows"
    UNHEALTHY = "unhealthy"
    """One of its tasks never becomes healthy, and nobody replaces it."""


_TRAITS = {
    1: Trait.DEPLOYING, 5: Trait.EXEC_OFF, 9: Trait.CRASHING, 11: Trait.EXEC_LATE,
    14: Trait.AGENT_STOPPED, 17: Trait.READONLY, 20: Trait.EXEC_OFF, 23: Trait.AGENT_PENDING,
    26: Trait.WINDOWS, 29: Trait.NO_PULL, 31: Trait.EXEC_OFF, 35: Trait.DEPLOYING,
    38: Trait.UNHEALTHY,
}  # fmt: skip
"""Of each forty services, by their fleet-wide number: the default fleet has one round of all."""

_ENCRYPTED = 4
"""Of each ten clusters, by their fleet-wide number, the one whose sessions must be encrypted."""

FARGATE, EC2 = "FARGATE", "EC2"


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service, or the family of a standalone task."""

    name: str
    family: str
    """Of its task definition."""
    trait: Trait
    launch: str
    """FARGATE or EC2."""
    network: str
    """awsvpc or bridge."""
    containers: tuple[ContainerSpec, ...]
    desired: int
    revision: int
    """Of the task definition when the demo starts."""
    balanced: bool
    """Whether it stands behind a load balancer."""
    age: int
    """Seconds since it was created, when the demo starts."""

    @property
    def windows(self) -> bool:
        """Whether its containers are Windows containers."""
        return self.trait is Trait.WINDOWS

    @property
    def execs(self) -> bool:
        """Whether its first tasks were started with ECS Exec enabled."""
        return self.trait not in (Trait.EXEC_OFF, Trait.EXEC_LATE)

    @property
    def units(self) -> tuple[int, int]:
        """Its cpu units and memory (MiB), which every container adds to."""
        size = len(self.containers)
        return (256, 512) if size == 1 else (512, 1024) if size == 2 else (1024, 2048)


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """A cluster, as it was set up."""

    name: str
    number: int
    """Fleet-wide."""
    account: str
    """Twelve digits."""
    region: str
    stage: str
    """The account's name, which its applications see."""
    services: tuple[ServiceSpec, ...]
    standalone: tuple[ServiceSpec, ...]
    """The tasks that run on their own, one each."""
    schedule: ServiceSpec | None
    """What a rule starts every few minutes, if there is such a rule."""
    instances: int
    """How many container instances it has."""
    exec_key: str
    """The ARN of the KMS key that sessions in its containers are encrypted with; mostly empty."""
    key: str = field(repr=False, default="")
    """Unique in the fleet."""

    def arn(self, kind: str, name: str) -> str:
        """The ARN of something of ECS in the cluster's account and region."""
        return f"arn:aws:ecs:{self.region}:{self.account}:{kind}/{name}"

    def instance_id(self, index: int, dice: Dice) -> str:
        """The EC2 instance id of one of its container instances."""
        return f"i-0{dice.hexadecimal(16, 'instance', self.key, index)}"


def kms_key_arn(place: Place, what: str, dice: Dice) -> str:
    """The ARN of the KMS key that encrypts the sessions of something in a place."""
    digits = dice.hexadecimal(32, "kms key", place.account.number, place.region, what)
    key = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return f"arn:aws:kms:{place.region}:{place.account.number}:key/{key}"


def cluster_names(place: Place) -> tuple[str, ...]:
    """The names of a place's clusters, by their order; never the same twice."""
    names = []
    for index in range(place.clusters):
        turn, word = divmod(index, len(CLUSTERS))
        name = CLUSTERS[(word + 3 * place.index) % len(CLUSTERS)]
        names.append(f"{name}-{turn + 1}" if turn else name)
    return tuple(names)


def make_cluster(place: Place, index: int, per_cluster: int, dice: Dice) -> ClusterSpec:
    """The spec of a place's cluster number `index`."""
    name = cluster_names(place)[index]
    number = place.first_cluster + index
    key = f"{place.account.number}/{place.region}/{name}"
    wanted = shares(place.containers, _weights(place.clusters, "cluster", place.index, dice))[index]
    services, left = _services(name, number, per_cluster, wanted, dice)
    standalone = _standalone(name, number, left, dice)
    hosted = sum(s.desired for s in (*services, *standalone) if s.launch == EC2)
    schedule = _service(name, TOOLS[number % 3] + "-hourly", "cron", 1, dice)
    return ClusterSpec(
        name=name,
        number=number,
        account=place.account.number,
        region=place.region,
        stage=place.account.name,
        services=services,
        standalone=standalone,
        schedule=schedule if number % 3 == 0 and wanted > 3 else None,
        instances=2 + hosted // 6 if hosted else 0,
        exec_key=kms_key_arn(place, name, dice) if number % 10 == _ENCRYPTED else "",
        key=key,
    )


def _weights(count: int, kind: str, where: int, dice: Dice) -> list[int]:
    return [dice.between(4, 9, kind, where, i) for i in range(count)]


def _services(
    cluster: str, number: int, count: int, wanted: int, dice: Dice
) -> tuple[tuple[ServiceSpec, ...], int]:
    """The services, and how many of the wanted containers are left for standalone tasks."""
    left, services = 0, []
    weights = _weights(count, "service", number, dice)
    for index, share in enumerate(shares(wanted, weights)):
        turn, word = divmod(index, len(SERVICES))
        name = SERVICES[(word + 5 * (number % 3)) % len(SERVICES)] + (
            f"-{turn + 1}" if turn else ""
        )
        trait = _TRAITS.get((number * count + index) % 40, Trait.PLAIN)
        size = min(dice.pick((1, 2, 2, 2, 3), "size", number, index), max(share, 1))
        launch = _launch(number, index, trait)
        spec = _service(cluster, name, launch, size, dice, trait=trait, desired=share // size)
        services.append(spec)
        left += share % size
    return tuple(services), left


def _launch(number: int, index: int, trait: Trait) -> str:
    """Two of five clusters have container instances; one of these also uses Fargate."""
    if trait in (Trait.WINDOWS, Trait.READONLY):
        return FARGATE
    return EC2 if number % 5 == 3 or (number % 5 == 1 and index % 2 == 0) else FARGATE


def _standalone(cluster: str, number: int, left: int, dice: Dice) -> tuple[ServiceSpec, ...]:
    sizes = [min(2, left - done) for done in range(0, left, 2)]
    return tuple(
        _service(cluster, TOOLS[(number + i) % len(TOOLS)] + _turn(i), FARGATE, size, dice)
        for i, size in enumerate(sizes)
    )


def _turn(index: int) -> str:
    turn = index // len(TOOLS)
    return f"-{turn + 1}" if turn else ""


def _service(
    cluster: str,
    name: str,
    launch: str,
    size: int,
    dice: Dice,
    *,
    trait: Trait = Trait.PLAIN,
    desired: int = 1,
) -> ServiceSpec:
    kind = name.partition("-")[0]
    networks: Sequence[str] = ("bridge", "bridge", "awsvpc")
    family = f"{cluster}-{name}"
    return ServiceSpec(
        name=name,
        family=family,
        trait=trait,
        launch=launch if launch == EC2 else FARGATE,
        network=dice.pick(networks, "network", family) if launch == EC2 else "awsvpc",
        containers=parts.containers_of(kind, family, size, windows=trait is Trait.WINDOWS),
        desired=desired,
        revision=dice.between(4, 160, "revision", family),
        balanced=kind in WEB_SERVICES,
        age=86_400 * dice.between(20, 400, "age", family),
    )
