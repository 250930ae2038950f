"""How a resource is: AWS's own word for it, and what that word means for a person."""

from enum import StrEnum

from msgspec import Struct


class Health(StrEnum):
    """What a status means, from best to worst for someone who looks for trouble."""

    OK = "ok"
    OFF = "off"
    """Not running, and nobody asked it to run."""
    UNKNOWN = "unknown"
    BUSY = "busy"
    """On its way: starting, deploying, stopping."""
    BAD = "bad"


class Status(Struct, frozen=True, gc=False):
    """AWS's word (or ours where AWS has none), and its meaning."""

    word: str
    health: Health


UNKNOWN = Status("", Health.UNKNOWN)
"""Nothing is known yet."""
