"""The tree in the browser: opened, moved over, changed under the cursor."""

from msgspec.structs import replace
from textual.events import MouseScrollDown, MouseScrollUp

from tests.ui.fleet import (
    API,
    API_TASK,
    APP,
    NODES,
    NOW,
    PAYMENTS,
    REGION,
    cluster,
    filled,
    service,
)
from tests.ui.stage import NARROW, WIDE, browsing
from tui.errors import NotAllowed
from tui.model.kind import Kind
from tui.model.resource import FLEET
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store
from tui.ui.widgets.details import Details


async def test_accounts_are_open_at_first_and_asked_for() -> None:
    async with browsing() as stage:
        await stage.shows("prod", "us-east-1", "The login of dev has expired.")
        wanted = stage.room.notebook.wanted
        assert ("open", "prod") in wanted
        assert ("open", REGION) not in wanted


async def test_keys_open_step_in_and_come_back() -> None:
    async with browsing() as stage:
        await stage.go_to("prod")
        await stage.press("j", "l")
        await stage.shows("payments", "managed nodes")
        assert ("open", REGION) in stage.room.notebook.wanted
        await stage.press("l")
        assert stage.browser.tree.address == f"{REGION}/batch"
        await stage.press("h")
        assert stage.browser.tree.address == REGION
        await stage.press("h")
        await stage.hides("payments")
        assert ("close", REGION) in stage.room.notebook.wanted
        await stage.press("escape")
        assert stage.browser.tree.address == "prod"


async def test_moving_keys() -> None:
    async with browsing(NARROW) as stage:
        stage.browser.tree.go_to(APP)
        tree = stage.browser.tree
        last = len(tree.rows) - 1
        for key, index in (
            ("g", 0),
            ("down", 1),
            ("up", 0),
            ("j", 1),
            ("k", 0),
            ("G", last),
            ("home", 0),
            ("end", last),
        ):
            await stage.press(key)
            assert tree.viewport.index == index, key
        await stage.press("home", "ctrl+f")
        page = tree.viewport.index
        assert page > 5
        await stage.press("ctrl+b", "pagedown")
        assert tree.viewport.index == page
        await stage.press("pageup")
        assert tree.viewport.index == 0


async def test_the_cursor_and_its_line_stay_when_rows_come_and_go_above() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        view = stage.browser.tree.viewport
        line = view.index - view.top
        stage.store.put([cluster(REGION, f"aa{n}") for n in range(7)])
        await stage.shows("aa6")
        assert view.address == APP
        stage.store.replace(
            REGION,
            frozenset({Kind.CLUSTER}),
            [c for c in stage.store.children(REGION) if not c.name.startswith("aa")],
        )
        await stage.hides("aa6")
        assert view.address == APP
        assert view.index - view.top == line


async def test_a_status_changes_in_place() -> None:
    async with browsing() as stage:
        await stage.go_to(API)
        api = stage.store.get(API)
        assert api is not None
        stage.store.put([replace(api, status=Status("rolling back", Health.BAD))])
        await stage.shows("✖ rolling back")
        await stage.until(lambda: "rolling back" in stage.drawn(Details))


async def test_a_storm_of_changes_ends_with_the_last_word() -> None:
    async with browsing() as stage:
        await stage.go_to(API)
        api = stage.store.get(API)
        assert api is not None
        for number in range(500):
            stage.store.put([replace(api, status=Status(f"turn {number}", Health.BUSY))])
            stage.store.put([service(PAYMENTS, f"burst-{number % 40}")])
        await stage.shows("◐ turn 499", "burst-39")
        assert stage.browser.tree.address == API


async def test_loading_empty_and_failed_rows_say_so() -> None:
    async with browsing() as stage:
        await stage.shows("◌ loading …")
        stage.store.set_freshness("staging/eu-west-1", Freshness(loaded_at=NOW))
        await stage.shows("no clusters or managed nodes")
        refused = NotAllowed("ecs:ListClusters is not allowed.", "Ask for it.")
        stage.store.set_freshness("staging/eu-west-1", Freshness(loaded_at=NOW, trouble=refused))
        await stage.shows("⚠ ecs:ListClusters is not allowed. Ask for it.", "⚠ stale")


async def test_an_empty_fleet_waits_then_says_that_there_is_nothing() -> None:
    store = Store()
    async with browsing(store=store) as stage:
        await stage.shows("◌ loading …")
        await stage.press("enter", "j", "l", "h", "s", "c", "escape")
        store.set_freshness(FLEET, Freshness(loaded_at=NOW))
        await stage.shows("no accounts")


async def test_mouse() -> None:
    async with browsing() as stage:
        tree = stage.browser.tree
        index = tree.rows.index(REGION)
        assert index is not None
        await stage.pilot.click(tree, offset=(10, index + 1))
        assert tree.address == REGION
        assert not tree.rows.is_open(REGION)
        await stage.pilot.click(tree, offset=(2, index + 1))
        await stage.shows("payments")
        await stage.pilot.click(tree, offset=(20, index + 1), times=2)
        await stage.hides("payments")


async def test_the_wheel_moves_the_window_and_not_the_cursor() -> None:
    async with browsing(NARROW) as stage:
        await stage.go_to(API_TASK)
        await stage.go_to(f"{NODES}/i-0a1b2c3d4e5f60718")
        tree = stage.browser.tree
        await stage.press("g")
        turn = (tree, 5, 5, 0, 0, 0, False, False, False)
        tree.post_message(MouseScrollDown(*turn))
        await stage.until(lambda: tree.viewport.top == 3)
        assert tree.viewport.index == 0
        tree.post_message(MouseScrollUp(*turn))
        await stage.until(lambda: tree.viewport.top == 0)


async def test_every_line_is_as_wide_as_the_tree_at_any_size() -> None:
    async with browsing(WIDE, filled()) as stage:
        await stage.go_to(APP)
        for size in ((80, 24), (40, 12), (200, 50), (119, 35), (20, 6)):
            await stage.pilot.resize_terminal(*size)
            await stage.pilot.pause()
            tree = stage.browser.tree
            lines = [tree.render_line(y).cell_length for y in range(tree.size.height)]
            assert set(lines) <= {max(tree.size.width, 8)}, size


async def test_details_follow_the_cursor() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        await stage.until(lambda: "s opens a shell here" in stage.drawn(Details))
        await stage.go_to(API)
        await stage.until(lambda: "s opens a shell in app · 3f2a91c0" in stage.drawn(Details))
        await stage.go_to(f"{NODES}/mi-0c4d5e6f7a8b9c0d1")
        await stage.until(lambda: "is not connected" in stage.drawn(Details))
        await stage.until(lambda: "instance profile" in stage.drawn(Details))
