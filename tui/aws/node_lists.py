"""Lists the managed nodes of regions, with as few calls as AWS's pages allow."""

import random
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from msgspec.structs import replace

from tui.aws.ask import Ask, pages
from tui.aws.fields import Fields, items
from tui.aws.instances import Instances
from tui.aws.options import Place
from tui.aws.org_nodes import OrgNodes
from tui.aws.ssm import parse_node
from tui.aws.troubles import has_passing_cause
from tui.clock import Clock
from tui.errors import NotAllowed, Refused
from tui.model.resource import Node, Nodes

_PROPERTIES = ("DescribeInstanceProperties", "InstanceProperties", 1_000)
_INFORMATION = ("DescribeInstanceInformation", "InstanceInformationList", 50)
"""The operation, the member of its answer, and its largest page."""
_KEPT_FOR = 60.0
"""Seconds for which a first page that was asked for a look is taken for the listing's own."""
_LOOK_AGAIN = 60.0
"""Seconds after which a region without nodes is looked at again."""

Where = tuple[str, str]
Page = tuple[tuple[Node, ...], str]
"""The nodes of a page, and the token of the next; empty when it is the last."""


@dataclass(frozen=True, slots=True)
class _Look:
    has_nodes: bool
    at: float
    page: Page | None = None
    """The first page, until the listing takes it."""


class NodeLists:
    """The nodes of regions. `org` is where those of a whole organization are known, if at all."""

    def __init__(
        self,
        ask: Ask,
        clock: Clock,
        chance: random.Random,
        org: OrgNodes | None = None,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._instances = Instances(ask, clock, chance)
        self._org = org
        self._looks: dict[Where, _Look] = {}
        self._without_properties: set[Where] = set()
        """Where DescribeInstanceProperties is refused, for as long as the program runs."""

    async def has_nodes(self, place: Place, group: Nodes, account_id: str) -> bool:
        """Whether the region has managed nodes, as far as its last listing or a look tells.

        What a look is answered is the first page of the listing that follows. Raises a `Trouble`;
        where IAM refuses it, once: from then on there may be some, and their listing tells why not.
        """
        where = (place.account, place.region)
        known = await self._of_org(place, account_id)
        if known is not None:
            return bool(known)
        look, now = self._looks.get(where), self._clock.monotonic()
        if look is not None and (look.has_nodes or now - look.at < _LOOK_AGAIN):
            return look.has_nodes
        try:
            page = await self._first(place, group)
        except NotAllowed:
            self._looks[where] = _Look(has_nodes=True, at=now)
            raise
        self._looks[where] = _Look(bool(page[0] or page[1]), self._clock.monotonic(), page)
        return self._looks[where].has_nodes

    async def list(
        self, place: Place, group: Nodes, account_id: str
    ) -> AsyncGenerator[tuple[Node, ...], None]:
        """The nodes as they come, and at the end once more those whose tags have come."""
        given: list[Node] = []
        async with aclosing(self._pages(place, group, account_id)) as found:
            async for page in found:
                tagged = tuple(self._tagged(place, page))
                given += tagged
                yield tagged
        self._looks[place.account, place.region] = _Look(bool(given), self._clock.monotonic())
        await self._instances.refresh(place, [one.instance_id for one in given])
        late = tuple(
            new
            for new, old in zip(self._tagged(place, given), given, strict=True)
            if new is not old
        )
        if late:
            yield late

    async def _pages(
        self, place: Place, group: Nodes, account_id: str
    ) -> AsyncGenerator[tuple[Node, ...], None]:
        known = await self._of_org(place, account_id)
        if known is not None:
            yield _parsed(known, group)
            return
        nodes, token = self._kept(place) or await self._first(place, group)
        yield nodes
        if not token:
            return
        operation, member, size = self._way(place)
        rest = {"MaxResults": size, "NextToken": token}
        async for page in pages(self._ask, place, "ssm", operation, rest, token="NextToken"):
            yield _parsed(items(page, member), group)

    async def _of_org(self, place: Place, account_id: str) -> Sequence[Fields] | None:
        if self._org is None:
            return None
        return await self._org.nodes_of(account_id, place.region)

    def _kept(self, place: Place) -> Page | None:
        look = self._looks.get((place.account, place.region))
        if look is None or look.page is None:
            return None
        self._looks[place.account, place.region] = _Look(look.has_nodes, look.at)
        return look.page if self._clock.monotonic() - look.at < _KEPT_FOR else None

    def _way(self, place: Place) -> tuple[str, str, int]:
        refused = (place.account, place.region) in self._without_properties
        return _INFORMATION if refused else _PROPERTIES

    async def _first(self, place: Place, group: Nodes) -> Page:
        """The first page. DescribeInstanceProperties, which is the console's, may be unknown to an
        endpoint, or to whoever wrote the account's policies."""
        if self._way(place) is _INFORMATION:
            return await self._page(place, group, _INFORMATION)
        try:
            return await self._page(place, group, _PROPERTIES)
        except (NotAllowed, Refused) as refused:
            if has_passing_cause(refused):
                raise
            page = await self._page(place, group, _INFORMATION)
            self._without_properties.add((place.account, place.region))
            return page

    async def _page(self, place: Place, group: Nodes, way: tuple[str, str, int]) -> Page:
        operation, member, size = way
        answer = await self._ask(place, "ssm", operation, {"MaxResults": size})
        token = answer.get("NextToken")
        return _parsed(items(answer, member), group), token if isinstance(token, str) else ""

    def _tagged(self, place: Place, nodes: Iterable[Node]) -> Iterable[Node]:
        """The nodes with what EC2 says of them; those of which nothing new is known unchanged."""
        for node in nodes:
            tags = self._instances.tags(place, node.instance_id)
            if tags is node.tags or tags == node.tags:
                yield node
                continue
            named = node.name if node.name != node.instance_id else dict(tags).get("Name")
            yield replace(node, tags=tags, name=named or node.instance_id)


def _parsed(entries: Iterable[Fields], group: Nodes) -> tuple[Node, ...]:
    return tuple(node for one in entries if (node := parse_node(one, group)) is not None)
