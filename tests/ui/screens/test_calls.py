"""The table of calls to AWS."""

from dataclasses import replace

import pytest

from tests.ui.stage import NARROW, WIDE, Stage, browsing
from tui.model.calls import CallLine, CallReport
from tui.ui.screens.calls import CallsTable

DENIED = "You may not call ssm:DescribeInstanceProperties in us-east-1. Ask for that permission."
STORM = "AWS refuses calls in prod: too many.\x1b[31m Nothing to do."
REPORT = CallReport(
    lines=(
        CallLine(action="ecs:ListClusters", calls=67, per_second=1.25),
        CallLine(
            action="ecs:ListTasks",
            calls=1_234,
            errors=12,
            throttled=11,
            in_flight=6,
            per_second=24.0,
            last_error=STORM,
        ),
        CallLine(action="ssm:DescribeInstanceProperties", calls=8, errors=2, last_error=DENIED),
    ),
    per_second=25.25,
    slowed=("prod in eu-west-1: ecs-cluster-read",),
)
PLACES = tuple(f"prod in region-{number}: ecs-cluster-read" for number in range(12))


async def opened(stage: Stage, report: CallReport = REPORT) -> None:
    stage.room.report = report
    await stage.press("C")
    await stage.until(lambda: isinstance(stage.app.screen, CallsTable))
    await stage.shows("Calls to AWS")


def cells(stage: Stage, action: str) -> list[str]:
    """The numbers beside an action."""
    line = next(line for line in stage.lines() if action in line)
    return line.partition(action)[2].split()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_it_shows_every_action_and_all_together(size: tuple[int, int]) -> None:
    async with browsing(size) as stage:
        await opened(stage)
        await stage.shows("ACTION", "CALLS", "NOW", "ERRORS", "THROTTLED", "PER S")
        assert cells(stage, "ecs:ListClusters")[:5] == ["67", "0", "0", "0", "1.2"]
        assert cells(stage, "ecs:ListTasks")[:5] == ["1,234", "6", "12", "11", "24.0"]
        assert cells(stage, "all together")[:5] == ["1,309", "6", "14", "11", "25.2"]
        await stage.shows("AWS has refused calls", "prod in eu-west-1: ecs-cluster-read")
        await stage.press("escape")
        await stage.hides("Calls to AWS")


async def test_a_wide_one_has_the_last_error_beside_the_numbers() -> None:
    async with browsing(WIDE) as stage:
        await opened(stage)
        await stage.shows("LAST ERROR")
        assert DENIED[:60] in " ".join(cells(stage, "ssm:DescribeInstanceProperties"))


async def test_without_errors_there_is_no_column_for_them() -> None:
    async with browsing(WIDE) as stage:
        await opened(stage, CallReport(lines=REPORT.lines[:1], per_second=1.25))
        await stage.shows("ecs:ListClusters")
        assert "LAST ERROR" not in stage.text()
        assert "refused" not in stage.text()


async def test_the_whole_error_of_the_chosen_action_stands_below() -> None:
    async with browsing(NARROW) as stage:
        await opened(stage)
        await stage.shows("⚠ AWS refuses calls in prod")
        assert "\x1b" not in stage.text()
        await stage.press("j")
        await stage.shows("⚠ You may not call", "permission.")
        await stage.press("k", "k")
        await stage.hides("⚠ You may not")


async def test_its_numbers_move_while_it_is_open_and_the_cursor_stays() -> None:
    async with browsing(WIDE) as stage:
        await opened(stage)
        await stage.press("j")
        await stage.shows("⚠ You may not call")
        first = CallLine(action="ec2:DescribeRegions", calls=4_567)
        stage.room.report = replace(REPORT, lines=(first, *REPORT.lines), slowed=PLACES)
        await stage.shows("4,567", "region-5", "and 6 more", "⚠ You may not call")
        stage.room.report = replace(REPORT, lines=(replace(first, calls=4_568), *REPORT.lines))
        await stage.shows("4,568")
        await stage.hides("and 6 more")


async def test_a_short_window_has_room_for_all_of_it() -> None:
    many = tuple(replace(REPORT.lines[2], action=f"ssm:Action{one}") for one in range(25))
    async with browsing(NARROW) as stage:
        await opened(stage, replace(REPORT, lines=many, slowed=PLACES))
        await stage.shows("ssm:Action0", "all together", "and 10 more", "⚠ You may not", "esc back")
        await stage.press("end")
        await stage.shows("ssm:Action24", "all together", "and 10 more", "⚠ You may not")


async def test_before_the_first_call_it_says_so() -> None:
    async with browsing(NARROW) as stage:
        await opened(stage, CallReport())
        await stage.shows("AWS was not asked anything yet.")
        assert "ACTION" not in stage.text()
        stage.room.report = REPORT
        await stage.shows("ecs:ListTasks", "ACTION")


async def test_the_command_bar_finds_it() -> None:
    async with browsing(WIDE) as stage:
        stage.room.report = REPORT
        await stage.press("colon")
        await stage.enter("calls")
        await stage.shows("The calls to AWS")
        await stage.press("enter")
        await stage.shows("ssm:DescribeInstanceProperties", "all together")
