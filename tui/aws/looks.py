"""Which regions of an account hold something, found out with few calls.

The first page that a look is answered with is the first page of the listing that follows. A region
that holds something is not looked at again: its own listing tells when that ends. An empty one is,
after ten to fifteen minutes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tui.aws import ec2, ecs
from tui.aws.ask import Ask
from tui.aws.fields import Fields
from tui.aws.node_lists import NodeLists
from tui.aws.options import Place
from tui.aws.profiles import known_regions
from tui.aws.ssm import group_of
from tui.clock import Clock
from tui.errors import LoginExpired, NotAllowed, NotEnabled, Trouble
from tui.model.resource import Region

EMPTY_FOR = (600.0, 900.0)
"""Seconds, from and to, for which an empty region is taken to be empty still."""
_KEPT_FOR = 60.0
"""Seconds for which a first page is taken for the listing's own."""

Where = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Verdict:
    is_shown: bool
    until: float
    """When an empty region is looked at again."""


class Looks:
    """Looks into regions and remembers what it saw."""

    def __init__(self, ask: Ask, nodes: NodeLists, clock: Clock, chance: random.Random) -> None:
        self._ask = ask
        self._nodes = nodes
        self._clock = clock
        self._chance = chance
        self._verdicts: dict[Where, _Verdict] = {}
        self._clusters: dict[Where, tuple[float, Fields]] = {}
        """First pages that no listing has taken yet, and when they came."""
        self._enabled: dict[str, tuple[float, Sequence[str]]] = {}
        """By account: until when, and which regions."""

    async def enabled(self, place: Place) -> Sequence[str]:
        """The regions that the account may use; asked for as rarely as empty regions."""
        now = self._clock.monotonic()
        until, names = self._enabled.get(place.account, (now, ()))
        if now < until:
            return names
        try:
            names = await ec2.enabled_regions(self._ask, place)
        except NotAllowed:
            # Whoever may not ask gets all that the SDK knows; empty ones are hidden anyway.
            names = known_regions(place.region)
        self._enabled[place.account] = (now + self._chance.uniform(*EMPTY_FOR), names)
        return names

    async def is_shown(self, place: Place, region: Region, account_id: str) -> bool:
        """Whether there is something in a region, as far as we may look.

        One that does not answer is shown too: its own listing tells what is wrong, and what was
        known of it does not vanish.
        """
        verdict = self._verdicts.get((place.account, place.region))
        if verdict is not None and (verdict.is_shown or self._clock.monotonic() < verdict.until):
            return verdict.is_shown
        try:
            is_shown = await self._look(place, region, account_id)
        except LoginExpired:
            return False
        except Trouble:
            is_shown = True
        self.tell(place, has_something=is_shown)
        return is_shown

    def tell(self, place: Place, *, has_something: bool) -> None:
        """What the region's own listing found."""
        until = self._clock.monotonic() + self._chance.uniform(*EMPTY_FOR)
        self._verdicts[place.account, place.region] = _Verdict(has_something, until)

    async def first_clusters(self, place: Place) -> Fields:
        """The first page of the region's clusters: what a look has just been answered, or fresh."""
        at, page = self._clusters.pop((place.account, place.region), (float("-inf"), {}))
        if self._clock.monotonic() - at < _KEPT_FOR:
            return page
        return await ecs.first_clusters(self._ask, place)

    async def _look(self, place: Place, region: Region, account_id: str) -> bool:
        for look in (self._has_clusters, self._has_nodes):
            try:
                if await look(place, region, account_id):
                    return True
            except (NotAllowed, NotEnabled):
                continue
        return False

    async def _has_clusters(self, place: Place, _: Region, __: str) -> bool:
        page = await ecs.first_clusters(self._ask, place)
        if not ecs.has_clusters(page):
            return False
        self._clusters[place.account, place.region] = (self._clock.monotonic(), page)
        return True

    async def _has_nodes(self, place: Place, region: Region, account_id: str) -> bool:
        return await self._nodes.has_nodes(place, group_of(region), account_id)
