import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model.fleet import API, CLUSTER, container, fleet, node, task
from tui.errors import AmbiguousTarget, NoSuchTarget
from tui.model.query import find
from tui.model.resource import address_of
from tui.model.store import Store


def filled() -> Store:
    store = Store()
    store.put(fleet())
    return store


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        (f"{API}/3f2a91/app", f"{API}/3f2a91/app"),
        ("payments/api", API),
        ("api", API),
        ("PAYMENTS", CLUSTER),
        ("3f2a", f"{API}/3f2a91"),
        ("2a91", f"{API}/3f2a91"),
        ("prod/app", f"{API}/3f2a91/app"),
        ("eu-west-1/i-0abc", "prod/eu-west-1/i-0abc"),
        ("i-0", "prod/eu-west-1/i-0abc"),
        ("arn:aws:ecs:eu-west-1:111122223333:task/payments/3f2a91", f"{API}/3f2a91"),
        ("ecs:payments_3f2a91_3f2a91-1234567890", f"{API}/3f2a91/app"),
        ("/payments/", CLUSTER),
    ],
)
def test_any_clear_part_of_an_address_finds_it(wanted: str, address: str) -> None:
    store = filled()
    store.put([container("envoy", runtime_tail="-0")])
    assert find(store, wanted).address == address


def test_a_node_is_found_by_its_name() -> None:
    store = filled()
    store.put([node("i-0def", name="web-1.internal")])
    assert find(store, "web-1").address == "prod/eu-west-1/i-0def"


def test_an_exact_name_beats_a_prefix() -> None:
    store = filled()
    store.put([node("i-0abcd")])
    assert find(store, "i-0abc").address == "prod/eu-west-1/i-0abc"
    with pytest.raises(AmbiguousTarget) as raised:
        find(store, "i-0")
    assert raised.value.candidates == ("prod/eu-west-1/i-0abc", "prod/eu-west-1/i-0abcd")


def test_several_equal_matches_are_listed() -> None:
    store = filled()
    store.put([task("777777"), container("app", "777777")])
    with pytest.raises(AmbiguousTarget, match="2 things") as raised:
        find(store, "app")
    assert len(raised.value.candidates) == 2


@pytest.mark.parametrize("wanted", ["paymnets", "nothing-like-it", "", "/", "api/prod"])
def test_what_is_not_there_names_what_is_near(wanted: str) -> None:
    with pytest.raises(NoSuchTarget) as raised:
        find(filled(), wanted)
    assert (CLUSTER in raised.value.near) == (wanted == "paymnets")


@given(st.text(max_size=30))
def test_any_text_is_a_question(text: str) -> None:
    store = filled()
    with contextlib.suppress(NoSuchTarget, AmbiguousTarget):
        assert find(store, text) in list(store.below())


def test_hostile_names_make_one_part_of_an_address() -> None:
    assert address_of("prod", "a/b\x1b%") == "prod/a%2Fb%1B%25"
