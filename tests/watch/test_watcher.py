"""The watcher, in virtual time, over a source whose answers the test writes."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.watch.plain import PlainSource, VirtualClock, account, cluster, region, service
from tui.errors import LoginExpired, NotAllowed, Unreachable
from tui.model.kind import Kind
from tui.model.resource import Service
from tui.model.store import Change, Store
from tui.watch.feed import Feed
from tui.watch.intervals import Intervals
from tui.watch.source import LISTS, Batch, Event
from tui.watch.watcher import Watcher

SHOP = "prod/eu-west-1/shop"
OTHER = "dev/eu-west-1/shop"
BELOW = LISTS[Kind.CLUSTER]
STEADY = Intervals(jitter=0.0)


def watcher_of(
    source: PlainSource, store: Store, clock: VirtualClock, intervals: Intervals = STEADY
) -> Watcher:
    return Watcher(source, Feed(store), clock, intervals, random.Random(1))


@asynccontextmanager
async def running(watcher: Watcher, clock: VirtualClock) -> AsyncGenerator[None, None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watcher.run())
        await clock.settle()
        yield
        task.cancel()


def open_all(watcher: Watcher, address: str) -> None:
    parts = address.split("/")
    for end in range(1, len(parts) + 1):
        watcher.open("/".join(parts[:end]))


async def test_a_sweep_learns_the_whole_fleet_without_anybody_opening_a_row(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    async with running(watcher_of(source, store, clock), clock):
        pass
    assert {one.address for one in store.below()} == {
        "prod", "prod/eu-west-1", SHOP, f"{SHOP}/api",
        "prod/eu-west-1/managed nodes", "prod/eu-west-1/i-1",
        "dev", "dev/eu-west-1", OTHER, f"{OTHER}/api",
    }  # fmt: skip
    assert len(source.asked) == len(set(source.asked)) == 8


async def test_an_open_cluster_is_refreshed_often_and_a_closed_one_rarely(
    source: PlainSource, clock: VirtualClock
) -> None:
    watcher = watcher_of(source, Store(), clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        source.asked.clear()
        await clock.advance(50.0)
        assert 9 <= source.asked.count(SHOP) <= 11
        assert source.asked.count(OTHER) == 0
        await clock.advance(15.0)
        assert source.asked.count(OTHER) == 1


async def test_what_is_open_below_a_closed_row_counts_as_closed(
    source: PlainSource, clock: VirtualClock
) -> None:
    watcher = watcher_of(source, Store(), clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        await clock.advance(20.0)
        watcher.close("prod")
        source.asked.clear()
        await clock.advance(50.0)
        assert source.asked.count(SHOP) == 0
        watcher.open("prod")
        await clock.settle()
        assert source.asked.count(SHOP) == 1
        await clock.advance(20.0)
        assert source.asked.count(SHOP) >= 4


async def test_what_was_just_opened_goes_before_everything_that_waits(
    source: PlainSource, clock: VirtualClock
) -> None:
    where = "prod/eu-west-1"
    many = [cluster(where, f"c{number:03}") for number in range(100)]
    source.say(where, *many, kinds=LISTS[Kind.REGION])
    gate = asyncio.Event()
    source.held = {one.address: gate for one in many}
    watcher = watcher_of(source, Store(), clock, Intervals(jitter=0.0, at_once=4, at_once_unseen=3))
    async with running(watcher, clock):
        open_all(watcher, where)
        watcher.open(many[90].address)
        await clock.settle()
        asked = [address for address in source.asked if address.startswith(f"{where}/c")]
        assert many[90].address in asked
        assert source.most_busy == 4
        gate.set()
        await clock.settle()
        assert source.most_busy == 4
        assert len(source.asked) == len(set(source.asked))


async def test_opening_a_row_again_while_it_loads_asks_once(
    source: PlainSource, clock: VirtualClock
) -> None:
    gate = source.held[SHOP] = asyncio.Event()
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        for _ in range(3):
            open_all(watcher, SHOP)
            await clock.settle()
        assert store.freshness(SHOP).loading
        assert source.asked.count(SHOP) == 1
        gate.set()
        await clock.settle()
        assert source.asked.count(SHOP) == 1
        assert not store.freshness(SHOP).loading


async def test_an_unchanged_answer_is_no_change(source: PlainSource, clock: VirtualClock) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    heard: list[Change] = []
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        await clock.advance(1.0)
        stop = store.listen(heard.append)
        heard.clear()
        source.asked.clear()
        await clock.advance(25.0)
        stop()
        assert source.asked.count(SHOP) >= 4
    assert heard == []


async def test_a_change_is_heard_and_what_is_gone_goes(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    shop = cluster("prod/eu-west-1", "shop")
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        source.say(SHOP, service(shop, "web", running=2), kinds=BELOW)
        heard: list[Change] = []
        store.listen(heard.append)
        heard.clear()
        await clock.advance(6.0)
    assert [one.name for change in heard for one in change.put] == ["web"]
    assert [address for change in heard for address in change.gone] == [f"{SHOP}/api"]


async def test_parts_show_before_the_listing_is_complete(
    source: PlainSource, clock: VirtualClock
) -> None:
    shop = cluster("prod/eu-west-1", "shop")
    one, two = service(shop, "one"), service(shop, "two")
    source.answers[SHOP] = [Batch((one,)), Unreachable("The line is dead.")]
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        assert store.get(one.address) == one
        assert str(store.freshness(SHOP).trouble) == "The line is dead."
        source.answers[SHOP] = [Batch((two,)), Batch((), BELOW)]
        await clock.advance(5.0)
    assert store.get(one.address) is None
    assert store.get(two.address) == two
    assert store.freshness(SHOP).trouble is None


async def test_a_failure_stays_on_its_row_and_what_was_known_stays_too(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        loaded_at = store.freshness(SHOP).loaded_at
        source.answers[SHOP] = [Unreachable("The line is dead.", "Wait.")]
        await clock.advance(6.0)
        freshness = store.freshness(SHOP)
        assert isinstance(freshness.trouble, Unreachable)
        assert freshness.loaded_at >= loaded_at > 0.0
        assert isinstance(store.get(f"{SHOP}/api"), Service)
        assert store.freshness(OTHER).trouble is None


async def test_a_failing_row_is_asked_less_and_less_often_and_says_the_same_once(
    source: PlainSource, clock: VirtualClock
) -> None:
    source.answers[SHOP] = [Unreachable("The line is dead.")]
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        heard: list[Change] = []
        store.listen(heard.append)
        heard.clear()
        source.asked.clear()
        await clock.advance(300.0)
        assert 7 <= source.asked.count(SHOP) <= 10
        said = [address for change in heard for address in change.freshness]
        assert said.count(SHOP) == 0


async def test_a_refresh_by_hand_waits_for_nothing(
    source: PlainSource, clock: VirtualClock
) -> None:
    source.answers[SHOP] = [NotAllowed("IAM says no.")]
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        await clock.advance(1.0)
        source.asked.clear()
        watcher.refresh(f"{SHOP}/unknown")
        watcher.refresh(SHOP)
        await clock.settle()
        assert source.asked == [SHOP]


async def test_a_refresh_of_a_row_reaches_what_is_open_below_it_and_starts_from_a_leaf(
    source: PlainSource, clock: VirtualClock
) -> None:
    watcher = watcher_of(source, Store(), clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        await clock.advance(1.0)
        source.asked.clear()
        watcher.refresh("prod")
        await clock.settle()
        assert sorted(source.asked) == ["prod", "prod/eu-west-1", SHOP]
        source.asked.clear()
        watcher.refresh(f"{SHOP}/api")
        await clock.settle()
        assert source.asked == [SHOP]


async def test_a_refresh_during_a_listing_is_followed_by_a_fresh_one(
    source: PlainSource, clock: VirtualClock
) -> None:
    gate = source.held[SHOP] = asyncio.Event()
    watcher = watcher_of(source, Store(), clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        watcher.refresh(SHOP)
        await clock.settle()
        assert source.asked.count(SHOP) == 1
        gate.set()
        await clock.settle()
        assert source.asked.count(SHOP) == 2


async def test_the_row_under_the_cursor_is_kept_fresh_until_the_cursor_leaves(
    source: PlainSource, clock: VirtualClock
) -> None:
    watcher = watcher_of(source, Store(), clock)
    async with running(watcher, clock):
        await clock.advance(10.0)
        source.asked.clear()
        watcher.focus(f"{SHOP}/api")
        await clock.advance(11.0)
        assert source.asked.count(SHOP) == 3
        watcher.focus("dev")
        source.asked.clear()
        await clock.advance(40.0)
        assert source.asked.count(SHOP) == 0
        watcher.focus("nothing/of/the/kind")


async def test_a_row_that_is_gone_is_asked_no_more_and_its_late_answer_is_dropped(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        await clock.advance(1.0)
        open_all(watcher, SHOP)
        gate = source.held[SHOP] = asyncio.Event()
        await clock.advance(5.0)
        source.say("", account("dev"), kinds=LISTS[Kind.FLEET])
        watcher.refresh("")
        await clock.settle()
        assert store.get(SHOP) is None
        gate.set()
        await clock.settle()
        assert store.get(f"{SHOP}/api") is None
        source.asked.clear()
        await clock.advance(200.0)
        assert SHOP not in source.asked


async def test_load_lists_everything_once_and_returns_though_parts_have_failed(
    source: PlainSource, clock: VirtualClock
) -> None:
    source.answers["dev"] = [NotAllowed("IAM says no.")]
    store = Store()
    watcher = watcher_of(source, store, clock)
    await watcher.load()
    assert len(source.asked) == len(set(source.asked)) == 6
    assert store.get(f"{SHOP}/api") is not None
    assert isinstance(store.freshness("dev").trouble, NotAllowed)
    await watcher.load()
    assert source.asked[6:] == ["dev"]


async def test_load_of_an_address_leaves_the_other_branches_alone(
    source: PlainSource, clock: VirtualClock
) -> None:
    source.say(
        "prod", region("prod", "eu-west-1"), region("prod", "us-east-1"), kinds=LISTS[Kind.ACCOUNT]
    )
    watcher = watcher_of(source, Store(), clock)
    await watcher.load("prod/eu-west-1/i-1")
    assert sorted(source.asked) == ["", "prod", "prod/eu-west-1", "prod/eu-west-1/managed nodes"]


async def test_load_beside_a_running_watch_does_not_ask_twice(
    source: PlainSource, clock: VirtualClock
) -> None:
    gate = source.held[SHOP] = asyncio.Event()
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock), asyncio.TaskGroup() as group:
        loading = group.create_task(watcher.load())
        await clock.settle()
        assert not loading.done()
        gate.set()
        await loading
        assert len(source.asked) == len(set(source.asked)) == 8
        assert store.get(f"{SHOP}/api") is not None


async def test_a_cancelled_watch_leaves_nothing_running_and_can_start_again(
    source: PlainSource, clock: VirtualClock
) -> None:
    source.held[SHOP] = source.held["dev"] = asyncio.Event()
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        assert source.busy == 2
    assert source.busy == 0
    assert len(asyncio.all_tasks()) == 1
    source.held.clear()
    async with running(watcher, clock):
        await clock.advance(80.0)
    assert store.get(f"{SHOP}/api") is not None
    assert store.get(f"{OTHER}/api") is not None


async def test_a_watch_that_starts_on_a_filled_store_refreshes_it(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    old = cluster("prod/eu-west-1", "old")
    store.put([account("prod"), region("prod", "eu-west-1"), old])
    async with running(watcher_of(source, store, clock), clock):
        pass
    assert store.get(old.address) is None
    assert store.get(SHOP) is not None


async def test_what_is_in_the_window_is_asked_more_often_than_what_is_merely_open(
    source: PlainSource, clock: VirtualClock
) -> None:
    watcher = watcher_of(source, Store(), clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        open_all(watcher, OTHER)
        watcher.look(frozenset({f"{SHOP}/api", "prod"}))
        await clock.advance(25.0)
        source.asked.clear()
        await clock.advance(40.0)
        assert source.asked.count(SHOP) == 8
        assert source.asked.count(OTHER) == 2
        source.asked.clear()
        watcher.look(frozenset({f"{OTHER}/api", "nothing/of/the/kind"}))
        await clock.settle()
        await clock.advance(6.0)
        assert source.asked.count(OTHER) >= 1
        await clock.advance(34.0)
        assert source.asked.count(OTHER) >= 7
        assert source.asked.count(SHOP) <= 2


async def test_what_comes_into_the_window_goes_before_what_was_never_listed(
    source: PlainSource, clock: VirtualClock
) -> None:
    where = "prod/eu-west-1"
    many = [cluster(where, f"c{number:03}") for number in range(50)]
    source.say(where, *many, kinds=LISTS[Kind.REGION])
    gate = asyncio.Event()
    source.held = {one.address: gate for one in many}
    watcher = watcher_of(source, Store(), clock, Intervals(jitter=0.0, at_once=4, at_once_unseen=3))
    async with running(watcher, clock):
        watcher.look(frozenset({many[40].address}))
        await clock.settle()
        assert many[40].address in source.asked
        gate.set()


async def test_below_an_account_without_a_login_nobody_asks_until_it_is_let_in(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        await clock.advance(10.0)
        whole = source.answers["prod"]
        source.answers["prod"] = [LoginExpired("The token has expired.", "Log in.")]
        watcher.refresh("prod")
        await clock.settle()
        source.asked.clear()
        await clock.advance(50.0)
        assert SHOP not in source.asked
        assert source.asked.count(OTHER) <= 1
        watcher.refresh(SHOP)  # a person may insist
        await clock.settle()
        assert source.asked.count(SHOP) == 1
        source.answers["prod"] = whole
        source.asked.clear()
        watcher.refresh("prod")
        await clock.settle()
        assert SHOP in source.asked
        assert "prod/eu-west-1" in source.asked


async def test_what_aws_tells_by_itself_is_shown_at_once_and_polled_less(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    shop = cluster("prod/eu-west-1", "shop")
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        await clock.advance(10.0)
        watcher.told_of("prod/eu-west-1", on=True)
        source.asked.clear()
        await watcher.hear(Event(SHOP, (service(shop, "api", running=9),)))
        await clock.settle()
        api = store.get(f"{SHOP}/api")
        assert isinstance(api, Service)
        assert api.running == 9
        await clock.advance(100.0)
        assert source.asked.count(SHOP) == 0
        await watcher.hear(Event(SHOP, relist=True))
        await clock.settle()
        assert source.asked.count(SHOP) == 1
        watcher.told_of("prod/eu-west-1", on=False)
        await clock.advance(11.0)
        assert source.asked.count(SHOP) == 3
        await watcher.hear(Event("nothing/of/the/kind", relist=True))
        await watcher.hear(Event())


async def test_an_event_beats_the_answer_of_a_listing_that_was_asked_before_it(
    source: PlainSource, clock: VirtualClock
) -> None:
    store = Store()
    watcher = watcher_of(source, store, clock)
    shop = cluster("prod/eu-west-1", "shop")
    async with running(watcher, clock):
        open_all(watcher, SHOP)
        gate = source.held[SHOP] = asyncio.Event()
        await clock.advance(6.0)
        await watcher.hear(Event(SHOP, (service(shop, "api", running=9), service(shop, "new"))))
        gate.set()
        await clock.settle()
        api = store.get(f"{SHOP}/api")
        assert isinstance(api, Service)
        assert api.running == 9
        assert store.get(f"{SHOP}/new") is not None
        await clock.advance(6.0)  # the next listing knows better
        assert store.get(f"{SHOP}/new") is None
