"""The top line says what matters, and leaves out what does not fit."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult

from tests.ui.fleet import HOUR, NOW
from tests.ui.stage import WIDE, browsing
from tui.model.calls import CallReport
from tui.model.status import Health
from tui.model.store import Freshness
from tui.model.tally import Sum
from tui.ui.listings import Progress
from tui.ui.theme import HATCHWAY
from tui.ui.widgets.header_bar import HeaderBar

SUM = Sum(health={Health.OK: 1204, Health.BUSY: 31, Health.BAD: 12, Health.OFF: 3})
FAST = CallReport(per_second=37.6)
SLOW = CallReport(per_second=37.6, slowed=("prod in eu-west-1: a", "dev in eu-west-1: b"))
ROUND = Progress(accounts=67, done=12, loading=True, failed=3, as_of=NOW - 3 * HOUR)
DONE = Progress(accounts=67, done=67)
Said = Callable[[], str]


class Alone(App[None]):
    """Nothing but the line."""

    def __init__(self, identity: str) -> None:
        super().__init__()
        self.register_theme(HATCHWAY)
        self.theme = HATCHWAY.name
        self.header = HeaderBar(identity, lambda: NOW)

    def compose(self) -> ComposeResult:
        yield self.header


@asynccontextmanager
async def shown(width: int, identity: str = "ada") -> AsyncIterator[tuple[HeaderBar, Said]]:
    app = Alone(identity)
    async with app.run_test(size=(width, 3)):
        yield app.header, lambda: app.header.render().plain


def squeezed(line: str) -> list[str]:
    """The parts of the line, from left to right."""
    return [part.strip() for part in line.split("  ") if part.strip()]


async def test_a_wide_line_says_it_all() -> None:
    async with shown(200) as (header, said):
        header.started(lambda: SLOW)
        header.tell(SUM, ROUND)
        assert squeezed(said()) == [
            "⌂ Hatchway",
            "ada",
            "as of 3h ago",
            "◌ 12/67 accounts",
            "38 calls/s",
            "throttled in 2 places",
            "⚠ 3 listings failed",
            "● 1,204 ok",
            "◐ 31 busy",
            "✖ 12 bad",
        ]
        assert len(said()) == 200


@pytest.mark.parametrize(
    ("width", "activity"),
    [
        (130, "ada  3h old  ◌ 12/67 accounts  38/s  throttled in 2 places  ⚠ 3 listings failed"),
        (110, "ada  3h old  ◌ 12/67  38/s  throttled  ⚠ 3 listings failed"),
        (95, "ada  3h old  ◌ 12/67  throttled  ⚠ 3 failed"),
        (80, "◌ 12/67  throttled  ⚠ 3 failed"),
        (71, "throttled  ⚠ 3 failed"),
        (60, "⚠ 3 failed"),
        (50, ""),
    ],
)
async def test_what_matters_least_goes_first(width: int, activity: str) -> None:
    async with shown(width) as (header, said):
        header.started(lambda: SLOW)
        header.tell(SUM, ROUND)
        parts = squeezed(said())
        assert (parts[0], parts[-3:]) == ("⌂ Hatchway", ["● 1,204 ok", "◐ 31 busy", "✖ 12 bad"])
        assert "  ".join(parts[1:-3]) == activity


async def test_when_all_is_loaded_and_well_only_health_and_the_rate_remain() -> None:
    async with shown(80) as (header, said):
        header.started(lambda: FAST)
        header.tell(SUM, DONE)
        assert squeezed(said())[1:3] == ["ada", "38 calls/s"]
        header.started(CallReport)
        assert squeezed(said())[1:3] == ["ada", "● 1,204 ok"]


async def test_who_one_is_stays_when_the_rate_has_no_room() -> None:
    async with shown(60, identity="administrators") as (header, said):
        header.started(lambda: FAST)
        header.tell(SUM, DONE)
        assert squeezed(said())[1:3] == ["administrat…", "● 1,204 ok"]


async def test_the_identity_does_not_go_for_the_rate() -> None:
    app = Alone("ada")
    async with app.run_test(size=(50, 3)) as pilot:
        app.header.started(lambda: FAST)
        app.header.tell(SUM, DONE)
        for width in range(50, 90):
            await pilot.resize_terminal(width, 3)
            said = app.header.render().plain
            assert len(said) == width
            assert "ada" in said or "/s" not in said


async def test_the_start_is_told_first() -> None:
    async with shown(80) as (header, said):
        assert squeezed(said()) == ["⌂ Hatchway", "ada", "◌ starting", "● 0 ok"]
        header.started(CallReport)
        assert squeezed(said())[2] == "◌ loading accounts"
        header.tell(SUM, Progress(accounts=1, loading=True))
        assert squeezed(said())[2] == "◌ 0/1 account"


@pytest.mark.parametrize(
    ("rate", "words"), [(0.1, "<1 calls/s"), (1.2, "1 call/s"), (1234.0, "1,234 calls/s")]
)
async def test_rates_are_round(rate: float, words: str) -> None:
    async with shown(100) as (header, said):
        header.started(lambda: CallReport(per_second=rate))
        assert words in squeezed(said())


async def test_the_browser_counts_its_accounts() -> None:
    async with browsing(WIDE) as stage:
        await stage.shows("◌ 2/3 accounts", "⚠ 1 listing failed")
        stage.store.set_freshness("staging/eu-west-1", Freshness(loaded_at=NOW))
        await stage.hides("accounts")


async def test_the_calls_are_looked_at_by_themselves() -> None:
    async with browsing(WIDE) as stage:
        stage.room.report = SLOW
        await stage.shows("38 calls/s", "throttled in 2 places")
