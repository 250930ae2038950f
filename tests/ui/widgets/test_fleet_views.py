"""Orders, marks, jumps and matches in the browser, and what it tells the watcher."""

import pytest
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
)
from tests.ui.stage import NARROW, WIDE, Stage, browsing
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store
from tui.ui import outline, sifted
from tui.ui.order import By, Order
from tui.ui.screens.copy_menu import CopyMenu
from tui.ui.widgets import fleet_views

LEDGER = f"{PAYMENTS}/ledger"
WORKER = f"{PAYMENTS}/worker"


def services(stage: Stage) -> list[str]:
    rows = stage.browser.tree.rows
    found = (rows[index].address for index in range(len(rows)))
    return [a.rpartition("/")[2] for a in found if a in {API, LEDGER, WORKER}]


async def ordered(stage: Stage, order: Order) -> None:
    await stage.until(lambda: stage.browser.tree.order == order)


async def test_siblings_in_every_order_and_the_cursor_stays_on_its_row() -> None:
    async with browsing() as stage:
        await stage.go_to(API)
        await stage.shows("NAME▲")
        assert services(stage) == ["api", "ledger", "worker"]
        await stage.press("o")
        await stage.shows("STATUS▼")
        assert services(stage)[0] == "ledger"
        assert stage.browser.tree.address == API
        await stage.press("o")
        await stage.shows("AGE▲")
        await stage.press("o")
        await stage.shows("RUNNING▲")
        assert services(stage)[0] == "ledger"
        await stage.press("O")
        await stage.shows("RUNNING▼")
        assert services(stage)[-1] == "ledger"
        await stage.press("o", "O")
        await stage.shows("NAME▼")
        assert services(stage) == ["worker", "ledger", "api"]
        assert stage.browser.tree.address == API


async def test_a_row_moves_when_what_it_is_ordered_by_changes() -> None:
    async with browsing() as stage:
        await stage.go_to(API)
        stage.browser.tree.sort_by(Order(By.STATUS))
        assert services(stage)[0] == "ledger"
        for address, health in ((LEDGER, Health.OK), (WORKER, Health.BAD)):
            one = stage.store.get(address)
            assert one is not None
            stage.store.put([replace(one, status=Status("word", health))])
        await stage.until(lambda: services(stage)[0] == "worker")
        assert stage.browser.tree.address == API


async def test_a_click_on_a_columns_name_orders_by_it_and_again_the_other_way_round() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        for word, by in (("STATUS", By.STATUS), ("AGE", By.AGE), ("RUNNING", By.RUNNING)):
            x = stage.lines()[tree.region.y].index(word) - tree.region.x
            await stage.pilot.click(tree, offset=(x, 0))
            await ordered(stage, Order(by))
            await stage.pilot.click(tree, offset=(x, 0))
            await ordered(stage, Order(by, reverse=True))
        x = stage.lines()[tree.region.y].index("EXEC") - tree.region.x
        await stage.pilot.click(tree, offset=(x, 0))
        assert tree.order.by is By.RUNNING


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_marks_stay_with_their_rows_and_are_counted(size: tuple[int, int]) -> None:
    async with browsing(size) as stage:
        tree = stage.browser.tree
        await stage.go_to(API)
        await stage.press("space")
        await stage.shows("✓api", "✓ 1 marked")
        assert tree.address != API
        tree.go_to(WORKER)
        await stage.press("ctrl+@")
        await stage.shows("✓ 3 marked", "✓ledger", "✓worker")
        stage.store.put([cluster(REGION, "aaa"), service(PAYMENTS, "aaa")])
        await stage.until(lambda: tree.rows.row(f"{PAYMENTS}/aaa"))
        assert list(tree.marks) == [API, LEDGER, WORKER]
        stage.store.apply(gone=[LEDGER])
        await stage.shows("✓ 2 marked")
        await stage.press("ctrl+backslash")
        await stage.hides("marked")
        assert not len(tree.marks)


async def test_what_marked_rows_are_called_is_copied_one_a_line() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        stage.store.put([service(PAYMENTS, "evil\nrm -rf")])
        tree.marks.add([API, f"{PAYMENTS}/evil%0Arm -rf", APP])
        await stage.press("c")
        await stage.until(lambda: isinstance(stage.app.screen, CopyMenu))
        await stage.shows("3 marked rows", "name of 3", "ARN of 3", "address in Hatchway of 3")
        await stage.press("enter")
        await stage.until(lambda: stage.copied)
        assert stage.copied[0].split("\n") == ["api", "evilrm -rf", "app"]
        assert "Copied 3 lines." in stage.toasts


async def test_up_to_the_parent_without_closing() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        for above in (API_TASK, API, PAYMENTS, REGION, "prod", "prod"):
            await stage.press("backspace")
            assert stage.browser.tree.address == above
        assert stage.browser.tree.rows.row(APP) is not None


async def test_everything_below_a_row_opens_and_closes() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        await stage.go_to("prod")
        await stage.press("asterisk")
        await stage.until(lambda: tree.rows.row(APP) is not None and not tree.rows.is_busy)
        assert {("open", PAYMENTS), ("open", NODES)} <= set(stage.room.notebook.wanted)
        assert tree.address == "prod"
        await stage.press("minus")
        await stage.until(lambda: tree.rows.row(REGION) is None)
        assert ("close", "prod") in stage.room.notebook.wanted
        await stage.press("l")
        await stage.until(lambda: tree.rows.row(REGION) is not None)
        assert tree.rows.row(PAYMENTS) is None


def large() -> Store:
    store = Store()
    accounts = [account(f"a{n:03}", f"{n:012}") for n in range(100)]
    regions = [region(one.address, f"r{n:02}") for one in accounts for n in range(30)]
    clusters = [cluster(one.address, "c") for one in regions]
    store.put([*accounts, *regions, *clusters])
    return store


async def test_the_opening_of_everything_says_how_far_it_is_and_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet_views, "MOMENT", 10)
    monkeypatch.setattr(fleet_views, "_SLICE", 0.0)
    monkeypatch.setattr(outline, "ROOM", 10)
    async with browsing(store=large()) as stage:
        tree = stage.browser.tree
        await stage.press("g", "asterisk")
        tree.unfold("")
        await stage.shows("rows · esc stops")
        await stage.press("escape")
        await stage.hides("esc stops")
        await stage.until(lambda: not tree.rows.is_busy)
        assert 100 < len(tree.rows) < 6_000
        monkeypatch.undo()
        tree.unfold("")
        await stage.until(lambda: not tree.rows.is_busy)
        assert len([a for a in tree.opened() if a.endswith("/c")]) == 3_000


async def test_from_match_to_match_also_where_rows_are_closed() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        await stage.press("n")
        await stage.until(lambda: any("No filter" in toast for toast in stage.toasts))
        await stage.press("slash")
        await stage.enter("ledger")
        await stage.press("enter")
        await stage.until(lambda: tree.address == LEDGER)
        tree.go_to("prod")
        tree.close_row()
        await stage.shows("1 match")
        await stage.press("n")
        assert tree.address == LEDGER
        await stage.press("N")
        assert tree.address == LEDGER


async def test_down_and_up_go_from_match_to_match_while_typing() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        await stage.press("slash")
        await stage.enter("app")
        await stage.until(lambda: tree.matches > 1)
        first = tree.address
        await stage.press("down")
        await stage.until(lambda: tree.address != first)
        await stage.press("up")
        await stage.until(lambda: tree.address == first)
        await stage.enter("x")
        await stage.shows("appx")


async def test_closed_ways_say_how_much_is_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifted, "BOUND", 10)
    async with browsing(store=large()) as stage:
        await stage.press("slash")
        await stage.enter("r0")
        await stage.press("enter")
        await stage.shows("1,000 matches", "10 matches")
        await stage.press("n", "n")
        assert stage.browser.tree.address == "a000/r02"


async def test_without_the_filter_all_is_as_it_was_and_what_was_gone_to_is_shown() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        await stage.go_to(APP)
        await stage.press("k", "k")
        before = tree.viewport.index, tree.viewport.top, tree.address, len(tree.rows)
        await stage.press("slash")
        await stage.enter("ledger")
        await stage.until(lambda: tree.matches == 1)
        await stage.press("escape")
        await stage.until(lambda: not tree.rows.filtered)
        assert before == (
            tree.viewport.index,
            tree.viewport.top,
            tree.address,
            len(tree.rows),
        )
        await stage.press("slash")
        await stage.enter("ledger")
        await stage.press("enter")
        await stage.press("k", "j", "escape")
        await stage.until(lambda: not tree.rows.filtered)
        assert tree.address == LEDGER


async def test_a_filter_that_cannot_be_understood_says_so() -> None:
    async with browsing() as stage:
        await stage.press("slash")
        await stage.enter("nosuchcolumn:x")
        await stage.shows("⚠ There is no column")
        await stage.press("escape")
        await stage.hides("⚠ There is no column")


async def test_the_watcher_knows_what_is_in_the_window() -> None:
    async with browsing(NARROW) as stage:
        await stage.until(lambda: "prod" in stage.room.notebook.looked)
        await stage.go_to(APP)
        await stage.until(lambda: APP in stage.room.notebook.looked)
        await stage.press("g")
        await stage.until(lambda: "dev" in stage.room.notebook.looked)
        assert all("\n" not in one for one in stage.room.notebook.looked)


async def test_what_is_remembered_is_faint_until_it_was_asked_for_again() -> None:
    store = filled()
    for address in ("", "prod", REGION, PAYMENTS):
        store.set_freshness(address, Freshness(loaded_at=NOW - 3 * 3600, remembered=True))
    async with browsing(store=store) as stage:
        await stage.go_to(PAYMENTS)
        await stage.shows("◌ 3h old")
        for address in ("", "prod", REGION, PAYMENTS):
            store.set_freshness(address, Freshness(loaded_at=NOW))
        await stage.hides("◌ 3h old")
