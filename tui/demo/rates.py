"""AWS's published rates, as token buckets for each account, region and kind of call.

Sources: "Request throttling for the Amazon ECS API", "Request throttling for the Amazon EC2 API"
and "AWS Systems Manager endpoints and quotas". Systems Manager publishes none for its listings of
nodes; ten a second is what we assume.
"""

from collections import deque
from dataclasses import dataclass

from tui.demo.faults import Fault

_MOST_LEVELS = 20_000
_MOST_HEARD = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a bucket allows."""

    bucket: str
    """Its name, for people: `ecs service read`."""
    burst: float
    """Calls at once, when it is full."""
    refill: float
    """Calls a second, in the long run."""

    def shared(self, share: float) -> "Rate":
        """That share of it; a full bucket still allows one call."""
        return Rate(self.bucket, max(1.0, self.burst * share), self.refill * share)


def _rates() -> dict[str, Rate]:
    table = (
        ("ecs cluster read", 50, 20, "ecs:ListClusters ecs:DescribeClusters"),
        ("ecs service read", 100, 20, "ecs:ListServices ecs:DescribeServices"),
        (
            "ecs cluster resource read",
            100,
            20,
            "ecs:ListTasks ecs:DescribeTasks ecs:ListContainerInstances "
            "ecs:DescribeContainerInstances",
        ),
        ("ecs task definition read", 50, 20, "ecs:DescribeTaskDefinition"),
        ("ecs cluster resource modify", 100, 40, "ecs:ExecuteCommand ecs:RunTask ecs:StopTask"),
        ("ecs service modify", 50, 5, "ecs:UpdateService"),
        ("ec2 read", 100, 20, "ec2:DescribeInstances ec2:DescribeRegions ec2:GetPasswordData"),
        ("ssm StartSession", 3, 3, "ssm:StartSession"),
        ("ssm TerminateSession", 6, 6, "ssm:TerminateSession"),
        ("ssm ResumeSession", 6, 6, "ssm:ResumeSession"),
        ("ssm DescribeSessions", 6, 6, "ssm:DescribeSessions"),
        ("ssm GetConnectionStatus", 50, 50, "ssm:GetConnectionStatus"),
        ("ssm DescribeInstanceInformation", 10, 10, "ssm:DescribeInstanceInformation"),
        ("ssm DescribeInstanceProperties", 10, 10, "ssm:DescribeInstanceProperties"),
        ("ssm ListNodes", 10, 10, "ssm:ListNodes"),
    )
    return {
        action: Rate(bucket, burst, refill)
        for bucket, burst, refill, actions in table
        for action in actions.split()
    }


RATES = _rates()
"""By IAM action. What is not here is not limited."""
EVERYTHING_AT_ONCE = Rate("ec2 instances unfiltered", 50, 10)
"""Of ec2:DescribeInstances with neither ids nor filters nor pages."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A call of a bucket, for tests that look at how a client behaves."""

    at: float
    """Seconds since the epoch, by the clock of the embedded AWS."""
    bucket: str
    account: str
    region: str
    action: str
    refused: bool
    """Whether there were too many."""


@dataclass(slots=True)
class _Level:
    tokens: float
    at: float


class Limit:
    """A share of AWS's rates, held up against every call."""

    def __init__(self, share: float) -> None:
        if share <= 0:
            raise ValueError("a share of the rates is more than nothing")
        self._share = share
        self._levels: dict[tuple[str, str, str], _Level] = {}

    def take(self, rate: Rate, account: str, region: str, now: float) -> bool:
        """Take a token of the account and region, if there is one."""
        rate = rate.shared(self._share)
        key = (rate.bucket, account, region)
        level = self._levels.get(key)
        if level is None:
            if len(self._levels) >= _MOST_LEVELS:
                self._levels.clear()
            level = self._levels[key] = _Level(rate.burst, now)
        level.tokens = min(rate.burst, level.tokens + (now - level.at) * rate.refill)
        level.at = now
        if level.tokens < 1.0:
            return False
        level.tokens -= 1.0
        return True


class Meter:
    """The limits in force, and what was heard of the calls that AWS limits."""

    def __init__(self) -> None:
        self._limits: list[Limit] = []
        self.heard: deque[Heard] = deque(maxlen=_MOST_HEARD)
        """The oldest first, the last fifty thousand."""

    def add(self, limit: Limit) -> None:
        """Put a limit in force."""
        self._limits.append(limit)

    def remove(self, limit: Limit) -> None:
        """Take it away, if it is in force."""
        if limit in self._limits:
            self._limits.remove(limit)

    def clear(self) -> None:
        """Take all limits away."""
        self._limits.clear()

    def count(self, action: str, account: str, region: str, now: float, *, whole: bool) -> None:
        """Hear a call; `whole` if it asks for all instances at once. A Fault if one too many."""
        rate = EVERYTHING_AT_ONCE if whole else RATES.get(action)
        if rate is None:
            return
        refused = any(not limit.take(rate, account, region, now) for limit in self._limits)
        self.heard.append(Heard(now, rate.bucket, account, region, action, refused))
        if refused:
            raise Fault("ThrottlingException", "Rate exceeded")
