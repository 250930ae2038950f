"""The rows that a sieve lets through, as the fleet changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.fleet import (
    API,
    APP,
    NOW,
    PAYMENTS,
    REGION,
    account,
    cluster,
    filled,
    region,
    service,
    task,
)
from tui.model.kind import Kind
from tui.model.resource import FLEET
from tui.model.status import Health, Status
from tui.model.store import Change, Freshness, Store
from tui.ui import sifted
from tui.ui.row import Note
from tui.ui.search import Search
from tui.ui.sieve import Sieve
from tui.ui.sifted import SiftedRows

LEDGER = f"{PAYMENTS}/ledger"


class Sifted:
    """A store, and the rows of a sieve that follow it."""

    def __init__(self, sieve: Sieve, store: Store | None = None) -> None:
        self.store = filled() if store is None else store
        self.search = Search(self.store, lambda: NOW)
        self.store.listen(self.search.apply)
        self.rows = self.fresh(sieve)
        self.store.listen(self._changed)

    def fresh(self, sieve: Sieve) -> SiftedRows:
        matches = self.search.find(sieve)
        assert matches is not None
        return SiftedRows(self.store, matches, whole=sieve.whole)

    def _changed(self, change: Change) -> None:
        self.rows.apply(change)

    @property
    def addresses(self) -> list[str]:
        return addresses(self.rows)


def addresses(rows: SiftedRows) -> list[str]:
    return [rows[i].address for i in range(len(rows))]


def test_matches_stay_in_their_tree() -> None:
    found = Sifted(Sieve("ledger"))
    assert found.addresses == ["prod", REGION, PAYMENTS, LEDGER]
    assert len(found.rows.matches) == 1
    assert found.rows.match_after("") == LEDGER


def test_words_may_be_anywhere_on_the_way() -> None:
    found = Sifted(Sieve("pay WORK"))
    assert found.addresses[-1] == f"{PAYMENTS}/worker"
    assert len(found.rows.matches) == 1


def test_what_is_below_a_match_can_be_opened() -> None:
    found = Sifted(Sieve("ledger"))
    found.rows.open(LEDGER)
    assert found.rows[len(found.rows) - 1].note is Note.EMPTY
    found = Sifted(Sieve("worker"))
    found.rows.open(f"{PAYMENTS}/worker")
    assert len(found.rows) > 5


def test_a_way_to_a_match_can_be_closed_and_says_how_much_it_hides() -> None:
    found = Sifted(Sieve("ledger"))
    assert found.rows.hidden("prod") == 0
    found.rows.close("prod")
    assert found.addresses == ["prod"]
    assert found.rows.hidden("prod") == 1
    found.rows.open("prod")
    assert found.addresses[-1] == LEDGER


def test_nothing_matches() -> None:
    found = Sifted(Sieve("no such thing"))
    assert found.addresses == []
    assert found.rows.match_after("") == ""
    assert found.rows.match_before("") == ""


def test_new_matches_appear_and_old_ones_go() -> None:
    found = Sifted(Sieve("comet"))
    comet = cluster(REGION, "comet")
    found.store.put([comet])
    assert found.addresses == ["prod", REGION, comet.address]
    found.store.replace(REGION, frozenset({Kind.CLUSTER}), [])
    assert found.addresses == []


def test_unhealthy_shows_the_ways_to_trouble_only() -> None:
    found = Sifted(Sieve(unhealthy=True))
    assert LEDGER in found.addresses
    assert "dev" in found.addresses, "its listing has failed"
    assert f"{REGION}/batch" not in found.addresses
    found.store.set_freshness("dev", Freshness(loaded_at=NOW))
    assert "dev" not in found.addresses


def test_a_row_that_hangs_elsewhere_is_found_where_it_hangs() -> None:
    store = filled()
    lost = replace(task(f"{PAYMENTS}/late", "f" * 32), parent=PAYMENTS)
    store.put([lost])
    found = Sifted(Sieve(lost.name), store)
    assert found.addresses == ["prod", REGION, PAYMENTS, lost.address]
    found.store.put([service(PAYMENTS, "late"), replace(lost, parent=f"{PAYMENTS}/late")])
    assert found.addresses == ["prod", REGION, PAYMENTS, f"{PAYMENTS}/late", lost.address]
    found.store.apply(gone=[PAYMENTS])
    assert found.addresses == []


def test_about_as_much_is_unfolded_as_one_may_look_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifted, "BOUND", 30)
    store = Store()
    accounts = [account(f"a{n:02}", f"{n:012}") for n in range(10)]
    store.put([*accounts, *(region(one.address, f"r{n}") for one in accounts for n in range(9))])
    found = Sifted(Sieve("r"), store)
    assert len(found.rows.matches) == 90
    assert 30 <= len(found.rows) <= 40
    assert found.rows.hidden("a09") == 9
    found.rows.open("a09")
    assert "a09/r8" in found.addresses
    assert found.rows.hidden("a09") == 0


def test_from_match_to_match_and_round() -> None:
    found = Sifted(Sieve("app"))
    order = [
        one.address for one in found.store.below() if one.address in found.rows.matches.matched
    ]
    assert len(order) > 1
    for before, after in zip(order, [*order[1:], order[0]], strict=True):
        assert found.rows.match_after(before) == after
        assert found.rows.match_before(after) == before
    assert found.rows.match_after("prod") == order[0]
    assert found.rows.match_before("prod") == order[-1]


@st.composite
def _steps(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    kinds = st.sampled_from(["ill", "well", "new", "gone", "fail", "list"])
    return draw(st.lists(st.tuples(kinds, st.integers(0, 40), st.integers(0, 3)), max_size=25))


@given(_steps(), st.sampled_from([Sieve("a"), Sieve("1"), Sieve(unhealthy=True), Sieve("a", True)]))
@settings(max_examples=100, deadline=None)
def test_following_comes_to_the_same_as_looking_again(
    steps: list[tuple[str, int, int]], sieve: Sieve
) -> None:
    found = Sifted(sieve)
    for step, place, number in steps:
        known = list(found.store.below())
        if not known:
            return
        _do(found.store, step, known[place % len(known)].address, number)
        again = found.fresh(sieve)
        assert found.addresses == addresses(again)
        assert len(found.rows.matches) == len(again.matches)
        assert found.rows.matches.all() == again.matches.all()
        assert found.rows.matches.ways == again.matches.ways


def _do(store: Store, step: str, address: str, number: int) -> None:
    resource = store.get(address)
    assert resource is not None
    if step in {"ill", "well"}:
        health = Health.BAD if step == "ill" else Health.OK
        store.put([replace(resource, status=Status(step, health))])
    elif step == "new" and resource.kind is Kind.CLUSTER:
        store.put([service(address, f"api-{number}")])
    elif step == "new" and resource.kind is Kind.SERVICE:
        store.put([task(address, f"{number}a" * 16)])
    elif step == "gone":
        store.apply(gone=[address])
    elif step in {"fail", "list"} and resource.kind in {Kind.REGION, Kind.CLUSTER}:
        trouble = None if step == "list" else store.freshness("dev").trouble
        store.set_freshness(address, Freshness(loaded_at=NOW, trouble=trouble))


def test_the_api_of_one_that_is_gone_is_forgotten() -> None:
    found = Sifted(Sieve("3f2a91"))
    assert found.addresses[:4] == ["prod", REGION, PAYMENTS, API]
    found.store.apply(gone=[API])
    assert found.addresses == []
    assert APP not in found.rows.matches.matched
    assert FLEET not in found.rows.matches.ways
