"""What was asked of AWS so far, how it went, and how fast it goes now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """One action, such as `ecs:ListTasks`, in all accounts and regions."""

    action: str
    """As IAM writes it."""
    calls: int = 0
    """Made so far; a call that is repeated counts again."""
    errors: int = 0
    """Of these, how many ended with a trouble, throttled ones included."""
    throttled: int = 0
    """Of these, how many AWS refused because there were too many."""
    in_flight: int = 0
    """On their way now."""
    per_second: float = 0.0
    """Calls a second, over the last ten seconds."""
    last_error: str = ""
    """What the last trouble says; empty while there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """All actions that were called, by name."""

    lines: tuple[CallLine, ...] = ()
    per_second: float = 0.0
    """Calls a second of all actions together."""
    slowed: tuple[str, ...] = ()
    """Where AWS refused calls within the last minute and a half because there were too many, so
    that we call more slowly: `prod in eu-west-1: ecs-service-read`."""
