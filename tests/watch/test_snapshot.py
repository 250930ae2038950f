"""The remembered fleet: it comes back as it was, and nothing that is wrong with it matters."""

import asyncio
import stat
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.fleet import API, PAYMENTS, filled
from tests.watch.plain import PlainSource, VirtualClock, account
from tui.model.kind import Kind
from tui.model.resource import FLEET, Container, Node, Service
from tui.model.store import Freshness, Store
from tui.watch import snapshot as snapshots
from tui.watch.feed import Feed
from tui.watch.keeper import EVERY, FIRST, Keeper
from tui.watch.row import Row
from tui.watch.snapshot import Snapshot
from tui.watch.source import LISTS
from tui.watch.watcher import Watcher


@pytest.fixture
def file(tmp_path: Path) -> Snapshot:
    return Snapshot(tmp_path, "everything")


def saved(file: Snapshot) -> Store:
    store = filled()
    api = store.get(API)
    assert isinstance(api, Service)
    store.put([replace(api, tags=(("team", "payments"), ("tier", "1")))])
    store.set_freshness(FLEET, Freshness(loaded_at=50.0))
    store.set_freshness(PAYMENTS, Freshness(loaded_at=60.0))
    file.save(store.everything(), store.loaded_at())
    return store


def loaded(file: Snapshot) -> Store:
    store = Store()
    for block in file.blocks():
        store.put(block.rows)
        for address, when in block.loaded_at.items():
            store.set_freshness(address, Freshness(loaded_at=when))
    return store


def test_a_fleet_comes_back_as_it_was(file: Snapshot) -> None:
    store = saved(file)
    again = loaded(file)
    assert list(again.below()) == list(store.below())
    assert again.loaded_at() == store.loaded_at()
    assert again.loaded_at()[PAYMENTS] == 60.0
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert list(file.path.parent.glob("fleet-*")) == [file.path]


def test_the_top_of_the_tree_comes_first_and_equal_texts_are_one(file: Snapshot) -> None:
    saved(file)
    blocks = list(file.blocks())
    assert {one.kind.value for one in blocks[0].rows} == {"account", "region", "cluster", "nodes"}
    rows = [one for block in blocks for one in block.rows]
    nodes = [one for one in rows if isinstance(one, Node)]
    assert len({id(one.region) for one in nodes}) == 1
    containers = [one for one in rows if isinstance(one, Container)]
    assert len({id(one.status) for one in containers if one.status.word == "RUNNING"}) <= 2


def test_another_choice_of_accounts_has_another_file(tmp_path: Path, file: Snapshot) -> None:
    saved(file)
    assert list(Snapshot(tmp_path, "prod only").blocks()) == []


def test_a_file_of_another_version_is_not_read(
    file: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(file)
    monkeypatch.setattr(snapshots, "_HEAD", b"hatchway fleet 0 00\n")
    assert list(file.blocks()) == []


def test_a_fleet_that_is_too_large_loses_its_deepest_rows(
    file: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = saved(file).everything()
    monkeypatch.setattr(snapshots, "MOST_BYTES", file.path.stat().st_size // 2)
    assert list(file.blocks()) == []  # nobody else's file is read either
    file.save(whole, {})
    kept = loaded(file).everything()
    assert 0 < len(kept) < len(whole)
    assert not [one for one in kept if isinstance(one, Container)]


def test_what_cannot_be_read_or_written_is_no_trouble(tmp_path: Path) -> None:
    assert list(Snapshot(tmp_path / "nowhere", "x").blocks()) == []
    with pytest.raises(OSError, match="nowhere"):
        Snapshot(tmp_path / "nowhere", "x").save([], {})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_file_gives_some_rows_or_none_and_never_an_error(
    file: Snapshot, data: st.DataObject
) -> None:
    good = saved(file)
    octets = bytearray(file.path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    octets = octets[: data.draw(st.integers(0, len(octets)))] or octets
    file.path.write_bytes(bytes(octets))
    for block in file.blocks():
        for row in block.rows:
            assert good.get(row.address) == row


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"planet": []}, "a kind that is none"),
        ({"account": []}, "no columns"),
        ({"region": [(["a"], None)] * 5}, "a status that is none"),
        ({"region": [(["a"], [7])] * 5}, "an index that is none"),
        ({"region": [([1, 2], None)] * 5}, "numbers for texts"),
    ],
)
def test_a_forged_block_is_dropped(file: Snapshot, table: dict[str, object], why: str) -> None:
    packed = zlib.compress(msgspec.msgpack.encode((table, {})))
    file.path.write_bytes(snapshots._HEAD + len(packed).to_bytes(4, "big") + packed)
    assert list(file.blocks()) == [], why


def test_a_block_that_would_fill_the_memory_is_dropped(file: Snapshot) -> None:
    packed = zlib.compress(bytes(64 << 20))
    file.path.write_bytes(snapshots._HEAD + len(packed).to_bytes(4, "big") + packed)
    assert list(file.blocks()) == []


# the keeper


async def test_the_remembered_fleet_is_there_at_once_and_is_replaced_in_place(
    file: Snapshot, source: PlainSource, clock: VirtualClock
) -> None:
    first = Store()
    await Watcher(source, Feed(first), clock).load()
    await Keeper(first, file).save()
    store = Store()
    keeper = Keeper(store, file)
    keeper.paint()
    assert store.get("prod/eu-west-1/shop") is not None
    assert store.get("prod/eu-west-1/shop/api") is None
    assert store.freshness("prod/eu-west-1/shop").remembered
    feed = Feed(store)
    watcher = Watcher(source, feed, clock)
    await keeper.recall(feed, watcher)
    assert list(store.below()) == list(first.below())
    heard: list[str] = []
    store.listen(lambda change: heard.extend(one.address for one in change.put))
    heard.clear()
    await watcher.load()
    assert heard == []  # it was as remembered
    assert not store.freshness("prod/eu-west-1/shop").remembered
    assert store.freshness().loaded_at == clock.wall_ms() / 1000


async def test_who_leaves_while_the_fleet_is_still_read_keeps_what_was_remembered(
    file: Snapshot, source: PlainSource, clock: VirtualClock
) -> None:
    first = Store()
    await Watcher(source, Feed(first), clock).load()
    await Keeper(first, file).save()
    known = [block.rows for block in file.blocks()]
    store = Store()
    keeper = Keeper(store, file)
    keeper.paint()
    await keeper.save()
    assert [block.rows for block in file.blocks()] == known
    feed = Feed(store)
    await keeper.recall(feed, Watcher(source, feed, clock))
    store.apply(gone=["dev"])
    await keeper.save()
    saved = {row.address.partition("/")[0] for block in file.blocks() for row in block.rows}
    assert saved == {"prod"}


async def test_what_exists_no_more_goes_when_its_listing_has_said_so(
    file: Snapshot, source: PlainSource, clock: VirtualClock
) -> None:
    first = Store()
    await Watcher(source, Feed(first), clock).load()
    await Keeper(first, file).save()
    source.say("", account("prod"), kinds=LISTS[Kind.FLEET])
    store = Store()
    keeper = Keeper(store, file)
    keeper.paint()
    feed = Feed(store)
    watcher = Watcher(source, feed, clock)
    await keeper.recall(feed, watcher)
    assert store.get("dev/eu-west-1/shop/api") is not None
    await watcher.load()
    assert store.get("dev") is None
    assert {one.address.partition("/")[0] for one in store.everything()} == {"prod"}


async def test_it_is_saved_now_and_then(
    file: Snapshot, source: PlainSource, clock: VirtualClock
) -> None:
    saves: list[int] = []

    class Counted(Keeper):
        async def save(self) -> None:
            saves.append(len(self.store))

    keeper = Counted(filled(), file)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(keeper.keep(clock))
        await clock.advance(FIRST + 1)
        assert len(saves) == 1
        await clock.advance(EVERY * 2)
        assert len(saves) == 3
        task.cancel()


async def test_a_keeper_without_a_place_or_with_a_full_disk_says_nothing(tmp_path: Path) -> None:
    await Keeper(filled(), None).save()
    await Keeper(filled(), Snapshot(tmp_path / "nowhere", "x")).save()
    assert not (tmp_path / "nowhere").exists()


def test_a_row_of_an_earlier_run_counts_as_not_loaded() -> None:
    row = Row("prod", Kind.ACCOUNT, "", loaded_at=5.0, remembered=True)
    assert not row.is_loaded
