"""The managed nodes of a place: EC2 instances, hybrid machines, and the container instances.

Nothing is stored but what a test decides: a node's state at any time follows from its number and
the clock alone.
"""

from dataclasses import dataclass

from tui.demo.machine import Machine
from tui.demo.world.dice import Dice
from tui.demo.world.names import (
    AGENTS,
    LINUX,
    OLD_AGENTS,
    ROLES,
    SITES,
    WINDOWS,
    WINDOWS_ROLES,
)

HEARTBEAT = 300.0
"""Seconds between two pings of an agent (AWS's documentation says five minutes)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A managed node, as it is at all times."""

    id: str
    """i-… or mi-…"""
    name: str
    """Its Name tag, or the name given at activation."""
    windows: bool
    platform_name: str
    platform_version: str
    agent: str
    """The agent's version."""
    ip: str
    hostname: str
    instance_type: str
    zone: str
    cluster: str
    """The ECS cluster that it is a container instance of; empty for most."""
    outage: str
    """flapping, lost (for days), inactive (for months), or empty."""
    seed: int
    """For what differs over time."""

    @property
    def hybrid(self) -> bool:
        """Whether it is not an EC2 instance."""
        return self.id.startswith("mi-")

    @property
    def state(self) -> str:
        """The state of its machine, in EC2's words."""
        return "stopped" if self.outage == "inactive" else "running"

    @property
    def platform(self) -> str:
        """Systems Manager's PlatformType."""
        return "Windows" if self.windows else "Linux"

    @property
    def resource_type(self) -> str:
        """Systems Manager's ResourceType."""
        return "ManagedInstance" if self.hybrid else "EC2Instance"

    @property
    def source_type(self) -> str:
        """Systems Manager's SourceType."""
        return "AWS::SSM::ManagedInstance" if self.hybrid else "AWS::EC2::Instance"

    def ping(self, since: float, now: float) -> tuple[str, float]:
        """PingStatus and when it last pinged; `since` is when the demo started."""
        if self.outage == "inactive":
            return "Inactive", since - 86_400.0 * (40 + self.seed % 50)
        if self.outage == "lost":
            return "ConnectionLost", since - 3_600.0 * (2 + self.seed % 70)
        beat = now - (now + self.seed % int(HEARTBEAT)) % HEARTBEAT
        if self.outage == "flapping":
            period, away = 240 + self.seed % 300, 50 + self.seed % 40
            into = (now - since + self.seed % period) % period
            if into < away:
                return "ConnectionLost", now - into
            return "Online", max(beat, now - into + away)
        return "Online", beat


def make_node(key: str, index: int, first: int, region: str, dice: Dice) -> Node:
    """Node number `index` of the place `key`, whose first has the fleet-wide number `first`."""
    # Of each seven nodes: four Linux, two Windows, one hybrid; of each twelve, three are away.
    turn = (first + index) % 7
    windows, hybrid = turn in (2, 5), turn == 3
    platform = dice.pick(WINDOWS if windows else LINUX, "platform", key, index)
    role = dice.pick(WINDOWS_ROLES if windows else ROLES, "role", key, index)
    digits = dice.hexadecimal(16, "node", key, index)
    ip = address(dice, "node", key, index)
    site = dice.pick(SITES, "site", key, index)
    name = f"{site}-{role}-{index + 1:02}" if hybrid else f"{role}-{index + 1}"
    old = turn == 6
    return Node(
        id=f"mi-0{digits}" if hybrid else f"i-0{digits}",
        name=name,
        windows=windows,
        platform_name=platform[0],
        platform_version=platform[1],
        agent=dice.pick(OLD_AGENTS if old else AGENTS, "agent", key, index),
        ip=ip,
        hostname=_hostname(name, ip, region, windows=windows, hybrid=hybrid, digits=digits),
        instance_type=dice.pick(("t3.medium", "m6i.large", "c7g.xlarge"), "type", key, index),
        zone=region + dice.pick("abc", "zone", key, index),
        cluster="",
        outage={1: "flapping", 6: "lost", 11: "inactive"}.get((first + index) % 12, ""),
        seed=dice.number("seed", key, index) % 1_000_000,
    )


def make_host(identity: str, cluster: str, index: int, region: str, dice: Dice) -> Node:
    """The managed node that a container instance is."""
    ip = address(dice, "host", identity)
    return Node(
        id=identity,
        name=f"ecs-{cluster}-{index + 1}",
        windows=False,
        platform_name="Amazon Linux",
        platform_version="2023",
        agent=AGENTS[index % 2],
        ip=ip,
        hostname=_hostname("", ip, region, windows=False, hybrid=False, digits=""),
        instance_type="m6i.2xlarge",
        zone=region + "abc"[index % 3],
        cluster=cluster,
        outage="",
        seed=dice.number("seed", identity) % 1_000_000,
    )


def _hostname(name: str, ip: str, region: str, *, windows: bool, hybrid: bool, digits: str) -> str:
    if windows:
        return f"WIN-{digits[:8].upper()}" if hybrid else f"EC2AMAZ-{digits[:7].upper()}"
    if hybrid:
        return name
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{ip.replace('.', '-')}.{domain}"


def address(dice: Dice, *parts: object) -> str:
    """A private IPv4 address."""
    number = dice.number("address", *parts)
    return f"10.{number % 64}.{number // 64 % 256}.{4 + number // 16_384 % 250}"


def machine_of(node: Node, account: str, region: str, stage: str) -> Machine:
    """What a session on the node meets."""
    environment = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "STAGE": stage}
    return Machine(
        target=node.id,
        account=account,
        region=region,
        system="windows" if node.windows else "linux",
        hostname=node.hostname.partition(".")[0],
        label=f"{node.platform_name} {node.platform_version}",
        user="ssm-user",
        environment=environment,
        has_bash=not node.windows,
        http_ports=(80,) if node.windows else (80, 8080),
        rdp=node.windows,
        agent=node.agent,
    )
