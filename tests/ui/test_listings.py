"""How far the first round of listings is, account by account."""

import pytest

from tests.ui.fleet import HOUR, NODES, NOW, PAYMENTS, REGION, account, cluster, filled, region
from tui.errors import LoginExpired, NotAllowed
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.store import Change, Freshness, Store
from tui.ui.listings import Listings, Progress

LISTED = Freshness(loaded_at=NOW)
OLD = Freshness(loaded_at=NOW - 3 * HOUR, remembered=True)
REFUSED = Freshness(trouble=NotAllowed("You may not.", "Ask."))
EXPIRED = Freshness(trouble=LoginExpired("The login has expired.", "Log in."))


class Fleet:
    """A store and who counts its listings."""

    def __init__(self) -> None:
        self.store = Store()
        self.listings = Listings(self.store)
        self.store.listen(self.listings.apply)

    @property
    def progress(self) -> Progress:
        return self.listings.progress

    @property
    def done(self) -> tuple[int, int]:
        return self.progress.done, self.progress.accounts

    def put(self, *resources: Resource) -> None:
        self.store.put(resources)

    def hear(self, freshness: Freshness, *addresses: str) -> None:
        for address in addresses:
            self.store.set_freshness(address, freshness)


@pytest.fixture
def fleet() -> Fleet:
    """Two accounts; of one a region with a cluster is known."""
    fleet = Fleet()
    fleet.put(account("prod", "1"), account("dev", "2"))
    fleet.put(region("prod", "eu-west-1"), cluster(REGION, "payments"))
    return fleet


def test_nothing_is_known_at_first() -> None:
    assert Fleet().progress == Progress(loading=True)


def test_a_fleet_without_accounts_is_loaded_when_that_is_known() -> None:
    fleet = Fleet()
    fleet.hear(LISTED, FLEET)
    assert fleet.progress == Progress()


def test_an_account_is_done_when_all_that_is_known_below_it_is(fleet: Fleet) -> None:
    assert fleet.done == (0, 2)
    for address in ("prod", REGION):
        fleet.hear(LISTED, address)
        assert fleet.done == (0, 2)
    fleet.hear(LISTED, PAYMENTS)
    assert fleet.done == (1, 2)
    assert fleet.progress.loading
    fleet.hear(LISTED, "dev", FLEET)
    assert fleet.progress == Progress(accounts=2, done=2)


def test_what_turns_up_later_is_wanted_too(fleet: Fleet) -> None:
    fleet.hear(LISTED, FLEET, "dev", "prod", REGION, PAYMENTS)
    fleet.put(cluster(REGION, "batch"))
    assert fleet.done == (1, 2)
    fleet.store.apply(gone=[f"{REGION}/batch"])
    assert fleet.done == (2, 2)


def test_what_has_failed_is_done_and_counted(fleet: Fleet) -> None:
    fleet.hear(LISTED, "prod", REGION)
    fleet.hear(REFUSED, PAYMENTS)
    assert (fleet.done, fleet.progress.failed) == ((1, 2), 1)
    fleet.hear(LISTED, PAYMENTS)
    assert (fleet.done, fleet.progress.failed) == ((1, 2), 0)


def test_a_failure_that_goes_with_its_row_is_not_counted(fleet: Fleet) -> None:
    fleet.hear(REFUSED, PAYMENTS)
    fleet.store.apply(gone=["prod"])
    assert (fleet.done, fleet.progress.failed) == ((0, 1), 0)


def test_accounts_that_cannot_be_told_are_a_failure_of_the_fleet() -> None:
    fleet = Fleet()
    fleet.hear(REFUSED, FLEET)
    assert fleet.progress == Progress(failed=1)


def test_later_rounds_are_silent(fleet: Fleet) -> None:
    fleet.hear(LISTED, FLEET, "dev", "prod", REGION, PAYMENTS)
    fleet.hear(Freshness(loading=True, loaded_at=NOW), FLEET, "dev", REGION)
    fleet.hear(Freshness(loading=True, trouble=REFUSED.trouble), PAYMENTS)
    assert (fleet.done, fleet.progress.loading) == ((2, 2), False)


def test_what_the_last_run_knew_is_not_done(fleet: Fleet) -> None:
    fleet.hear(OLD, FLEET, "dev", "prod", REGION, PAYMENTS)
    assert fleet.progress == Progress(accounts=2, loading=True, as_of=NOW - 3 * HOUR)
    fleet.hear(Freshness(loading=True, loaded_at=NOW - 3 * HOUR, remembered=True), PAYMENTS)
    assert fleet.done == (0, 2)
    fleet.hear(LISTED, FLEET, "dev", "prod", REGION)
    assert (fleet.done, fleet.progress.as_of) == ((1, 2), NOW - 3 * HOUR)
    fleet.hear(LISTED, PAYMENTS)
    assert fleet.progress == Progress(accounts=2, done=2)


def test_the_last_run_ended_with_its_newest_answer(fleet: Fleet) -> None:
    fleet.hear(Freshness(loaded_at=NOW - 90 * HOUR, remembered=True), PAYMENTS)
    fleet.hear(OLD, "prod", REGION)
    assert fleet.progress.as_of == NOW - 3 * HOUR


def test_an_account_without_a_login_has_no_more_to_come(fleet: Fleet) -> None:
    fleet.hear(OLD, "prod", REGION, PAYMENTS)
    fleet.hear(EXPIRED, "prod")
    assert (fleet.done, fleet.progress.as_of) == ((1, 2), 0.0)
    fleet.hear(LISTED, "prod")
    assert (fleet.done, fleet.progress.as_of) == ((0, 2), NOW - 3 * HOUR)
    fleet.hear(LISTED, REGION, PAYMENTS)
    assert fleet.done == (1, 2)


def test_one_delivery_with_everything_in_it_says_the_same() -> None:
    store = filled()
    listings = Listings(store)
    store.listen(listings.apply)
    assert listings.progress == Progress(accounts=3, done=2, loading=True, failed=1)


def test_only_what_can_be_listed_is_looked_at() -> None:
    """A hundred thousand tasks must not be asked for one by one."""
    store = filled()
    asked: list[str] = []

    class Asked(Store):
        def freshness(self, address: str = FLEET) -> Freshness:
            asked.append(address)
            return store.freshness(address)

    everything = tuple(store.below())
    Listings(Asked()).apply(Change(put=everything, freshness=(FLEET, REGION)))
    kinds = {Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES}
    listed = [one.address for one in everything if one.kind in kinds]
    assert sorted(set(asked)) == sorted([FLEET, *listed])
    assert NODES in listed
