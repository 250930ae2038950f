from msgspec.structs import replace

from tests.model.fleet import API, CLUSTER, HERE, container, fleet, service, task
from tui.errors import Throttled
from tui.model.forward import ForwardRecord
from tui.model.kind import Kind
from tui.model.session import SessionKind, SessionRecord
from tui.model.store import Change, Freshness, Store

BELOW_CLUSTER = frozenset({Kind.SERVICE, Kind.TASK, Kind.CONTAINER})


def filled() -> Store:
    store = Store()
    store.put(fleet())
    return store


def test_children_come_by_kind_and_name() -> None:
    store = filled()
    assert [r.name for r in store.children()] == ["prod"]
    assert [r.name for r in store.children(HERE)] == ["payments", "managed nodes"]
    assert [r.name for r in store.children(f"{API}/3f2a91")] == ["app", "envoy"]
    assert [r.kind for r in store.ancestors(API)] == [Kind.CLUSTER, Kind.REGION, Kind.ACCOUNT]
    assert len(list(store.below())) == len(store) == len(fleet())


def test_what_is_put_again_unchanged_is_no_change() -> None:
    store = filled()
    heard: list[Change] = []
    stop = store.listen(heard.append)
    assert len(heard[0].put) == len(store)
    assert not store.put(fleet())
    assert len(heard) == 1
    changed = container("app", health="HEALTHY")
    store.put([changed])
    assert heard[1] == Change(put=(changed,))
    stop()
    store.put([container("app", health="UNHEALTHY")])
    stop()
    assert len(heard) == 2


def test_a_complete_listing_removes_what_is_missing_with_all_below_it() -> None:
    store = filled()
    change = store.replace(CLUSTER, BELOW_CLUSTER, [service("worker"), service("web")])
    assert set(change.gone) == {API, f"{API}/3f2a91", f"{API}/3f2a91/app", f"{API}/3f2a91/envoy"}
    assert [r.name for r in change.put] == ["web"]
    assert [r.name for r in store.children(CLUSTER)] == ["web", "worker"]


def test_a_listing_leaves_other_kinds_alone() -> None:
    store = filled()
    region = store.get(HERE)
    assert region is not None
    assert not store.replace("prod", frozenset({Kind.REGION}), [region])
    assert store.get(API) is not None
    change = store.replace("prod", frozenset({Kind.REGION}), [])
    assert len(change.gone) == len(fleet()) - 1
    assert [r.name for r in store.below()] == ["prod"]


def test_a_resource_can_move_to_another_parent() -> None:
    store = filled()
    store.put([replace(task(), parent=CLUSTER)])
    assert [r.name for r in store.children(CLUSTER)] == ["api", "worker", "3f2a91"]
    assert store.children(API) == ()


def test_freshness_is_heard_once() -> None:
    store = filled()
    heard: list[Change] = []
    store.listen(heard.append)
    trouble = Throttled("Too many calls.")
    store.set_freshness(CLUSTER, Freshness(trouble=trouble))
    store.set_freshness(CLUSTER, Freshness(trouble=trouble))
    assert heard[1:] == [Change(freshness=(CLUSTER,))]
    assert store.freshness(CLUSTER).trouble is trouble
    assert store.freshness(API) == Freshness()


def test_sessions_and_forwards_are_kept_by_number() -> None:
    store = Store()
    heard: list[Change] = []
    store.listen(heard.append)
    session = SessionRecord(number=1, kind=SessionKind.FORWARD, title="db", address="a")
    forward = ForwardRecord(
        number=1, address="a", title="db", local_host="127.0.0.1", local_port=1, remote_port=5432
    )
    for _ in range(2):
        store.put_session(session)
        store.put_forward(forward)
    assert (store.sessions(), store.forwards()) == ((session,), (forward,))
    assert forward.local == "127.0.0.1:1"
    store.drop_session(1)
    assert (store.sessions(), store.forwards()) == ((), ())
    assert not store.drop_session(1)
    assert heard[1:] == [
        Change(sessions=True),
        Change(forwards=True),
        Change(sessions=True, forwards=True),
    ]


def test_children_stand_in_the_order_of_kind_and_name_whatever_came_first() -> None:
    store = filled()
    names = [f"s{number:02}" for number in range(40)]
    for name in names[::2] + names[1::2][::-1]:
        store.put([service(name)])
    found = [one.name for one in store.children(CLUSTER)]
    assert found == sorted(found)
    assert set(names) < set(found)
    assert store.child_addresses(CLUSTER) == tuple(c.address for c in store.children(CLUSTER))


def test_a_row_with_another_name_moves_among_its_siblings() -> None:
    store = filled()
    first = store.children(f"{API}/3f2a91")[0]
    store.put([replace(first, name="zzz")])
    assert store.children(f"{API}/3f2a91")[-1].address == first.address


def test_going_and_coming_is_one_change() -> None:
    store = filled()
    heard: list[Change] = []
    store.listen(heard.append)
    heard.clear()
    api = store.get(API)
    assert api is not None
    store.apply(put=[api], gone=[CLUSTER, "nowhere"])
    assert len(heard) == 1
    assert CLUSTER in heard[0].gone
    assert API in heard[0].gone
    assert [one.address for one in heard[0].put] == [API]
