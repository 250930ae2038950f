"""How long a session may be idle."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdleLimit:
    """After how long without input or output AWS ends a session."""

    seconds: float = 1_200.0
    """20 minutes is what AWS has by default, and always for ECS Exec."""
    is_assumed: bool = False
    """Whether AWS did not tell, so that it is only the default."""


ECS_EXEC = IdleLimit()
"""Fixed, says the developer guide of ECS."""
ASSUMED = IdleLimit(is_assumed=True)
"""For what cannot be read."""
