"""Looking around: the tree fills as it is opened, follows the fleet, and keeps one's place."""

import pytest

from tests.journeys.journey import LARGE, SMALL, journey
from tests.journeys.places import cluster_of, service_of, tasks_of
from tui.demo.world.spec import Trait

PAYMENTS = "prod/eu-west-1/payments"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_person_walks_from_an_account_down_to_a_container(size: tuple[int, int]) -> None:
    async with journey(size) as me:
        await me.sees("Hatchway", "prod  111122223333", "staging", "dev", "eu-central-1")
        task = tasks_of(me.aws, f"{PAYMENTS}/api")[0]
        for place in (
            "prod",
            "prod/eu-west-1",
            PAYMENTS,
            f"{PAYMENTS}/api",
            f"{PAYMENTS}/api/{task.id}",
        ):
            await me.goes_to(place)
            if not me.tree.rows.is_open(place):
                await me.presses("enter")
        await me.sees("◆ api", f"◇ {task.id[:8]}", "□ api")
        await me.presses("down")
        assert me.at == f"{PAYMENTS}/api/{task.id}/api"
        # what is under the cursor is told beside the tree, or below it
        await me.reads(f"{task.id}", "RUNNING")
        assert "ON" in me.row("□ api")
        # and back up, closing what was opened
        await me.presses("left", "left", "left", "left")
        assert me.at == f"{PAYMENTS}/api"
        await me.sees_no(task.id[:8])


async def test_what_is_not_there_yet_says_so_and_then_comes_by_itself() -> None:
    async with journey() as me:
        answered = me.aws.conditions.hold("ecs:ListServices")
        await me.goes_to(PAYMENTS)
        await me.presses("right", "down")
        await me.sees("│ │ │ ◌ loading")
        answered.set()
        await me.sees("◆ api", "◆ web", "◆ worker")
        await me.sees_no("loading")


async def test_an_account_that_answers_late_holds_up_no_other() -> None:
    async with journey() as me:
        staging = next(one for one in me.aws.world.accounts if one.name == "staging")
        answered = me.aws.conditions.hold("*", staging.number)
        await me.goes_to(f"{PAYMENTS}/api")
        await me.sees("◆ api", "◌ loading")
        answered.set()
        await me.knows("staging/eu-central-1/ledger/webhooks")


async def test_the_fleet_moves_and_one_keeps_ones_place() -> None:
    async with journey(LARGE) as me:
        service = service_of(me.aws, Trait.DEPLOYING)
        name = service.rpartition("/")[2]
        await me.goes_to(f"{PAYMENTS}/web")
        await me.presses("right")
        await me.goes_to(service)
        await me.presses("right")
        before = {task.id[:8] for task in tasks_of(me.aws, service)}
        await me.sees(*before)
        opened = set(me.tree.rows.opened())
        assert "steady" in me.row(f"◆ {name}")

        await me.aws.advance(12)  # a deployment begins
        await me.until(lambda: "deploying" in me.row(f"◆ {name}"), "The deployment on its row")
        await me.aws.advance(300)  # and is over: every task is another one
        await me.until(lambda: "steady" in me.row(f"◆ {name}"), "The end of the deployment")
        await me.until(
            lambda: all(task.id[:8] in me.text for task in tasks_of(me.aws, service)), "New tasks"
        )
        assert me.at == service
        assert opened <= set(me.tree.rows.opened())
        assert me.tree.rows.is_open(f"{PAYMENTS}/web")


async def test_the_cursor_stays_near_when_its_row_goes() -> None:
    async with journey() as me:
        service = f"{PAYMENTS}/api"
        first = min(task.id for task in tasks_of(me.aws, service))
        await me.goes_to(f"{service}/{first}")
        cluster = cluster_of(me.aws, service)
        cluster.stop_task(cluster.tasks[first], "for a test")
        await me.aws.advance(3700)  # stopped tasks are forgotten after an hour
        await me.presses("ctrl+r")
        await me.sees_no(f"◇ {first[:8]}")
        assert me.at.startswith(service)


async def test_refresh_asks_again_at_once() -> None:
    async with journey() as me:
        await me.goes_to(PAYMENTS)
        await me.presses("right")
        await me.sees("◆ api")
        cluster = cluster_of(me.aws, PAYMENTS)
        cluster.update(cluster.services["api"], force=False, exec_on=None, desired=7)
        asked = sum(call.action == "ecs:DescribeServices" for call in me.aws.conditions.calls)
        await me.presses("ctrl+r")
        await me.sees("Asking again: payments", "2/7")
        calls = me.aws.conditions.calls
        assert sum(call.action == "ecs:DescribeServices" for call in calls) > asked
