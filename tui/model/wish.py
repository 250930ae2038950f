"""What a person wishes for, and the ticket that AWS gives for it.

A wish goes to an Opener (tui/aws), which calls AWS in the wish's own account and region; the
ticket that comes back opens one data channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSession:
    """`ssm:StartSession`: any session document on any target."""

    account: str = ""
    """The address of the account; empty for the credentials that the command line names."""
    region: str = ""
    """Empty for the default region."""
    target: str
    """`i-…`, `mi-…` or `ecs:<cluster>_<task>_<runtime>`."""
    document: str = ""
    """Empty for the account's default shell document."""
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteCommand:
    """`ecs:ExecuteCommand`: a command, or a shell, in a container."""

    account: str = ""
    region: str = ""
    cluster: str
    task: str
    """A task id or ARN."""
    container: str = ""
    """Empty when the task has only one."""
    command: str
    runtime_id: str = ""
    """Known when the container came from the tree: spares a DescribeTasks for encryption."""
    must_encrypt: bool = False
    """The cluster has a KMS key for its sessions: one that is not encrypted is not used."""


Wish = StartSession | ExecuteCommand
"""What can be wished for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to open one data channel, once."""

    session_id: str
    stream_url: str
    """A complete websocket address, used as it is."""
    token: str = field(repr=False)
    """A secret: it never appears in arguments, logs, state files or tracebacks."""
    account: str
    region: str
    target: str
    """The Systems Manager target, as in `StartSession.target`; that of a container may end in `_`,
    for ECS does not tell the runtime id."""
    container: str = ""
    """The container's name, for a session of ECS."""
    loopback_allowed: bool = False
    """Whether the endpoint was overridden, so that a stream on loopback is to be trusted."""
    must_encrypt: bool = False
    """As in the wish."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key that encrypts one session: as itself, and as only KMS can read it."""

    plaintext: bytes = field(repr=False)
    """A secret: it never leaves the process."""
    ciphertext: bytes = field(repr=False)
