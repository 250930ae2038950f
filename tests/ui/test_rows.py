"""The list of visible rows, against a plain walk of the same tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.fleet import (
    API,
    API_TASK,
    APP,
    NODES,
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
from tui.errors import NotAllowed
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store
from tui.ui.order import By, Order
from tui.ui.row import Note, Row
from tui.ui.rows import Rows


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
    assert rows.lists.of(rows[index + 1].parent).trouble is trouble
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


def test_all_below_a_row_opens_by_and_by_and_what_is_new_below_stays_closed() -> None:
    store = filled()
    rows = followed(store)
    rows.open_all("prod")
    rows.work(1)
    while rows.is_busy:
        rows.work(1)
    assert not rows.is_unfolding
    assert without_notes(rows) == walked(
        store, {one.address for one in store.below("prod")} | {"prod"}
    )
    store.put([service(PAYMENTS, "later")])
    assert not rows.is_open(f"{PAYMENTS}/later")


def test_opening_everything_can_be_stopped() -> None:
    rows = followed(filled())
    rows.open_all(FLEET)
    rows.work(1)
    rows.stop_unfolding()
    rows.work()
    assert not rows.is_unfolding
    assert rows.index(APP) is None


def test_closing_everything_below_forgets_what_was_open() -> None:
    rows = followed(filled())
    rows.reveal(APP)
    rows.close_all("prod")
    rows.open("prod")
    assert addresses(rows) == ["dev", "prod", REGION, "prod/us-east-1", "staging"]


def test_much_that_was_open_comes_back_in_steps() -> None:
    store = Store()
    many = [account(f"a{n:02}", f"{n:012}") for n in range(20)]
    deep = [region(one.address, f"r{n:02}") for one in many for n in range(99)]
    store.put([*many, *deep])
    rows = followed(store)
    rows.open_all(FLEET)
    rows.work()
    rows.arrange(Order(By.NAME, reverse=True), keep=deep[0].address)
    assert rows.index(deep[0].address) is not None, "the row to keep is there at once"
    steps = 0
    while rows.is_busy:
        rows.work(100)
        steps += 1
    assert steps > 5
    assert len(without_notes(rows)) == 20 * 100


def test_a_task_that_finds_its_service_hangs_there() -> None:
    store = filled()
    lost = replace(task(f"{PAYMENTS}/late", "f" * 32), parent=PAYMENTS)
    store.put([lost])
    rows = followed(store)
    rows.reveal(lost.address)
    assert rows.row(lost.address) == Row(lost.address, PAYMENTS, 3)
    store.put([service(PAYMENTS, "late"), replace(lost, parent=f"{PAYMENTS}/late")])
    assert rows.index(lost.address) is None
    rows.open(f"{PAYMENTS}/late")
    assert rows.row(lost.address) == Row(lost.address, f"{PAYMENTS}/late", 4)
    store.put([lost])
    assert rows.row(lost.address) == Row(lost.address, PAYMENTS, 3)
    assert addresses(rows).count(lost.address) == 1


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
