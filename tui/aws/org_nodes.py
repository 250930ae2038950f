"""The nodes of a whole organization from one place, if the settings name it: ssm:ListNodes."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tui.aws.ask import Ask, pages
from tui.aws.fields import Fields, items
from tui.aws.options import Place
from tui.aws.ssm import parse_org_node
from tui.clock import Clock
from tui.errors import Trouble

SYNC_NAME = "AWS-QuickSetup-ManagedNode"
"""The resource data sync that Systems Manager's own set-up makes for an organization."""
EVERY = 60.0
"""Seconds after which all are listed again."""
_REST = 4.0
"""A listing that took t seconds is not repeated before t times this: 20,000 nodes are 400 pages."""
_AFTER_FAILURE = 600.0
"""Seconds for which each region is asked by itself when the whole is refused."""
_PAGE = 50

Key = tuple[str, str]
"""An account's number and a region."""


class OrgNodes:
    """One chain of pages at a time tells the nodes of all accounts and regions."""

    def __init__(self, ask: Ask, place: Place, clock: Clock) -> None:
        self._ask = ask
        self._place = place
        self._clock = clock
        self._asking = asyncio.Lock()
        self._found: Mapping[Key, Sequence[Fields]] | None = None
        self._due = float("-inf")
        self._trusted_from = float("-inf")

    async def nodes_of(self, account_id: str, region: str) -> Sequence[Fields] | None:
        """The nodes there, as entries for `parse_node`; None when the organization tells nothing.

        Whoever comes while the chain is asked gets what was known before, or waits when that is
        nothing.
        """
        if self._clock.monotonic() < self._trusted_from:
            return None
        if self._is_due() and (self._found is None or not self._asking.locked()):
            async with self._asking:
                if self._is_due():
                    await self._list()
        if self._found is None or not account_id:
            return None
        return self._found.get((account_id, region), ())

    def _is_due(self) -> bool:
        return self._clock.monotonic() >= self._due

    async def _list(self) -> None:
        began = self._clock.monotonic()
        found: defaultdict[Key, list[Fields]] = defaultdict(list)
        wanted = {"SyncName": SYNC_NAME, "MaxResults": _PAGE}
        try:
            async for page in pages(
                self._ask, self._place, "ssm", "ListNodes", wanted, token="NextToken"
            ):
                for one in filter(None, map(parse_org_node, items(page, "Nodes"))):
                    found[one[0], one[1]].append(one[2])
        except Trouble:
            # Each region can still be asked by itself, which says what is wrong, if anything is.
            self._found = None
            now = self._clock.monotonic()
            self._due = self._trusted_from = now + _AFTER_FAILURE
            return
        self._found = found
        now = self._clock.monotonic()
        self._due = now + max(EVERY, _REST * (now - began))
