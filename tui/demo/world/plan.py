"""How a fleet of any size is laid out: accounts, regions, and how many of what are where.

Only the places (an account in a region) are listed, a few hundred at the most; what is in them is
worked out when somebody looks. Shares are cut by cumulative rounding, so that they add up exactly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from tui.demo.world.dice import Dice
from tui.demo.world.names import ACCOUNTS, REGIONS, STAGES, TEAMS

DEFAULT_FLEET = 290
"""Containers in the default fleet: about 150 tasks of 40 services in 10 clusters."""
SERVICES_PER_CLUSTER = 4
"""In the default fleet; larger fleets have larger clusters."""


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account of the fleet."""

    number: str
    """Twelve digits."""
    name: str
    """Its name, and that of the profile which opens it."""


@dataclass(frozen=True, slots=True)
class Place:
    """An account in a region, and how much stands there."""

    account: Account
    region: str
    index: int
    containers: int
    """How many the services and standalone tasks there want to run."""
    first_cluster: int
    """The fleet-wide number of its first cluster."""
    clusters: int
    nodes: int
    """Managed nodes besides the container instances."""


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The whole layout."""

    accounts: tuple[Account, ...]
    places: tuple[Place, ...]
    services_per_cluster: int


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` cut in proportion to the weights, in whole numbers that add up to it."""
    whole = sum(weights)
    marks = [total * done // whole for done in accumulate(weights, initial=0)]
    return [after - before for before, after in pairwise(marks)]


def lay_out(containers: int, dice: Dice) -> FleetPlan:
    """The plan of a fleet of that many containers (at least 1)."""
    factor = containers / DEFAULT_FLEET
    accounts = _accounts(max(1, round(3 * factor**0.36)), dice)
    where = [
        (account, region)
        for index, account in enumerate(accounts)
        for region in _regions(index, factor)
    ]
    weights = [6 - min(index, 3) for index in range(len(where))]
    wanted = max(1, min(containers, round(10 / 7 * factor**0.3 * len(where))))
    clusters = shares(wanted, [1] * len(where))[::-1]
    running = shares(containers, [max(0, w * c) for w, c in zip(weights, clusters, strict=True)])
    nodes = shares(max(1, round(24 * factor)), [1] * len(where))[::-1]
    firsts = list(accumulate(clusters, initial=0))
    places = tuple(
        Place(account, region, i, running[i], firsts[i], clusters[i], nodes[i])
        for i, (account, region) in enumerate(where)
    )
    return FleetPlan(accounts, places, max(1, round(SERVICES_PER_CLUSTER * factor**0.19)))


def _accounts(count: int, dice: Dice) -> tuple[Account, ...]:
    found = [Account(number, name) for name, number in ACCOUNTS[:count]]
    for index in range(len(found), count):
        extra = index - len(ACCOUNTS)
        turn, team = divmod(extra // len(STAGES), len(TEAMS))
        name = f"{TEAMS[team]}{turn + 1 if turn else ''}-{STAGES[extra % len(STAGES)]}"
        found.append(Account(dice.digits(12, "account", index), name))
    return tuple(found)


def _regions(account: int, factor: float) -> tuple[str, ...]:
    """The first account has three regions, the others two; a tenfold fleet has one more."""
    if factor < 1:
        return REGIONS[:1] if factor < 0.1 else REGIONS[:2]
    count = (3 if account == 0 else 2) + int(math.log10(factor))
    chosen = [REGIONS[0], *REGIONS[1 + account % 2 :]]
    return tuple(chosen[: min(count, len(chosen))])
