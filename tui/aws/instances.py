"""EC2's tags of managed nodes, which Systems Manager does not tell."""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tui.aws.ask import Ask, pages
from tui.aws.fields import items, text
from tui.aws.options import Place
from tui.aws.tags import tags_of
from tui.clock import Clock
from tui.errors import Trouble
from tui.model.resource import Tags

EVERY = 600.0
"""Seconds after which a region's tags are asked for again, on average."""
_SOONEST = 30.0
"""Seconds between two calls for the tags of nodes that have just come."""
_CHUNK = 200
"""Values that one filter of EC2 takes."""
_PAGE = 1_000


@dataclass(eq=False, slots=True)
class _Known:
    tags: dict[str, Tags] = field(default_factory=dict)
    """By instance id; of every instance that was asked for, found or not."""
    all_due: float = 0.0
    new_due: float = 0.0


class Instances:
    """Remembers the tags of the instances of each region. Nothing here fails: who may not call
    ec2:DescribeInstances sees nodes without tags."""

    def __init__(self, ask: Ask, clock: Clock, chance: random.Random) -> None:
        self._ask = ask
        self._clock = clock
        self._chance = chance
        self._places: dict[tuple[str, str], _Known] = {}

    def tags(self, place: Place, instance_id: str) -> Tags:
        """What is known; empty as well when nothing is known yet."""
        known = self._places.get((place.account, place.region))
        return known.tags.get(instance_id, ()) if known is not None else ()

    async def refresh(self, place: Place, ids: Collection[str]) -> None:
        """Asks for the tags of the nodes of a region, if it is time; `ids` are all that it has."""
        wanted = {one for one in ids if one.startswith("i-")}
        if not wanted:
            return
        known = self._places.setdefault((place.account, place.region), _Known())
        for gone in known.tags.keys() - wanted:
            del known.tags[gone]
        now = self._clock.monotonic()
        if now >= known.all_due:
            known.all_due = now + EVERY * self._chance.uniform(0.8, 1.2)
        elif now >= known.new_due:
            wanted -= known.tags.keys()
        else:
            return
        known.new_due = now + _SOONEST
        try:
            await self._take(place, sorted(wanted), known)
        except Trouble:
            # The nodes are there all the same; the next time comes.
            return

    async def _take(self, place: Place, ids: list[str], known: _Known) -> None:
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            wanted = {
                "Filters": [{"Name": "instance-id", "Values": chunk}],
                "MaxResults": _PAGE,
            }
            found: dict[str, Tags] = dict.fromkeys(chunk, ())
            async for page in pages(
                self._ask, place, "ec2", "DescribeInstances", wanted, token="NextToken"
            ):
                found.update(_tags_in(page, chunk))
            known.tags.update(found)


def _tags_in(page: object, wanted: Iterable[str]) -> dict[str, Tags]:
    allowed = frozenset(wanted)
    reservations = items(page, "Reservations") if isinstance(page, dict) else []
    instances = [one for part in reservations for one in items(part, "Instances")]
    return {
        text(one, "InstanceId"): tags_of(one, "Tags", words=("Key", "Value"))
        for one in instances
        if text(one, "InstanceId") in allowed
    }
