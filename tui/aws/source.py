"""What the watcher lists: accounts, their regions, and what is in these."""

import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from itertools import compress

from msgspec.structs import replace

from tui.aws import ecs, ssm, sts
from tui.aws.ask import Ask, each
from tui.aws.looks import Looks
from tui.aws.node_lists import NodeLists
from tui.aws.options import Options, Place, Profile, named_place
from tui.aws.org_nodes import OrgNodes
from tui.aws.status import ENABLED, SIGNED_IN, account_status
from tui.aws.sts import Identity
from tui.aws.tags import TaggedAsk
from tui.clock import Clock, RealClock
from tui.errors import NotAllowed, NotEnabled, Trouble, WrongUse
from tui.model.kind import Kind
from tui.model.resource import (
    FLEET,
    Account,
    Cluster,
    Nodes,
    Region,
    Resource,
    address_of,
)
from tui.watch.source import LISTS, Batch

_HOME = "us-east-1"
"""Where to ask for the regions of a profile that names none."""
_AT_ONCE = 16


class AwsSource:
    """Lists the fleet of some profiles. Profiles that open the same account are rows of their own:
    a row stands for credentials, and may see other things than its neighbour.

    Raises `WrongSettings` for options that name an account which is not shown.
    """

    def __init__(
        self,
        ask: Ask,
        options: Options,
        profiles: Mapping[str, Profile],
        clock: Clock | None = None,
        chance: random.Random | None = None,
    ) -> None:
        clock, chance = clock or RealClock(), chance or random.Random()
        self._ask = TaggedAsk(ask)
        self._options = options
        self._profiles = profiles
        org = None
        if options.org_nodes:
            place = named_place("org_nodes", options.org_nodes, profiles)
            org = OrgNodes(self._ask, place, clock)
        self._node_lists = NodeLists(self._ask, clock, chance, org)
        self._looks = Looks(self._ask, self._node_lists, clock, chance)
        self._known: dict[str, Account] = {}
        """By address, as they were last found: a row does not blink while it is asked again."""

    def _place(self, account: str, region: str) -> Place:
        return Place(self._profile(account), region)

    def _profile(self, account: str) -> Profile:
        found = self._profiles.get(account)
        if found is None:
            raise WrongUse(f"No profile is called {account} any more.", "Start Hatchway again.")
        return found

    async def _accounts(self) -> AsyncGenerator[Batch, None]:
        """The rows as far as they are known; who we are in each, its own listing finds out, so
        that one account that does not answer holds up no other."""
        rows = (self._known.get(one.address) or _account(one) for one in self._profiles.values())
        yield Batch(tuple(rows), LISTS[Kind.FLEET])

    async def _account(self, account: Account, profile: Profile) -> AsyncGenerator[Batch, None]:
        """Who we are there. That the login fails is also the row's status."""
        try:
            identity = await sts.identity(self._ask, Place(profile, profile.region or _HOME))
        except Trouble as trouble:
            known = replace(account, status=account_status(trouble))
            self._known[account.address] = known
            yield Batch((known,))
            raise
        known = _account(profile, identity)
        self._known[account.address] = known
        yield Batch((known,))

    async def _regions(self, account: Account) -> AsyncGenerator[Batch, None]:
        """Who we are; the default region, and those in which there is something."""
        profile = self._profile(account.address)
        async with aclosing(self._account(account, profile)) as batches:
            async for batch in batches:
                yield batch
        chosen = self._options.regions or tuple(filter(None, (self._options.region,)))
        if chosen:
            yield Batch(
                tuple(_region(account, name) for name in dict.fromkeys(chosen)),
                LISTS[Kind.ACCOUNT],
            )
            return
        if profile.region:
            yield Batch((_region(account, profile.region),))
        names = await self._looks.enabled(Place(profile, profile.region or _HOME))
        rows = [_region(account, name) for name in names if name != profile.region]
        looks = [partial(self._is_shown, row) for row in rows]
        found = tuple(compress(rows, await each(looks, _AT_ONCE)))
        yield Batch(found, LISTS[Kind.ACCOUNT])

    async def _is_shown(self, region: Region) -> bool:
        place = self._place(region.account, region.name)
        return await self._looks.is_shown(place, region, self._number(region.account))

    def _number(self, account: str) -> str:
        """The account's number; empty as long as nobody has said."""
        known = self._known.get(account)
        return known.account_id if known is not None else ""

    async def _in_region(self, region: Region) -> AsyncGenerator[Batch, None]:
        """The clusters, and the group of managed nodes if there are any.

        One half that IAM refuses does not hide the other: the group of nodes is shown, and asking
        for what is in it tells the reason.
        """
        place = self._place(region.account, region.name)
        denied: NotAllowed | None = None
        has_clusters = False
        try:
            first = await self._looks.first_clusters(place)
            has_clusters = ecs.has_clusters(first)
            async for batch in ecs.clusters(self._ask, place, region, first):
                yield batch
        except NotAllowed as trouble:
            denied = trouble
        except NotEnabled:
            self._looks.tell(place, has_something=False)
            raise
        group = (ssm.group_of(region),) if await self._may_have_nodes(place, region) else ()
        self._looks.tell(place, has_something=has_clusters or bool(group))
        yield Batch(group, frozenset({Kind.NODES} if denied else {Kind.CLUSTER, Kind.NODES}))
        if denied is not None:
            raise denied

    async def _may_have_nodes(self, place: Place, region: Region) -> bool:
        number = self._number(region.account)
        try:
            return await self._node_lists.has_nodes(place, ssm.group_of(region), number)
        except NotAllowed:
            return True

    async def _nodes(self, group: Nodes) -> AsyncGenerator[Batch, None]:
        place = self._place(group.account, group.region)
        listing = self._node_lists.list(place, group, self._number(group.account))
        async with aclosing(listing) as found:
            async for nodes in found:
                yield Batch(nodes)
        yield Batch((), LISTS[Kind.NODES])

    async def list(self, of: Resource | None) -> AsyncGenerator[Batch, None]:
        """See `tui.watch.source.Source`."""
        match of:
            case None:
                batches = self._accounts()
            case Account():
                batches = self._regions(of)
            case Region():
                batches = self._in_region(of)
            case Cluster():
                batches = ecs.contents(self._ask, self._place(of.account, of.region), of)
            case Nodes():
                batches = self._nodes(of)
            case _:
                raise WrongUse(f"A {of.kind} is not listed by itself.")
        async with aclosing(batches):
            async for batch in batches:
                yield batch


def _account(profile: Profile, identity: Identity | None = None) -> Account:
    row = Account(
        address=profile.address, parent=FLEET, name=profile.name or "default", profile=profile.name
    )
    if identity is None:
        return row
    return replace(row, status=SIGNED_IN, account_id=identity.account_id, caller=identity.arn)


def _region(account: Account, name: str) -> Region:
    return Region(
        address=address_of(account.address, name),
        parent=account.address,
        name=name,
        status=ENABLED,
        account=account.address,
    )
