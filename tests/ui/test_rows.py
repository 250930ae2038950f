"""The list of visible rows, against a plain walk of the same tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.fleet import API, API_TASK, APP, NODES, NOW, PAYMENTS, REGION, cluster, filled, task
from tui.errors import NotAllowed
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store
from tui.ui.row import Note
from tui.ui.rows import Rows
from tui.ui.sieve import Sieve


def followed(store: Store) -> Rows:
    rows = Rows(store)
    store.listen(lambda change: _ignore(rows.apply(change)))
    return rows


def _ignore(_: object) -> None:
    """The listener answers nothing."""


def addresses(rows: Rows) -> list[str]:
    return [rows[i].address for i in range(len(rows))]


def walked(store: Store, opened: set[str], parent: str = FLEET) -> list[str]:
    """What a simple recursive walk shows, without notes."""
    found = []
    for child in store.children(parent):
        found.append(child.address)
        if child.address in opened:
            found += walked(store, opened, child.address)
    return found


def without_notes(rows: Rows) -> list[str]:
    return [rows[i].address for i in range(len(rows)) if rows[i].note is None]


def test_closed_accounts_are_all_there_is_at_first() -> None:
    assert addresses(followed(filled())) == ["dev", "prod", "staging"]


def test_open_shows_what_is_below_in_order() -> None:
    rows = followed(filled())
    rows.open("prod")
    assert addresses(rows) == ["dev", "prod", REGION, "prod/us-east-1", "staging"]
    assert rows.is_open("prod")
    assert not rows.is_open("dev")


def test_a_lone_child_opens_with_its_parent() -> None:
    rows = followed(filled())
    assert rows.open("staging") == ["staging", "staging/eu-west-1"]


def test_close_hides_everything_below_and_open_brings_it_back() -> None:
    rows = followed(filled())
    rows.reveal(APP)
    before = addresses(rows)
    rows.close("prod")
    assert addresses(rows) == ["dev", "prod", "staging"]
    rows.open("prod")
    assert addresses(rows) == before


def test_reveal_opens_the_whole_way() -> None:
    rows = followed(filled())
    assert rows.reveal(APP) == ["prod", REGION, PAYMENTS, API, API_TASK]
    assert rows.index(APP) is not None


def test_an_unlisted_row_says_that_it_is_loading_and_an_empty_one_that_it_is_empty() -> None:
    store = filled()
    rows = followed(store)
    rows.open("staging")
    region = rows.index("staging/eu-west-1")
    assert region is not None
    assert rows[region + 1].note is Note.LOADING
    store.set_freshness("staging/eu-west-1", Freshness(loaded_at=NOW))
    assert rows[region + 1].note is Note.EMPTY
    store.put([cluster("staging/eu-west-1", "new")])
    assert rows[region + 1].address == "staging/eu-west-1/new"


def test_a_service_without_tasks_is_loading_until_its_cluster_was_listed() -> None:
    store = filled()
    rows = followed(store)
    store.set_freshness(PAYMENTS, Freshness(loading=True))
    rows.reveal(f"{PAYMENTS}/ledger")
    rows.open(f"{PAYMENTS}/ledger")
    index = rows.index(f"{PAYMENTS}/ledger")
    assert index is not None
    assert rows[index + 1].note is Note.LOADING
    store.set_freshness(PAYMENTS, Freshness(loaded_at=NOW))
    assert rows[index + 1].note is Note.EMPTY


def test_trouble_stands_above_what_was_known_before() -> None:
    store = filled()
    rows = followed(store)
    rows.open("prod")
    trouble = NotAllowed("No.", "Ask.")
    store.set_freshness("prod", Freshness(loaded_at=NOW, trouble=trouble))
    index = rows.index("prod")
    assert index is not None
    assert rows[index + 1].note is Note.TROUBLE
    assert rows.listing(rows[index + 1]).trouble is trouble
    assert rows[index + 2].address == REGION
    store.set_freshness("prod", Freshness(loaded_at=NOW))
    assert rows[index + 1].address == REGION


def test_an_unchanged_listing_moves_nothing() -> None:
    store = filled()
    rows = followed(store)
    rows.reveal(APP)
    moved = []
    store.listen(lambda change: moved.append(rows.apply(change)))
    moved.clear()
    api = store.get(API)
    assert api is not None
    store.put([replace(api, status=Status("steady", Health.OK))])
    store.set_freshness(PAYMENTS, Freshness(loading=True, loaded_at=NOW))
    assert moved == [False, False]


def test_what_is_gone_takes_all_below_it_away() -> None:
    store = filled()
    rows = followed(store)
    rows.reveal(APP)
    store.replace(REGION, frozenset({Kind.CLUSTER}), [])
    assert without_notes(rows) == ["dev", "prod", REGION, NODES, "prod/us-east-1", "staging"]


class TestFilter:
    def sifted(self, sieve: Sieve) -> tuple[Store, Rows]:
        store = filled()
        rows = followed(store)
        rows.keep(sieve.wanted(store), whole=sieve.whole)
        return store, rows

    def test_matches_stay_in_their_tree(self) -> None:
        _, rows = self.sifted(Sieve("ledger"))
        assert addresses(rows) == ["prod", REGION, PAYMENTS, f"{PAYMENTS}/ledger"]
        assert rows.matches == 1
        assert rows.first_match() == f"{PAYMENTS}/ledger"

    def test_words_may_be_anywhere_on_the_way(self) -> None:
        _, rows = self.sifted(Sieve("pay WORK"))
        assert addresses(rows)[-1] == f"{PAYMENTS}/worker"
        assert rows.matches == 1

    def test_what_is_below_a_match_can_be_opened(self) -> None:
        _, rows = self.sifted(Sieve("ledger"))
        rows.open(f"{PAYMENTS}/ledger")
        assert rows[len(rows) - 1].note is Note.EMPTY
        _, rows = self.sifted(Sieve("worker"))
        rows.open(f"{PAYMENTS}/worker")
        assert len(rows) > 5

    def test_a_way_to_a_match_can_be_closed(self) -> None:
        _, rows = self.sifted(Sieve("ledger"))
        rows.close("prod")
        assert addresses(rows) == ["prod"]

    def test_nothing_matches(self) -> None:
        _, rows = self.sifted(Sieve("no such thing"))
        assert len(rows) == 0
        assert rows.first_match() == ""

    def test_new_matches_appear_and_old_ones_go(self) -> None:
        store, rows = self.sifted(Sieve("comet"))
        comet = cluster(REGION, "comet")
        store.put([comet])
        assert addresses(rows) == ["prod", REGION, comet.address]
        store.replace(REGION, frozenset({Kind.CLUSTER}), [])
        assert addresses(rows) == []

    def test_unhealthy_shows_the_ways_to_trouble_only(self) -> None:
        store, rows = self.sifted(Sieve(unhealthy=True))
        shown = addresses(rows)
        assert f"{PAYMENTS}/ledger" in shown
        assert "dev" in shown, "its listing has failed"
        assert f"{REGION}/batch" not in shown
        store.set_freshness("dev", Freshness(loaded_at=NOW))
        assert "dev" not in addresses(rows)

    def test_without_a_filter_everything_is_back(self) -> None:
        _, rows = self.sifted(Sieve("ledger"))
        rows.keep(None)
        assert addresses(rows) == ["dev", "prod", "staging"]


@st.composite
def _steps(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    kinds = st.sampled_from(["open", "close", "put", "gone", "touch"])
    return draw(st.lists(st.tuples(kinds, st.integers(0, 40), st.integers(0, 9)), max_size=40))


@given(_steps())
@settings(max_examples=150, deadline=None)
def test_splices_come_to_the_same_as_a_walk(steps: list[tuple[str, int, int]]) -> None:
    store = filled()
    rows = followed(store)
    rows.reveal(APP)
    for step, place, number in steps:
        known = [one.address for one in store.below()]
        address = known[place % len(known)] if known else ""
        _do(store, rows, step, address, number)
        opened = set(rows.opened())
        assert without_notes(rows) == walked(store, opened)
        for index in range(len(rows)):
            assert rows.index(rows[index].address) == index


def _do(store: Store, rows: Rows, step: str, address: str, number: int) -> None:
    resource = store.get(address)
    if resource is None:
        return
    if step == "open":
        rows.open(address)
    elif step == "close":
        rows.close(address)
    elif step == "touch":
        store.put([replace(resource, status=Status(f"word {number}", Health.OK))])
    elif step == "put" and resource.kind in {Kind.REGION, Kind.SERVICE}:
        store.put(_more(resource, number))
    elif step == "gone" and resource.kind is Kind.CLUSTER:
        left = [c for c in store.children(resource.parent) if c.kind is Kind.CLUSTER]
        store.replace(resource.parent, frozenset({Kind.CLUSTER}), left[: number % 3])


def _more(resource: Resource, number: int) -> list[Resource]:
    if resource.kind is Kind.REGION:
        return [cluster(resource.address, f"cluster-{number}")]
    return [task(resource.address, f"{number:032x}"), task(resource.address, f"{number}f" * 16)]


@pytest.mark.parametrize("name", ["\n", "a\nb", "%0A"])
def test_a_name_cannot_pretend_to_be_a_note(name: str) -> None:
    store = filled()
    store.put([cluster(REGION, f"{name}loading")])
    rows = followed(store)
    rows.reveal(PAYMENTS)
    assert [row.note for row in (rows[i] for i in range(len(rows))) if row.note] == []
