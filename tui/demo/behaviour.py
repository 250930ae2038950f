"""How the embedded AWS's gateway and agents behave: their versions, sizes, pauses and patience."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_PORTS: Mapping[tuple[str, int], int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The choices a gateway is made with. Times in seconds, sizes in bytes."""

    agent_version: str = "3.3.2299.0"
    """What agents say they are where the machine does not tell; up to 3.0.196.0 they forward ports
    without multiplexing."""
    payload_bytes: int = 1024
    """Data in one message to the client; the real agent's is 1024, a larger one is faster."""
    agent_pause: float = 0.0
    """Waited after each payload; the real agent sleeps 0.001."""
    start_delay: float = 0.1
    """Waited before a shell's first output; the real agent waits 1.0."""
    window_bytes: int = 1 << 20
    """Frames a client may leave unacknowledged before its agent stops reading the source."""
    backlog_bytes: int = 4 << 20
    """Input an agent holds that its program has not taken; beyond it, input is not acknowledged."""
    requires_challenge: bool = False
    """Whether agents refuse clients that ignore the random challenge of an encrypted session."""
    open_timeout: float = 10.0
    """From a connection to its OpenDataChannel."""
    handshake_timeout: float = 15.0
    """From each step of the handshake to its answer."""
    connect_timeout: float = 60.0
    """From StartSession to the client's first connection."""
    resume_timeout: float = 60.0
    """From the loss of a connection to the next one."""
    flush_timeout: float = 2.0
    """From the end of a program until its last output must be acknowledged."""
    linger: float = 2.0
    """The connection stays open this long after channel_closed, unless the client closes it."""
    idle_timeout: float = 1_200.0
    """From the last input or output of a session to its end, by the clock of the embedded AWS."""
    history: int = 1_000
    """Ended sessions that are remembered."""
    rdp_port: int = 0
    """A real Remote Desktop server on this loopback port stands behind 3389 of every Windows node;
    0 for the pretended one."""
    real_ports: Mapping[tuple[str, int], int] = field(default_factory=lambda: NO_PORTS)
    """Real services on loopback ports, for tests: what stands behind a port of a target."""
    most_sessions: int = 1_000
    """Sessions alive at once; StartSession refuses more."""
