from msgspec.structs import replace

from tests.ui.fleet import API, NODES, NOW, PAYMENTS, REGION, cluster, filled, node, service
from tui.model.kind import Kind
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store
from tui.ui.order import BY_NAME, By, Order


def names(store: Store, order: Order, parent: str = PAYMENTS) -> list[str]:
    return [address.rpartition("/")[2] for address in order.arranged(store, parent)]


def test_by_name_it_is_the_stores_own_order_and_reversed() -> None:
    store = filled()
    found = names(store, BY_NAME)
    assert found == [one.name for one in store.children(PAYMENTS)]
    assert names(store, BY_NAME.reversed) == found[::-1]


def test_every_order_has_the_same_rows_and_keeps_kinds_together() -> None:
    store = filled()
    for by in By:
        for order in (Order(by), Order(by, reverse=True)):
            found = order.arranged(store, REGION)
            assert sorted(found) == sorted(store.child_addresses(REGION))
            kinds = [one.kind for address in found if (one := store.get(address))]
            assert kinds == sorted(kinds, key=[Kind.CLUSTER, Kind.NODES].index)


def test_the_next_order_comes_round() -> None:
    order = BY_NAME.reversed
    met = []
    for _ in By:
        order = order.next
        met.append(order)
    assert [one.by for one in met] == [By.STATUS, By.AGE, By.RUNNING, By.NAME]
    assert not any(one.reverse for one in met)


def test_the_worst_comes_first_also_by_what_is_below() -> None:
    store = filled()
    assert names(store, Order(By.STATUS))[0] == "ledger"
    assert names(store, Order(By.STATUS), REGION)[0] == "payments"
    store.put([cluster(REGION, "aaa")])
    store.set_freshness(f"{REGION}/aaa", Freshness(loaded_at=NOW))
    assert names(store, Order(By.STATUS), REGION)[0] == "payments"
    assert names(store, Order(By.STATUS), NODES)[-1] != "i-0"


def test_the_newest_comes_first_and_what_has_no_age_last() -> None:
    store = filled()
    store.put([service(PAYMENTS, "new", days=0.1), service(PAYMENTS, "old", days=900)])
    unknown = replace(service(PAYMENTS, "aaa"), created_at=0.0)
    store.put([unknown])
    found = names(store, Order(By.AGE))
    assert (found[0], found[-2], found[-1]) == ("new", "old", "aaa")


def test_the_least_share_comes_first_and_what_wants_nothing_last() -> None:
    store = filled()
    store.put([service(PAYMENTS, "half", running=1, desired=2)])
    store.put([service(PAYMENTS, "none", running=0, desired=9)])
    store.put([service(PAYMENTS, "zero", running=0, desired=0)])
    found = names(store, Order(By.RUNNING))
    assert found[0] == "none"
    assert found.index("half") < found.index("api") < found.index("zero")


def test_of_equals_the_name_decides() -> None:
    store = Store()
    store.put([node(f"i-{n:017x}", f"n{n}") for n in (3, 1, 2)])
    for by in By:
        found = [store.get(address) for address in Order(by).arranged(store, NODES)]
        assert [one.name for one in found if one] == ["n1", "n2", "n3"]


def test_only_orders_by_sums_need_them() -> None:
    assert [Order(by).needs_sums for by in By] == [False, True, False, True]
    store = filled()
    api = store.get(API)
    assert api is not None
    store.put([replace(api, status=Status("bad", Health.BAD))])
    assert names(store, Order(By.STATUS))[0] == "api"
