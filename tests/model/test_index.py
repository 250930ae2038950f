import random
from collections.abc import Iterable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.fleet import API, CLUSTER, HERE, container, fleet, node, service, task
from tests.model.large import NOW, large
from tui.model.filter import Filter
from tui.model.findings import Found
from tui.model.index import Index
from tui.model.kind import Kind
from tui.model.resource import Account, Container, Node, Resource, Service, Task
from tui.model.status import Health, Status
from tui.model.store import Store

APP = f"{API}/3f2a91/app"


def filled(resources: Iterable[Resource]) -> Store:
    store = Store()
    store.put(resources)
    return store


def small() -> list[Resource]:
    """Some of everything, with names that look alike and hostile ones."""
    strange = "a/b\x1b\n%Ünï\x1fcode"
    several = [
        *large(sites=3, clusters=4, services=9, tasks=14, nodes=9, seed=3),
        *fleet(),
        Account(address="prod", parent="", name="prod", account_id="111122223333"),
        node("i-0def", name="web-1", hostname=strange, platform_name="Windows"),
        node("i-0123", name=strange, tags=(("team", "Pay"),)),
        task("77aa12", parent=CLUSTER, address=f"{CLUSTER}/batch/77aa12", service="batch"),
        container(
            "job", parent=f"{CLUSTER}/batch/77aa12", address=f"{CLUSTER}/batch/77aa12/job",
            task_arn_stem="x/", task_id="77aa12", exec_enabled=False, image="reg/own/job:1",
        ),
        task("999999", tags=(("Team", "pay"), ("note", "two words")), private_ip="10.9.9.9"),
        container("api-helper", "999999", ports=(80,), started_at=NOW - 60),
        service("api-worker"),
    ]  # fmt: skip
    return list({resource.address: resource for resource in several}.values())


def one_by_one(store: Store, found: Found) -> set[str]:
    return {r.address for r in store.below() if found.fits(r)}


def topmost(store: Store, found: Found) -> set[str]:
    matched = found.matched
    parents = {r.address: r.parent for r in store.below()}
    return {address for address in matched if parents[address] not in matched}


def is_right(store: Store, found: Found) -> None:
    """Everything that is found is what looking at each resource by itself says."""
    assert found.matched == one_by_one(store, found)
    assert found.tops == topmost(store, found)
    assert found.count == len(found.tops)
    assert bool(found) == bool(found.matched)
    above = (above for top in found.tops for above in store.ancestors(top))
    assert found.ways == {one.address for one in above}


WORDS = [
    *("api", "pay", "payments", "3f2a", "a", "e", "7", "-", "/", ".", "i-0", "prod"),
    *("eu-west", "payments/api", "api/", "/api", "ents/a", "i/3f", "91/app", "web-1"),
    *("windows", "ünï", "b/999", "worker/", "zz", "pmtapi", "prodpay", "bch/job", "a%2fb"),
    *("a/b", "wrk1", "10.9", "111122223333", "batch/77", "batch/77aa12/job", "managed"),
]
COLUMNS = [
    *("kind:task", "kind:node", "status:run", "status:=running", "health:bad", "name:api"),
    *("name:=app", "name:", "acc:prod", "account:1111", "region:eu", "cluster:pay"),
    *("service:api", "service:=batch", "family:api", "image:own", "ip:10.", "ip:=10.9.9.9"),
    *("id:3f", "id:i-0", "arn:task", "exec:on", "exec:off", "exec:agent", "platform:lin"),
    *("agent:run", "ping:on", "launch:fargate", "ports:80", "age:<10m", "age:>1d"),
    *("tag:team", "tag:team=pay", "tag:team==pay", "tag:note=", "tag:", "nope:x", "status:"),
]

typed = st.lists(
    st.tuples(st.sampled_from(["", "", "!"]), st.sampled_from(WORDS + COLUMNS)), max_size=4
).map(lambda words: " ".join(f"{no}{word}" for no, word in words))


@pytest.mark.parametrize("text", ["", *WORDS, *COLUMNS, *(f"!{w}" for w in WORDS + COLUMNS)])
def test_an_index_finds_what_looking_at_each_resource_finds(text: str) -> None:
    store = filled(small())
    is_right(store, Index.over(store).search(Filter(text, now=NOW)))


@settings(deadline=None)
@given(typed)
def test_words_together_find_what_each_resource_says(text: str) -> None:
    store = filled(small())
    wanted = Filter(text, now=NOW)
    found = Index.over(store).search(wanted)
    is_right(store, found)
    if not any(answers.nearly for answers in found.answers.values()):
        assert found.matched == {r.address for r in store.below() if wanted.matches(r, store.get)}


@settings(deadline=None)
@given(st.text(max_size=8) | st.text(alphabet='apie37/-. !:="%ü\n\x01', max_size=12))
def test_any_text_finds_what_each_resource_says(text: str) -> None:
    store = filled(small())
    is_right(store, Index.over(store).search(Filter(text, now=NOW)))


@settings(deadline=None)
@given(st.data(), typed.filter(bool))
def test_a_narrowed_search_finds_what_a_fresh_one_finds(data: st.DataObject, text: str) -> None:
    store = filled(small())
    index = Index.over(store)
    found = None
    for length in sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8))):
        found = index.search(Filter(text[:length], now=NOW), within=found)
    found = index.search(Filter(text, now=NOW), within=found)
    fresh = Index.over(store).search(Filter(text, now=NOW))
    assert (found.matched, found.tops, found.ways) == (fresh.matched, fresh.tops, fresh.ways)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), typed)
def test_an_index_follows_the_store(seed: int, text: str) -> None:
    dice = random.Random(seed)
    store = filled(small())
    index = Index(store.get)
    store.listen(index.apply)
    found = None
    for _ in range(4):
        for _ in range(dice.randrange(4)):
            shake(store, dice)
        if dice.random() < 0.3:
            index.settle(most=dice.randrange(20))
        found = index.search(Filter(text, now=NOW), within=found)
        is_right(store, found)


def test_a_word_that_is_nowhere_any_more_is_looked_for_by_its_letters_everywhere() -> None:
    named = Account(address="pmtapi", parent="", name="pmtapi", account_id="777788889999")
    store = filled([*fleet(), named])
    index = Index(store.get)
    store.listen(index.apply)
    found = index.search(Filter("pmtapi"))
    assert found.tops == {"pmtapi"}
    store.apply((), ["pmtapi"])
    found = index.search(Filter("pmtapi"), within=found)
    assert found.tops == {API}
    is_right(store, found)


NUMBERS = count()


def shake(store: Store, dice: random.Random) -> None:
    """Something happens in the fleet."""
    everything = list(store.below())
    if not everything:
        store.put(small())
        return
    one = dice.choice(everything)
    match dice.randrange(4):
        case 0:
            status = Status(dice.choice(["RUNNING", "failing", ""]), dice.choice(list(Health)))
            store.put([changed(one, status=status)])
        case 1:
            store.replace(one.address, frozenset(Kind), [])
        case 2:
            store.replace(one.parent, frozenset({one.kind}), [])
        case _:
            number = next(NUMBERS)
            store.put(
                [
                    *(r for r in small()[-12:] if store.get(r.parent) is not None),
                    *([node(f"i-{number}")] if store.get(node().parent) is not None else []),
                ]
            )


def changed(one: Resource, **changes: object) -> Resource:
    said = {name: getattr(one, name) for name in one.__struct_fields__}
    return type(one)(**(said | changes))


def test_a_word_that_is_somewhere_is_not_looked_for_by_its_letters() -> None:
    store = filled(fleet())
    index = Index.over(store)
    assert index.search(Filter("pmtapi")).tops == {API}
    assert index.search(Filter("pay/app")).tops == {APP}
    assert index.search(Filter("zz")).tops == set()
    store.put([service("pmtapi")])
    assert Index.over(store).search(Filter("pmtapi")).tops == {f"{CLUSTER}/pmtapi"}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("payapi", True),
        ("pmtapi", True),
        ("prodapi", True),
        ("prpaap", True),
        ("euapi", True),
        ("pay/api", True),
        ("apipay", False),
        ("aymapi", False),
        ("payi", False),
        ("3fapp", False),
    ],
)
def test_letters_are_found_in_names_that_begin_with_them(word: str, found: bool) -> None:
    assert (API in Index.over(filled(fleet())).search(Filter(word)).matched) is found


def test_hexadecimal_digits_are_not_names() -> None:
    index = Index.over(filled(fleet()))
    assert not index.search(Filter("3291"))
    assert index.search(Filter("2a91")).tops == {f"{API}/3f2a91"}


def test_an_earlier_result_stays_what_it_was() -> None:
    store = filled(fleet())
    index = Index(store.get)
    store.listen(index.apply)
    before = index.search(Filter("app"))
    store.put([container("app-2"), container("another")])
    after = index.search(Filter("app"), within=before)
    assert before.matched == {APP}
    assert after.matched == {APP, f"{API}/3f2a91/app-2"}
    assert after.fits(container("apple"))
    assert not after.fits(container("pear"))


def test_a_change_looks_again_only_where_it_happened() -> None:
    store = filled(large(sites=4, clusters=8, services=16, tasks=40, nodes=8))
    index = Index(store.get)
    store.listen(index.apply)
    before = index.search(Filter("status:running"))
    one = next(r for r in store.below() if isinstance(r, Container))
    store.put([changed(one, status=Status("odd", Health.BAD))])
    after = index.search(Filter("status:running"), within=before)
    fresh = [prefix for prefix, part in after.parts.items() if part is not before.parts.get(prefix)]
    assert len(fresh) == 1
    assert one.address.startswith(fresh[0])


def test_a_place_that_is_gone_and_comes_again_is_looked_at_again() -> None:
    store = filled(fleet())
    index = Index(store.get)
    store.listen(index.apply)
    found = index.search(Filter("!nope"))
    for name in ("i-1", "i-2", "i-3"):
        store.replace(node().parent, frozenset({Kind.NODE}), [])
        found = index.search(Filter("!nope"), within=found)
        store.put([node(name)])
        found = index.search(Filter("!nope"), within=found)
        is_right(store, found)


def test_what_comes_and_goes_all_day_does_not_pile_up() -> None:
    store = filled(fleet())
    index = Index(store.get)
    store.listen(index.apply)
    for number in range(3000):
        store.put([task(f"{number:06}")])
        if number:
            store.replace(API, frozenset({Kind.TASK}), [task(f"{number:06}")])
    waiting = sum(len(block.pending) for block in index._changed.values())
    assert waiting < 1200
    assert index.search(Filter("kind:task")).matched == {f"{API}/002999"}


def test_a_large_shelf_is_no_different() -> None:
    store = filled(fleet())
    for number in range(600):
        store.put([task(f"{number:06x}"), container("app", f"{number:06x}")])
    index = Index(store.get)
    store.listen(index.apply)
    for text in ("0000f", "kind:container", "api/00", "service:api !name:app", "ip:", "pyapp"):
        is_right(store, index.search(Filter(text)))
    store.replace(API, frozenset({Kind.TASK}), [task(f"{n:06x}") for n in range(0, 600, 2)])
    is_right(store, index.search(Filter("0000f")))
    is_right(store, index.search(Filter("name:app")))


def test_nothing_at_all() -> None:
    index = Index(Store().get)
    assert not index.search(Filter(""))
    assert index.settle() is False
    assert HERE not in index.search(Filter("x")).matched
    kinds = {type(resource) for resource in small()}
    assert {Account, Container, Node, Service, Task} <= kinds
