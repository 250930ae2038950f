"""A pretended machine, as far as a shell or a port on it needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """What a session's agent needs to know of the container or node it runs on."""

    target: str
    """`i-…`, `mi-…` or `ecs:<cluster>_<task>_<runtime>`."""
    account: str
    region: str
    system: str
    """`linux` or `windows`."""
    hostname: str
    """For example `ip-10-0-12-34` or `WIN-3F2A91`."""
    label: str
    """The image or the operating system's name, for the greeting."""
    user: str
    """`root` or `ssm-user`."""
    environment: Mapping[str, str]
    """What a process there sees: `AWS_REGION`, `ECS_…` and the application's own."""
    has_bash: bool
    http_ports: tuple[int, ...]
    """The ports where the machine's own HTTP service answers."""
    rdp: bool
    """Port 3389 answers the Remote Desktop negotiation."""
    agent: str = ""
    """The version of its agent; empty for the usual one."""
