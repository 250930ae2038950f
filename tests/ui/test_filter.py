from textual.widgets import Input

from tests.model.large import large
from tests.ui.fleet import APP, PAYMENTS, REGION, cluster
from tests.ui.stage import NARROW, Stage, browsing
from tui.ui.sieve import Sieve
from tui.ui.widgets.fleet_tree import FleetTree


async def test_rows_are_filtered_while_typing_and_all_are_back_with_escape() -> None:
    async with browsing() as stage:
        await stage.press("slash")
        await stage.enter("ledg")
        await stage.shows("1 match", "payments", "ledger")
        await stage.hides("staging")
        await stage.press("escape")
        await stage.shows("staging")
        assert isinstance(stage.app.focused, FleetTree)


async def test_enter_keeps_the_filter_and_escape_in_the_tree_clears_it() -> None:
    async with browsing(NARROW) as stage:
        await stage.press("slash")
        await stage.enter("ledg")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.focused, FleetTree))
        assert stage.browser.tree.address == f"{PAYMENTS}/ledger"
        await stage.press("k")
        assert stage.browser.tree.address == PAYMENTS
        stage.store.put([cluster(REGION, "ledger-archive")])
        await stage.shows("2 matches", "ledger-archive")
        await stage.press("escape")
        await stage.shows("staging")
        await stage.hides("matches")


async def test_the_cursor_stays_where_it_is_when_that_is_a_match() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        await stage.press("slash")
        await stage.enter("app")
        await stage.until(lambda: stage.browser.tree.rows.filtered)
        await stage.press("escape")
        assert stage.browser.tree.address == APP


async def test_no_match_says_so_and_keys_do_no_harm() -> None:
    async with browsing() as stage:
        await stage.press("slash")
        await stage.enter("zzz[b]")
        await stage.shows("0 matches", "zzz[b]")
        await stage.press("enter", "j", "enter", "s", "c", "l", "h", "G")
        await stage.press("slash")
        assert stage.app.main.query_one(Input).value == "zzz[b]"


async def test_only_the_unhealthy() -> None:
    async with browsing() as stage:
        await stage.press("exclamation_mark")
        await stage.shows("only unhealthy", "ledger", "store-042", "login expired")
        await stage.hides("batch")
        await stage.press("exclamation_mark")
        await stage.shows("staging")


def a_large_fleet_comes(stage: Stage) -> None:
    """And nobody had time to read any of it."""
    stage.store.put(large(sites=2, clusters=8, services=40, tasks=3_000, nodes=100))
    stage.app.main._changes.flush()
    assert stage.browser.search.backlog > 5_000


async def test_a_fleet_that_has_just_come_holds_up_no_key() -> None:
    async with browsing() as stage:
        await stage.press("slash")
        a_large_fleet_comes(stage)
        stage.browser.sift(Sieve("ledger"))
        assert stage.browser.is_waiting
        assert not stage.browser.tree.rows.filtered
        await stage.shows("rows to read")
        await stage.until(lambda: stage.browser.tree.rows.filtered)
        await stage.shows("matches")
        assert not stage.browser.search.backlog
        found = stage.browser.search.find(Sieve("ledger"))
        assert found is not None
        assert stage.browser.tree.matches == len(found)


async def test_a_filter_that_waits_can_be_dropped() -> None:
    async with browsing() as stage:
        a_large_fleet_comes(stage)
        stage.browser.sift(Sieve("ledger"))
        stage.browser.sift(Sieve())
        assert not stage.browser.is_waiting
        await stage.until(lambda: not stage.browser.search.backlog)
        assert not stage.browser.tree.rows.filtered
