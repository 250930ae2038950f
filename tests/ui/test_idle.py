"""A session that is about to be ended for being idle says so on its tab."""

from tests.ui.fleet import APP
from tests.ui.stage import browsing
from tui.ui.widgets.session_area import SessionArea


async def test_the_minutes_left_are_on_the_tab_until_it_goes_on() -> None:
    async with browsing() as stage:
        await stage.go_to(APP)
        await stage.press("s")
        await stage.shows("welcome to app")
        assert stage.app.main.query_one(SessionArea).live == 1
        idle = stage.room.engine.shells[0].idle
        idle.tell(4)
        await stage.shows("● app", "◔ idle, 4 min left")
        idle.tell(None)
        await stage.hides("idle")
