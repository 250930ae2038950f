"""The way to the store: only what differs, all of it, in order, from whatever thread."""

import asyncio
import threading
from functools import partial

import pytest

from tests.watch.plain import VirtualClock, account, cluster, region, service
from tui.errors import Throttled
from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.store import Change, Freshness, Store
from tui.watch.feed import Feed
from tui.watch.hurry import Hurry
from tui.watch.side_loop import SideLoop

SHOP = cluster("prod/eu-west-1", "shop")
PLACES: list[Resource] = [account("prod"), region("prod", "eu-west-1"), SHOP]


def many(number: int) -> list[Resource]:
    return [service(SHOP, f"s{index:05}") for index in range(number)]


async def test_what_is_given_arrives_and_what_is_known_is_not_different() -> None:
    store = Store()
    feed = Feed(store)
    await feed.give([*PLACES, *many(3)])
    await feed.settle()
    assert len(store) == 6
    assert feed.different([*PLACES, service(SHOP, "s00001", running=7)]) == [
        service(SHOP, "s00001", running=7)
    ]
    assert feed.missing(SHOP.address, frozenset({Kind.SERVICE}), {f"{SHOP.address}/s00000"}) == [
        f"{SHOP.address}/s00001",
        f"{SHOP.address}/s00002",
    ]
    assert {one.kind for one in feed.of_kinds([Kind.REGION, Kind.CLUSTER])} == {
        Kind.REGION,
        Kind.CLUSTER,
    }


async def test_a_row_moves_away_before_its_old_parent_goes() -> None:
    store = Store()
    feed = Feed(store)
    other = cluster("prod/eu-west-1", "other")
    moved = service(SHOP, "api")
    await feed.give([*PLACES, other, moved])
    elsewhere = service(other, "api")
    again = type(moved)(**{f: getattr(moved, f) for f in moved.__struct_fields__ if f != "parent"}
                        | {"parent": other.address})  # fmt: skip
    await feed.give([again, elsewhere], [SHOP.address])
    await feed.settle()
    assert store.get(SHOP.address) is None
    assert store.get(moved.address) == again


async def test_freshness_is_told_after_what_was_given_before() -> None:
    store = Store()
    heard: list[Change] = []
    feed = Feed(store)
    await feed.give(PLACES)
    feed.tell(SHOP.address, Freshness(loaded_at=5.0))
    await feed.give(many(2))
    feed.tell(SHOP.address, Freshness(trouble=Throttled("too many")))
    store.listen(heard.append)
    heard.clear()
    await feed.settle()
    told = [(bool(change.put), bool(change.freshness)) for change in heard]
    assert told == [(True, False), (False, True), (True, False), (False, True)]
    assert store.freshness(SHOP.address).trouble is not None


async def test_much_is_heard_of_in_portions_and_the_loop_gets_to_other_work() -> None:
    store = Store()
    feed = Feed(store)
    sizes: list[int] = []
    store.listen(lambda change: sizes.append(len(change.put)))
    sizes.clear()
    turns = 0

    async def other_work() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with asyncio.TaskGroup() as group:
        task = group.create_task(other_work())
        await feed.give([*PLACES, *many(20_000)])
        await feed.settle()
        task.cancel()
    assert len(store) == 20_003
    assert max(sizes) <= 200
    assert turns > 10


async def test_whoever_gives_too_much_waits_until_it_was_taken() -> None:
    store = Store()
    feed = Feed(store, most=100)
    await feed.give(PLACES)
    assert len(store) == 0
    await feed.give(many(300))
    assert len(store) == 303


async def test_another_thread_gives_while_the_store_is_read_and_changed() -> None:
    store = Store()
    feed = Feed(store)
    threads: set[int] = set()
    store.listen(lambda _: threads.add(threading.get_ident()))

    async def work() -> None:
        await feed.give(PLACES)
        for start in range(0, 4_000, 100):
            await feed.give(many(4_000)[start : start + 100])
            feed.missing(SHOP.address, frozenset({Kind.SERVICE}), ())
        await feed.settle()
        assert not feed.different(many(4_000))

    async with SideLoop("test") as side:
        await side.run(work)
    assert len(store) == 4_003
    assert threads == {threading.get_ident()}


async def test_a_loop_that_ends_while_it_waits_harms_nobody() -> None:
    store = Store()
    feed = Feed(store, most=1)
    async with SideLoop("test") as side:
        giving = asyncio.ensure_future(side.run(partial(feed.give, PLACES)))
        await asyncio.sleep(0)
        giving.cancel()
    await feed.settle()
    assert len(store) in {0, 3}


async def test_work_on_a_side_loop_is_cancelled_with_whoever_waits_for_it() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with SideLoop("test") as side:
        waiting = asyncio.ensure_future(side.run(work))
        await asyncio.to_thread(begun.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await asyncio.to_thread(ended.wait, 5)


async def test_a_side_loop_passes_results_and_errors_back_and_ends_with_its_block() -> None:
    async def failing() -> int:
        raise Throttled("too many")

    async def thread() -> int:
        return threading.get_ident()

    async with SideLoop("test") as side:
        assert await side.run(thread) != threading.get_ident()
        with pytest.raises(Throttled):
            await side.run(failing)
        called = threading.Event()
        side.call(called.set)
        assert await asyncio.to_thread(called.wait, 5)
    side.call(called.clear)
    assert called.is_set()
    with pytest.raises(RuntimeError, match="has ended"):
        await side.run(thread)
    assert "test" not in {one.name for one in threading.enumerate()}


async def test_while_a_key_is_on_its_way_nothing_is_taken_and_afterwards_all_is() -> None:
    clock = VirtualClock()
    hurry, store = Hurry(clock), Store()
    feed = Feed(store, hurry)
    hurry.begins()
    await feed.give([*PLACES, *many(3)])
    await asyncio.sleep(0.02)
    assert len(store) == 0
    await clock.advance(0.1)
    await feed.settle()
    assert len(store) == 6


async def test_a_side_loop_stands_still_while_a_key_is_on_its_way() -> None:
    hurry = Hurry()
    seen: list[bool] = []
    async with SideLoop("test", hurry) as side:
        hurry.begins()
        side.call(lambda: seen.append(hurry.is_on))
        await side.run(partial(asyncio.sleep, 0))
    hurry.begins()  # nobody listens any more
    assert seen == [False]
