"""Doors that are closed: the row says it before a key is pressed, and a key says why."""

import pytest

from tests.journeys.journey import LARGE, journey
from tests.journeys.places import node_of, service_of, tasks_of
from tui.demo.faults import Fault, TargetNotConnected
from tui.demo.world.spec import Trait

API = "prod/eu-west-1/payments/api"


@pytest.mark.parametrize(
    ("trait", "on_row", "said"),
    [
        (Trait.EXEC_OFF, "OFF", "ECS Exec is off for the task of"),
        (Trait.EXEC_LATE, "OFF", "ECS Exec is off for the task of"),
        (Trait.AGENT_STOPPED, "agent STOPPED", "has stopped"),
        (Trait.AGENT_PENDING, "agent PENDING", "is still starting"),
    ],
)
async def test_a_container_that_cannot_be_entered(trait: Trait, on_row: str, said: str) -> None:
    async with journey(LARGE) as me:
        service = service_of(me.aws, trait)
        task = min(task.id for task in tasks_of(me.aws, service))
        container = tasks_of(me.aws, service)[0].spec.containers[0].name
        await me.goes_to(f"{service}/{task}/{container}")
        row = next(line for line in me.screen if f"□ {container}" in line)
        assert on_row in row
        await me.reads(said)  # beside the tree, without a key
        calls = len(me.aws.conditions.calls)
        await me.presses("s")
        await me.until(lambda: "▌" in me.text or said in me.text, "The reason as a toast")
        await me.reads(said)
        assert me.app.main.browser.sessions.count == 0
        asked = me.aws.conditions.calls[calls:]
        assert not [call for call in asked if call.action == "ecs:ExecuteCommand"]


async def test_a_node_whose_agent_is_away() -> None:
    async with journey() as me:
        address, node = node_of(me.aws, ping="ConnectionLost")
        await me.goes_to(address)
        assert "ConnectionLost" in me.row(f"▣ {node.name}")
        for key in ("s", "F"):
            await me.presses(key)
            await me.reads(f"The SSM Agent of {node.name} is not connected")
        assert me.app.main.browser.sessions.count == 0


async def test_a_linux_node_has_no_desktop() -> None:
    async with journey() as me:
        address, _ = node_of(me.aws)
        await me.goes_to(address)
        await me.presses("r")
        await me.reads("Remote Desktop needs a Windows node")


@pytest.mark.parametrize("key", ["s", "F", "r"])
async def test_a_region_is_no_place_to_step_into(key: str) -> None:
    async with journey() as me:
        await me.goes_to("prod/eu-west-1")
        await me.presses(key)
        await me.reads("eu-west-1 is not a place to step into", "Choose a container")


async def test_iam_says_no_to_a_shell() -> None:
    async with journey() as me:
        await me.goes_to(API)
        me.aws.conditions.deny("ecs:ExecuteCommand")
        await me.presses("s")
        await me.sees("✖ api", "failed")
        await me.reads("You may not call ecs:ExecuteCommand on api")
        assert "Traceback" not in me.text
        await me.presses("enter")
        await me.until(lambda: not me.app.main.browser.sessions.count, "The tab's end")
        # the rest works
        me.aws.conditions.clear()
        await me.presses("s")
        await me.is_inside()


async def test_an_agent_that_was_lost_a_moment_ago() -> None:
    async with journey() as me:
        address, node = node_of(me.aws)
        await me.goes_to(address)
        me.aws.conditions.fail("ssm:StartSession", TargetNotConnected(node.id), times=1)
        await me.presses("s")
        await me.reads(node.id, "not connected")


async def test_aws_has_an_error_of_its_own() -> None:
    async with journey() as me:
        await me.goes_to(API)
        fault = Fault("ServerException", "Service Unavailable. Please try again later.", status=500)
        me.aws.conditions.fail("ecs:ExecuteCommand", fault)
        await me.presses("s")
        await me.sees("failed")
        await me.reads("Service Unavailable")


async def test_a_forward_that_aws_refuses() -> None:
    async with journey() as me:
        await me.goes_to(API)
        me.aws.conditions.deny("ssm:StartSession")
        await me.presses("F")
        await me.sees("Remote port")
        await me.types("8080\n")
        await me.reads("You may not call ssm:StartSession")
        assert not [one for one in me.app.main.browser.store.forwards() if one.state == "open"]
