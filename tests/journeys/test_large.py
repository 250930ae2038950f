"""A fleet of 20,000 containers, from the keyboard: it comes, it is found, it is walked through."""

import pytest

from tests.journeys.journey import LARGE, SMALL, Journey, journey
from tests.journeys.places import cluster_of
from tui.model.kind import Kind
from tui.model.resource import Container

FLEET = 20_000
PLACE = "prod/eu-west-1"

pytestmark = pytest.mark.timeout(240)


def _containers(me: Journey) -> int:
    everything = me.app.main.browser.store.everything()
    return sum(isinstance(one, Container) for one in everything)


async def _arrives(me: Journey) -> None:
    """Wait until all of it is there, as the header says."""
    for _ in range(8):  # the patience of one look is meant for small fleets
        if "accounts" not in me.screen[0] and _containers(me) > FLEET * 0.95:
            return
        await me.pilot.pause(2.0)
    await me.until(lambda: "accounts" not in me.screen[0], "The end of the first round")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_person_finds_a_container_among_twenty_thousand(size: tuple[int, int]) -> None:
    async with journey(size, fleet=FLEET) as me:
        await me.sees("prod", "accounts")  # how far the first round is
        # what is opened goes first, long before the rest is there
        await me.goes_to(PLACE)
        await me.presses("right")
        await me.sees("▦ payments")
        await _arrives(me)
        assert _containers(me) > FLEET * 0.95

        await me.presses("slash")
        await me.types("cluster:payments service:api status:healthy account:=prod")
        await me.sees(" matches")
        await me.presses("enter")
        await me.presses("n", "n", "N")
        at = me.app.main.browser.store.get(me.at)
        assert at is not None
        assert at.address.startswith("prod/")
        assert "/payments" in at.address
        await me.presses("escape")
        assert me.at == at.address  # one is where one was found

        await me.presses("g", "asterisk")  # all of the first account
        first = me.at
        await me.until(
            lambda: len(me.tree.rows) > 500 and me.tree.rows.is_open(first), "All of it open"
        )
        await me.presses("G")
        assert me.tree.viewport.index == len(me.tree.rows) - 1
        await me.presses("g", "pagedown", "pageup")
        assert me.at == first
        await me.presses("minus")
        assert not me.tree.rows.is_open(first)


async def test_changes_of_a_large_fleet_are_seen_where_one_looks() -> None:
    async with journey(LARGE, fleet=FLEET) as me:
        await me.goes_to(f"{PLACE}/payments")
        await me.presses("right")
        cluster = cluster_of(me.aws, f"{PLACE}/payments")
        name = next(iter(cluster.services))
        await me.sees(f"◆ {name}")
        cluster.update(cluster.services[name], force=False, exec_on=None, desired=99)
        # it is in the window, so it is asked for again within seconds, whatever else is to do
        await me.until(lambda: "/99" in me.row(f"◆ {name}"), "The change on its row")
        store = me.app.main.browser.store
        found = store.get(f"{PLACE}/payments/{name}")
        assert found is not None
        assert found.kind is Kind.SERVICE
