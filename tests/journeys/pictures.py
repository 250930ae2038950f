"""The pictures of the README, which are golden files too: `make screenshots` draws them anew.

Each comes from the program on an embedded AWS with a still clock and the default seed, so it is
the same on every run; what is made afresh at each start (session ids, tokens, the port of the
embedded AWS) is on none of them. They are drawn in a process whose environment holds nothing
that could change their looks.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.widgets import Input

from tests.journeys.journey import LARGE, SMALL, Journey, boarded
from tests.journeys.places import cluster_of, node_of, service_of, tasks_of
from tests.journeys.surroundings import environment
from tui import settings
from tui.cli.browse import snapshot_of
from tui.cli.parser import parse
from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import Fault
from tui.demo.world.spec import Trait
from tui.model.calls import CallReport
from tui.model.kind import Kind
from tui.ui.widgets.header_bar import HeaderBar
from tui.watch.source import LISTS

GOLDEN = Path(__file__).parents[2] / "screenshots"

PAYMENTS = "prod/eu-west-1/payments"
API = f"{PAYMENTS}/api"
_TOAST = "▌"
"""The edge of every toast."""
_REST = 0.25
"""Seconds for which nothing may change before a picture is taken."""
_LONGEST = 120
"""Seconds that all pictures may take."""


_NO_CALLS = CallReport()


class Artist:
    """Takes pictures of a journey."""

    def __init__(self, me: Journey, folder: Path) -> None:
        self.me = me
        self._folder = folder
        self._clusters = sum(len(site.names) for site in me.aws.world.sites.values())

    async def takes(self, name: str, report: CallReport = _NO_CALLS) -> None:
        """A picture of the screen, once it is at rest.

        How fast AWS is asked is another on every run, so the header is given a report of its own.
        """
        self.me.app.main.query_one(HeaderBar).started(lambda: report)
        for field in self.me.app.screen.query(Input):
            field.cursor_blink = False
        await self.me.until(lambda: self.me.app.main._resting is None, "The cursor's rest")
        seen = ""
        while seen != (seen := self.me.app.export_screenshot(title="Hatchway")):
            await self.me.pilot.pause(_REST)
        (self._folder / f"{name}.svg").write_text(seen, encoding="utf-8")

    async def rests(self) -> None:
        """Wait until the whole fleet is known."""
        await self.lacks(0)
        await self.me.sees_no("◌")

    async def lacks(self, listings: int) -> None:
        """Wait until all but that many listings are there."""
        await self.me.until(lambda: self._lacking() == listings, f"All listings but {listings}")

    async def clears_toasts(self) -> None:
        """Wait for a toast, and take all away."""
        await self.me.sees(_TOAST)
        self.me.app.clear_notifications()
        await self.me.sees_no(_TOAST)

    def _lacking(self) -> int | None:
        """How many listings there are to come; unknown as long as not all clusters are known."""
        store = self.me.app.main.browser.store
        found = list(store.below())
        if sum(one.kind is Kind.CLUSTER for one in found) != self._clusters:
            return None
        listed = [one for one in found if one.kind in LISTS]
        return sum(not store.freshness(one.address).loaded_at for one in listed)


@asynccontextmanager
async def _sketching(
    folder: Path, size: tuple[int, int], prepare: Callable[[EmbeddedAws], object] = id
) -> AsyncIterator[Artist]:
    async with EmbeddedAws() as aws:
        prepare(aws)
        with environment(aws.environment):
            async with boarded(aws, size, demo=True) as me:
                yield Artist(me, folder)


async def _browser(folder: Path) -> None:
    async with _sketching(folder, LARGE) as artist:
        me = artist.me
        await artist.rests()
        await me.goes_to("prod/us-east-1/identity")
        await me.presses("right")
        node, _ = node_of(me.aws, windows=True)
        await me.goes_to(node)
        first = min(task.id for task in tasks_of(me.aws, API))
        await me.goes_to(f"{API}/{first}/api")
        await artist.takes("browser-200x50")
        await me.presses("question_mark")
        await artist.takes("help-200x50")
        await me.presses("escape", "s")
        await me.is_inside()
        await me.types("clear; tail -n 9 logs/app.log\n")
        await me.sees(" ms\nroot@")
        await me.types("grep --color=always -n metrics logs/app.log | tail -n 4\n")
        await me.sees(" 7 ms\nroot@")
        await me.presses("ctrl+right_square_bracket", "d")
        await me.goes_to(f"{PAYMENTS}/web")
        await me.presses("s")
        await me.is_inside()
        await me.presses("ctrl+right_square_bracket", "1")
        await me.sees(" 7 ms\nroot@")
        await artist.takes("shell-200x50")


async def _small(folder: Path) -> None:
    async with _sketching(folder, SMALL) as artist:
        me = artist.me
        await artist.rests()
        await me.goes_to("prod/eu-west-1")
        await me.presses("right")
        await me.goes_to(API)
        await me.presses("right")
        await artist.takes("browser-80x24")
        await me.presses("F")
        await me.sees("as far as AWS knows")
        await me.presses("tab")
        await me.types("18080")
        await artist.takes("forward-80x24")
        await me.presses("enter")
        await me.sees("127.0.0.1:18080")
        await artist.clears_toasts()
        await me.presses("f")
        await me.sees("● open")
        await artist.takes("forwards-80x24")
        await me.presses("escape", "c")
        await me.sees("AWS CLI command")
        await artist.takes("copy-80x24")


async def _shell(folder: Path) -> None:
    async with _sketching(folder, SMALL) as artist:
        me = artist.me
        await me.goes_to(API)
        await me.presses("s")
        await me.is_inside()
        await me.types("clear\ncat README\n")
        await me.sees("never stops talking")
        await me.is_inside()
        await artist.takes("shell-80x24")
        await me.presses("ctrl+right_square_bracket")
        await me.sees("space stay")
        await artist.takes("prefix-80x24")


async def _filter(folder: Path) -> None:
    async with _sketching(folder, SMALL) as artist:
        me = artist.me
        await artist.rests()
        await me.presses("slash")
        await me.types("web")
        await me.sees("7 matches")
        await artist.takes("filter-80x24")


async def _refusal(folder: Path) -> None:
    async with _sketching(folder, SMALL) as artist:
        me = artist.me
        await artist.rests()
        service = service_of(me.aws, Trait.AGENT_STOPPED)
        task = min(task.id for task in tasks_of(me.aws, service))
        await me.goes_to(f"{service}/{task}")
        await me.presses("right", "down")
        await me.presses("s")
        await me.sees(_TOAST)
        await artist.takes("refusal-80x24")


async def _refused(folder: Path) -> None:
    async with _sketching(folder, LARGE) as artist:
        me = artist.me
        await artist.rests()
        me.aws.conditions.deny("ecs:ExecuteCommand")
        await me.goes_to(API)
        await me.presses("s")
        await me.sees("enter closes this tab")
        await artist.clears_toasts()
        await artist.takes("refused-200x50")


async def _failed(folder: Path) -> None:
    """Partial failure: an expired login, a region that is not enabled, and a refusal of IAM."""

    def prepare(aws: EmbeddedAws) -> None:
        numbers = {one.name: one.number for one in aws.world.accounts}
        expired = Fault("ExpiredToken", "The security token included in the request is expired")
        aws.conditions.fail("*", expired, numbers["staging"])
        disabled = Fault("OptInRequired", "You are not subscribed to this service")
        aws.conditions.fail("ecs:*", disabled, numbers["dev"], "eu-west-1")
        aws.conditions.fail("ssm:*", disabled, numbers["dev"], "eu-west-1")
        aws.conditions.deny("ssm:DescribeInstance*", numbers["prod"], "us-east-1")

    async with _sketching(folder, LARGE, prepare) as artist:
        me = artist.me
        for place in ("prod/us-east-1/identity/sync", "dev/us-east-1/reporting/web"):
            await me.knows(place)
        await me.until(lambda: "login expired" in me.row("◈ staging"), "The refusal")
        await me.goes_to("dev/eu-west-1")
        await me.presses("right")
        await me.until(lambda: "not enabled" in me.row("⊕ eu-west-1"), "That it is not enabled")
        await me.goes_to("prod/us-east-1/managed nodes")
        await me.until(lambda: "not allowed" in me.row("▤ managed nodes"), "That it is denied")
        await me.sees_no("◌")
        await me.goes_to("staging")
        await artist.takes("failed-200x50")


async def _throttled(folder: Path) -> None:
    async with _sketching(folder, SMALL) as artist:
        me = artist.me
        await artist.rests()
        # The only cluster of its region: of several, the first to be refused makes the others wait.
        cluster = "staging/eu-west-1/catalog"
        await me.goes_to(cluster)
        await me.presses("right")
        numbers = {one.name: one.number for one in me.aws.world.accounts}
        me.aws.conditions.throttle("ecs:DescribeTasks", numbers["staging"], "eu-west-1")
        await me.until(lambda: "stale" in me.row("▦ catalog"), "The refusals on its row")
        await me.sees_no("◌")
        bucket = "staging in eu-west-1: ecs-cluster-resource-read"
        await artist.takes("throttled-80x24", CallReport(slowed=(bucket,)))


async def _stale(folder: Path) -> None:
    """What the last run knew, three hours later, while AWS does not answer yet."""
    async with EmbeddedAws() as aws:
        with environment(aws.environment):
            async with boarded(aws, LARGE) as me:
                await Artist(me, folder).rests()
                rows = me.app.main.browser.store.everything()
                known = me.app.main.browser.store.loaded_at()
            snapshot = snapshot_of(parse(()), settings.load())
            assert snapshot is not None
            snapshot.save(rows, dict.fromkeys(known, aws.clock.now() - 3 * 3_600))
            aws.conditions.hold("*")
            async with boarded(aws, LARGE, remember=True) as me:
                await me.goes_to(f"{API}/{min(task.id for task in tasks_of(aws, API))}")
                await me.presses("right")
                await me.sees("3h old", "as of 3h ago")
                await Artist(me, folder).takes("stale-200x50")
                aws.conditions.clear()


async def _empty(folder: Path) -> None:
    def prepare(aws: EmbeddedAws) -> None:
        cluster = cluster_of(aws, PAYMENTS)
        cluster.services.clear()
        cluster.tasks.clear()

    async with _sketching(folder, SMALL, prepare) as artist:
        me = artist.me
        await me.goes_to(PAYMENTS)
        await me.presses("right")
        await me.sees("no services or tasks")
        await artist.rests()
        await artist.takes("empty-80x24")
        await me.presses("slash")
        await me.types("zzz")
        await me.sees("0 matches", "nothing here matches")
        await artist.takes("nothing-80x24")


async def _loading(folder: Path) -> None:
    def prepare(aws: EmbeddedAws) -> None:
        aws.conditions.hold("ecs:ListServices", aws.key.account, "eu-west-1")

    async with _sketching(folder, SMALL, prepare) as artist:
        me = artist.me
        await me.knows("staging/eu-central-1/support/web")
        await me.goes_to(PAYMENTS)
        await me.presses("right")
        await artist.lacks(2)
        await me.sees("◌ 2/3 accounts")
        await artist.takes("loading-80x24")
        me.aws.conditions.clear()


_ALL: tuple[Callable[[Path], Awaitable[None]], ...] = (
    _browser,
    _small,
    _shell,
    _filter,
    _refusal,
    _refused,
    _failed,
    _loading,
    _throttled,
    _stale,
    _empty,
)


async def _draw_here(folder: Path) -> None:
    for draw in _ALL:
        await draw(folder)


def draw(folder: Path) -> None:
    """Draws all pictures into a folder, in a process with a plain environment."""
    with tempfile.TemporaryDirectory() as home:
        plain = {
            "HOME": home,
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": str(GOLDEN.parent),
        }
        command = [sys.executable, "-m", "tests.journeys.pictures", str(folder)]
        subprocess.run(command, env=plain, check=True, timeout=_LONGEST)


def main() -> None:
    """Into `screenshots/`; with a folder, into that one and in this very process."""
    if len(sys.argv) > 1:
        asyncio.run(_draw_here(Path(sys.argv[1])))
        return
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.svg"):
        old.unlink()
    draw(GOLDEN)


if __name__ == "__main__":
    main()
