"""How things are: AWS's own words where it has them, and what they mean for a person."""

from functools import lru_cache

from tui.errors import LoginExpired, NotAllowed, NotEnabled, Trouble, Unreachable
from tui.model.status import UNKNOWN, Health, Status

SIGNED_IN = Status("signed in", Health.OK)
ENABLED = Status("enabled", Health.OK)

_FAILURES = ((LoginExpired, "login expired"), (NotAllowed, "not allowed"),
             (NotEnabled, "not enabled"), (Unreachable, "unreachable"))  # fmt: skip

_ON_ITS_WAY = frozenset({
    "PROVISIONING", "PENDING", "ACTIVATING", "DEACTIVATING", "STOPPING", "DEPROVISIONING",
    "DRAINING", "CREATED",
})  # fmt: skip
_PINGS = {
    "Online": Health.OK,
    # The agent was there and does not answer any more; Inactive means that it was put away.
    "ConnectionLost": Health.BAD,
    "Inactive": Health.OFF,
}


def account_status(trouble: Trouble | None) -> Status:
    """Of an account whose credentials were tried."""
    if trouble is None:
        return SIGNED_IN
    word = next((word for kind, word in _FAILURES if isinstance(trouble, kind)), "no answer")
    return Status(word, Health.BAD)


@lru_cache(maxsize=256)
def cluster_status(word: str) -> Status:
    """Of `status` of a cluster."""
    healths = {
        "ACTIVE": Health.OK, "PROVISIONING": Health.BUSY, "DEPROVISIONING": Health.BUSY,
        "FAILED": Health.BAD, "INACTIVE": Health.OFF,
    }  # fmt: skip
    return _status(word, healths.get(word, Health.UNKNOWN))


@lru_cache(maxsize=4096)
def service_status(word: str, rollout: str, desired: int, running: int, deployments: int) -> Status:
    """Of a service: AWS says only ACTIVE, so the word tells what its deployments come to.

    `rollout` is the primary deployment's `rolloutState`, `deployments` how many there are.
    """
    if word not in {"ACTIVE", ""}:
        return _status(word, Health.BUSY if word == "DRAINING" else Health.OFF)
    if rollout == "FAILED":
        return Status(f"failed {running}/{desired}", Health.BAD)
    if rollout == "IN_PROGRESS" or deployments > 1:
        return Status(f"deploying {running}/{desired}", Health.BUSY)
    if running < desired:
        return Status(f"unhealthy {running}/{desired}", Health.BAD)
    if desired == 0 and running == 0:
        return Status("scaled to zero", Health.OFF)
    return Status("steady" if running == desired else f"scaling {running}/{desired}",
                  Health.OK if running == desired else Health.BUSY)  # fmt: skip


@lru_cache(maxsize=256)
def task_status(last: str, health: str, *, failed: bool) -> Status:
    """Of a task or a container. `failed` says that what stopped did not stop in order."""
    if last == "RUNNING":
        if health in {"HEALTHY", "UNHEALTHY"}:
            return _status(health, Health.OK if health == "HEALTHY" else Health.BAD)
        return _status(last, Health.OK)
    if last in {"STOPPED", "DELETED"}:
        return _status(last, Health.BAD if failed else Health.OFF)
    return _status(last, Health.BUSY if last in _ON_ITS_WAY else Health.UNKNOWN)


@lru_cache(maxsize=64)
def node_status(ping: str) -> Status:
    """Of `PingStatus` of a managed node."""
    return _status(ping, _PINGS.get(ping, Health.UNKNOWN))


def _status(word: str, health: Health) -> Status:
    return Status(word, health) if word else UNKNOWN
