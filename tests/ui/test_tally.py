from msgspec.structs import replace

from tests.ui.fleet import API, NODES, PAYMENTS, REGION, filled, node, service
from tui.model.kind import Kind
from tui.model.resource import FLEET
from tui.model.status import Health, Status
from tui.model.store import Store
from tui.ui.tally import Tally


def followed(store: Store) -> Tally:
    tally = Tally()
    store.listen(lambda change: _ignore(tally.apply(change)))
    return tally


def _ignore(_: object) -> None:
    """The listener answers nothing."""


def test_counts_roll_up_to_every_parent() -> None:
    tally = followed(filled())
    payments = tally.below(PAYMENTS)
    assert (payments.running, payments.desired) == (3, 6)
    assert payments.health[Health.BAD] == 1
    assert tally.below(NODES).online == 3
    assert tally.below(NODES).nodes == 4
    assert tally.below("prod").health == tally.below(REGION).health
    assert tally.fleet.health == tally.below("prod").health
    assert tally.fleet.worst is Health.BAD


def test_a_change_of_health_moves_one_count() -> None:
    store = filled()
    tally = followed(store)
    before = dict(tally.fleet.health)
    api = store.get(API)
    assert api is not None
    store.put([replace(api, status=Status("steady", Health.OK))])
    assert tally.fleet.health[Health.OK] == before[Health.OK] + 1
    assert tally.fleet.health[Health.BUSY] == before[Health.BUSY] - 1


def test_what_goes_is_not_counted_any_more() -> None:
    store = filled()
    tally = followed(store)
    store.replace(REGION, frozenset({Kind.CLUSTER, Kind.NODES}), [])
    assert sum(tally.fleet.health.values()) == 0
    assert (tally.fleet.running, tally.fleet.desired, tally.fleet.nodes) == (0, 0, 0)
    assert tally.fleet.worst is Health.UNKNOWN


def test_only_rows_above_a_change_are_told() -> None:
    store = filled()
    tally = Tally()
    told: list[set[str]] = []
    store.listen(lambda change: told.append(tally.apply(change)))
    told.clear()
    store.put([node("i-0fedcba9876543210", "build-linux-1", ping="ConnectionLost")])
    assert told == [{NODES, REGION, "prod", FLEET}]


def test_a_service_scaled_up_wants_more() -> None:
    store = filled()
    tally = followed(store)
    store.put([service(PAYMENTS, "worker", running=1, desired=4)])
    assert tally.below(PAYMENTS).desired == 9
    assert tally.below(FLEET).desired == tally.below("prod").desired
