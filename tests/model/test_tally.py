"""The sums of a store: the same as counting everything anew, whatever comes and goes."""

from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.fleet import API, NODES, PAYMENTS, REGION, filled, node, service, task
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.status import Health, Status
from tui.model.store import Change, Store
from tui.model.tally import Sum


def counted(store: Store, address: str) -> Sum:
    """The sum of what is below an address, from scratch."""
    fresh = Sum()
    for resource in store.below(address):
        if resource.kind in {Kind.SERVICE, Kind.TASK, Kind.NODE}:
            fresh.count(resource, 1)
    return fresh


def agrees(store: Store) -> bool:
    places = [FLEET, *(one.address for one in store.below())]
    return all(asdict(store.sum(place)) == asdict(counted(store, place)) for place in places)


def test_counts_roll_up_to_every_parent() -> None:
    store = filled()
    payments = store.sum(PAYMENTS)
    assert (payments.running, payments.desired) == (3, 6)
    assert payments.health[Health.BAD] == 1
    assert (store.sum(NODES).online, store.sum(NODES).nodes) == (3, 4)
    assert store.sum("prod").health == store.sum(REGION).health
    assert store.sum().health == store.sum("prod").health
    assert store.sum().worst is Health.BAD
    assert agrees(store)


def test_a_change_of_health_moves_one_count() -> None:
    store = filled()
    before = dict(store.sum().health)
    api = store.get(API)
    assert api is not None
    store.put([replace(api, status=Status("steady", Health.OK))])
    assert store.sum().health[Health.OK] == before[Health.OK] + 1
    assert store.sum().health[Health.BUSY] == before[Health.BUSY] - 1


def test_what_goes_is_not_counted_any_more() -> None:
    store = filled()
    store.replace(REGION, frozenset({Kind.CLUSTER, Kind.NODES}), [])
    assert sum(store.sum().health.values()) == 0
    assert (store.sum().running, store.sum().desired, store.sum().nodes) == (0, 0, 0)
    assert store.sum().worst is Health.UNKNOWN


def test_only_rows_above_a_change_are_told() -> None:
    store = filled()
    told: list[Change] = []
    store.listen(told.append)
    told.clear()
    store.put([node("i-0fedcba9876543210", "build-linux-1", ping="ConnectionLost")])
    assert [set(change.sums) for change in told] == [{NODES, REGION, "prod", FLEET}]


def test_what_adds_nothing_new_changes_no_sum() -> None:
    store = filled()
    api = store.get(API)
    assert api is not None
    change = store.put([replace(api, event="has reached a steady state.")])
    assert [one.address for one in change.put] == [API]
    assert change.sums == ()


def test_a_service_scaled_up_wants_more() -> None:
    store = filled()
    store.put([service(PAYMENTS, "worker", running=1, desired=4)])
    assert store.sum(PAYMENTS).desired == 9
    assert store.sum().desired == store.sum("prod").desired


def test_what_was_there_before_its_parent_counts_when_that_comes() -> None:
    whole = filled()
    backwards = Store()
    for resource in reversed(list(whole.below())):
        backwards.put([resource])
    assert agrees(backwards)
    assert asdict(backwards.sum()) == asdict(whole.sum())


_ROWS = list(filled().below())
_MOVES = st.lists(
    st.tuples(st.sampled_from(_ROWS), st.sampled_from(["go", "come", "worse", "alone"])),
    max_size=25,
)


@given(_MOVES)
def test_sums_are_what_counting_says_whatever_happens(moves: list[tuple[Resource, str]]) -> None:
    store = filled()
    for resource, what in moves:
        if what == "go":
            store.apply(gone=[resource.address])
        elif what == "come":
            store.put([*reversed(list(store.ancestors(resource.address))), resource])
        elif store.get(resource.address) is not None and what == "worse":
            store.put([replace(resource, status=Status("bad", Health.BAD))])
        elif what == "alone":
            store.put([task(f"{REGION}/batch", "aa" * 16)])
    known = [one for one in _ROWS if store.get(one.address) is not None]
    rooted = [one for one in known if one.parent == FLEET or list(store.ancestors(one.address))]
    for one in rooted:
        assert asdict(store.sum(one.address)) == asdict(counted(store, one.address))
