"""What is known of a port forward."""

from dataclasses import dataclass

from tui.model.session import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardRecord:
    """One local port and where it leads."""

    number: int
    """The number of the session that carries it."""
    address: str
    """The address of the resource it leads to; empty for a raw target."""
    title: str
    local_host: str
    local_port: int
    local_path: str = ""
    """Of the unix socket that stands instead of the port; host and port are empty then."""
    also: tuple[str, ...] = ()
    """Further local ends of the same session, as `local` shows them."""
    remote_host: str = ""
    """Empty for the target itself."""
    remote_port: int
    state: SessionState = SessionState.OPENING
    connections: int = 0
    """Connections open now."""
    sent: int = 0
    """Bytes that went to the remote side."""
    received: int = 0
    """Bytes that came from it."""
    trouble: str = ""
    """The last thing that went wrong, as a sentence; the forward may still be alive."""

    @property
    def local(self) -> str:
        """What a person gives to a client: `127.0.0.1:8080` or `unix:/run/db`."""
        if self.local_path:
            return f"unix:{self.local_path}"
        return f"{self.local_host}:{self.local_port}"
