"""How far the first round of listings of this run has come, account by account.

An account is done when it and every region, cluster and group of nodes that is known in it was
listed, or has failed. What the last run remembered is not done. What is below an account whose
login has expired waits for that account, so nothing more can come of it now. Later rounds are
silent.
"""

from dataclasses import dataclass, field

from tui.errors import LoginExpired
from tui.model.kind import Kind
from tui.model.resource import FLEET
from tui.model.store import Change, Freshness
from tui.ui.row import Fleet

_LISTED = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    accounts: int = 0
    done: int = 0
    """Accounts that are done."""
    loading: bool = False
    """The first round is on its way: the accounts are not known yet, or some are not done."""
    failed: int = 0
    """Listings whose last answer was trouble, of any round."""
    as_of: float = 0.0
    """When the last run saw what is still shown of it, in seconds since the epoch; else 0.0."""


@dataclass(eq=False, slots=True)
class _Round:
    """What is still wanted of one account."""

    waiting: set[str] = field(default_factory=set)
    """Addresses that have no answer of this run."""
    remembered: set[str] = field(default_factory=set)
    """Those of them that the last run knew."""
    locked: bool = False
    """Its login has expired."""

    @property
    def runs(self) -> bool:
        """Whether an answer will come."""
        return bool(self.waiting) and not self.locked


class Listings:
    """Counts as the store changes; a change costs what it brings, whatever the fleet's size."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._rounds: dict[str, _Round] = {}
        """By the address of the account."""
        self._known: dict[str, str] = {}
        """What can be listed, and the account that it is in."""
        self._failed: set[str] = set()
        self._running: set[str] = set()
        """Accounts that are not done."""
        self._remembering: set[str] = set()
        """Those of them of which something remembered is shown."""
        self._top_waits = True
        self._seen_at = 0.0
        """When the last run had its newest answer."""

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        return Progress(
            accounts=len(self._rounds),
            done=len(self._rounds) - len(self._running),
            loading=self._top_waits or bool(self._running),
            failed=len(self._failed),
            as_of=self._seen_at if self._remembering else 0.0,
        )

    def apply(self, change: Change) -> None:
        """Take in a change of the store."""
        touched = {self._drop(address) for address in change.gone if address in self._known}
        fresh = [
            one for one in change.put if one.kind in _LISTED and one.address not in self._known
        ]
        # All that is new waits before anything is done, so that no account is done too early.
        for resource in fresh:
            self._meet(resource.address)
        told = [address for address in change.freshness if address in self._known]
        for address in (*(one.address for one in fresh), *told):
            touched.add(self._hear(address, self._fleet.freshness(address)))
        if FLEET in change.freshness:
            self._hear_top(self._fleet.freshness(FLEET))
        for account in touched:
            self._count(account)

    def _meet(self, address: str) -> None:
        account = address.partition("/")[0]
        self._known[address] = account
        self._rounds.setdefault(account, _Round()).waiting.add(address)

    def _drop(self, address: str) -> str:
        account = self._known.pop(address)
        self._failed.discard(address)
        if address == account:
            del self._rounds[account]
        elif (round_ := self._rounds.get(account)) is not None:
            round_.waiting.discard(address)
            round_.remembered.discard(address)
        return account

    def _hear(self, address: str, listing: Freshness) -> str:
        account = self._known[address]
        round_ = self._rounds[account]
        self._note_failure(address, listing)
        if address == account:
            round_.locked = isinstance(listing.trouble, LoginExpired)
        if _is_done(listing):
            round_.waiting.discard(address)
            round_.remembered.discard(address)
        elif listing.remembered and address in round_.waiting:
            round_.remembered.add(address)
            self._seen_at = max(self._seen_at, listing.loaded_at)
        return account

    def _hear_top(self, listing: Freshness) -> None:
        self._note_failure(FLEET, listing)
        self._top_waits = self._top_waits and not _is_done(listing)

    def _note_failure(self, address: str, listing: Freshness) -> None:
        (self._failed.add if listing.trouble else self._failed.discard)(address)

    def _count(self, account: str) -> None:
        """Whether the account is done, after all that was heard of it."""
        round_ = self._rounds.get(account)
        runs = round_ is not None and round_.runs
        remembers = round_ is not None and round_.runs and bool(round_.remembered)
        (self._running.add if runs else self._running.discard)(account)
        (self._remembering.add if remembers else self._remembering.discard)(account)


def _is_done(listing: Freshness) -> bool:
    """Whether there is an answer of this run."""
    return listing.trouble is not None or (listing.loaded_at > 0.0 and not listing.remembered)
