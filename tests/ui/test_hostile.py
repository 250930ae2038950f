"""Names from outside, in every place where the browser writes them."""

import pytest
from msgspec.structs import replace

from tests.ui.fleet import API_TASK, REGION, container, filled
from tests.ui.stage import NARROW, WIDE, browsing
from tui.errors import AgentOffline, NotAllowed
from tui.model.resource import Container, Task
from tui.model.store import Freshness, Store

NAMES = [
    "[bold red]markup[/] [@click=app.quit]x[/]",
    "$accent [link=file:///etc/passwd]y",
    "\x1b[31mescape\x1b]0;title\x07\x9b2J",
    "left\u202eright\u2066 and \u200bzero\u200d width\ufeff",
    "z\u0335\u0336\u0337\u0338\u0334\u0335" * 40,
    "x" * 5000,
    "日本語" * 400,
    "\ud800\udfff",
    " ",
]


def with_container(name: str) -> tuple[Store, Container]:
    store = filled()
    above = store.get(API_TASK)
    assert isinstance(above, Task)
    hostile = container(above, name)
    hostile = replace(hostile, image=f"{name}/{name}", reason=name)
    store.put([hostile])
    return store, hostile


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_a_hostile_name_is_only_ever_text(name: str, size: tuple[int, int]) -> None:
    store, hostile = with_container(name)
    async with browsing(size, store) as stage:
        await stage.go_to(hostile.address)
        pages = [stage.text()]
        await stage.press("c")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)
        pages.append(stage.text())
        await stage.press("escape", "F")
        await stage.shows("Remote port", "9901")
        pages.append(stage.text())
        await stage.press("enter")
        await stage.until(lambda: stage.browser.forwards)
        await stage.press("f")
        await stage.shows("Forwards", "● open")
        pages.append(stage.text())
        await stage.press("escape", "s")
        await stage.until(lambda: stage.room.engine.shells)
        await stage.shows("1 ●")
        pages.append(stage.text())
        for page in pages:
            assert page.replace("\n", "").isprintable()
        assert all(toast.replace("\n", "").isprintable() for toast in stage.toasts)
        assert len(max(stage.toasts, key=len)) < 500


async def test_hostile_words_of_aws_in_troubles_are_only_text() -> None:
    said = "[red]AWS\x1b[2J\u202e says[/red] " + "no " * 2000
    async with browsing(NARROW) as stage:
        trouble = NotAllowed(said, said)
        stage.store.set_freshness(REGION, Freshness(trouble=trouble))
        await stage.go_to(REGION)
        await stage.shows("[red]AWS␛[2J")
        stage.room.engine.refusal = AgentOffline(said, said)
        await stage.go_to(f"{API_TASK}/app")
        await stage.press("s")
        await stage.shows("✖ [red]AWS␛[2J")
        assert stage.text().replace("\n", "").isprintable()


async def test_a_hostile_filter_is_only_text() -> None:
    async with browsing(NARROW) as stage:
        await stage.press("slash", "left_square_bracket", "slash", "right_square_bracket")
        await stage.shows("[/]", "0 matches")
