"""Stepping inside: shells in containers, tasks, services and nodes, several at once."""

import re
import shutil

import pytest

from tests.journeys.journey import LARGE, SMALL, Journey, journey
from tests.journeys.leftovers import active_sessions
from tests.journeys.places import node_of, tasks_of
from tui.ui.widgets.terminal import Terminal

API = "prod/eu-west-1/payments/api"
WEB = "prod/eu-west-1/payments/web"

needs_vim = pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
needs_top = pytest.mark.skipif(shutil.which("top") is None, reason="top is not installed")


async def _enters(me: Journey, service: str) -> None:
    """A shell in the first container of the service's first task, by the keyboard."""
    task = min(task.id for task in tasks_of(me.aws, service))
    await me.goes_to(f"{service}/{task}/{service.rpartition('/')[2]}")
    await me.presses("s")
    await me.is_inside()


@needs_vim
@needs_top
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_day_in_two_containers(size: tuple[int, int]) -> None:
    async with journey(size) as me:
        await _enters(me, API)
        await me.sees(" 1 ● api")
        await me.types("echo $((20+3))-here\n")
        await me.sees("23-here")

        await me.types("vim -u NONE notes\n")
        await me.sees('"notes" [New')
        await me.types("ifrom inside")
        await me.presses("escape")
        await me.types(":wq\n")
        await me.sees_no("~\n~")
        await me.types("clear; tr a-z A-Z < notes\n")
        await me.sees("FROM INSIDE")

        await me.types("top\n")
        await me.sees("PID", "COMMAND", "load average")
        await me.types("q")
        await me.types("clear; echo over and out | tr a-z A-Z\n")
        await me.sees("OVER AND OUT")

        await me.presses("ctrl+right_square_bracket", "d")
        await me.sees("◆ api")
        await _enters(me, WEB)
        await me.sees(" 2 ● web", " 1 ● api")
        await me.types("clear; echo second | rev\n")
        await me.sees("dnoces")
        await me.presses("ctrl+right_square_bracket", "d", "1")
        await me.sees("OVER AND OUT")
        await me.types("clear; echo first | rev\n")
        await me.sees("tsrif")
        assert len((await active_sessions(me.aws))["prod/eu-west-1"]) == 2

        await me.presses("ctrl+right_square_bracket", "q")
        await me.sees_no(" 1 ● api")
        await me.presses("2", "ctrl+right_square_bracket", "q")
        await me.sees_no(" 2 ● web")
        await me.until(lambda: not me.app.main.browser.sessions.count)
        assert await active_sessions(me.aws) == {}


async def test_the_remote_knows_the_size_of_the_window_and_its_changes() -> None:
    async with journey(SMALL) as me:
        await _enters(me, API)
        small = await _measures(me)
        await me.resizes((120, 40))
        large = await _measures(me)
        assert small[1] == 80
        assert large[1] == 120
        await me.presses("ctrl+right_square_bracket", "z")
        whole = await _measures(me)
        assert whole[0] > large[0]
        await me.presses("ctrl+right_square_bracket", "z")
        assert await _measures(me) == large


async def _measures(me: Journey) -> tuple[int, int]:
    """The rows and columns of the terminal, once the remote has the same."""
    terminal = me.app.main.query_one(Terminal)
    await me.pilot.pause()
    await me.types("clear\n")
    await me.until(lambda: not any(_SIZE.match(line) for line in me.screen), "A clear screen")
    await me.types("stty size; stty size; stty size\n")
    size = terminal.size
    await me.sees(f"\n{size.height} {size.width}\n")
    return size.height, size.width


_SIZE = re.compile(r"\d+ \d+$")


async def test_s_on_a_task_and_on_a_service_finds_the_main_container() -> None:
    service = "dev/eu-west-1/fulfilment/events"  # each of its tasks has a sidecar as well
    async with journey() as me:
        task = min(task.id for task in tasks_of(me.aws, service))
        await me.goes_to(f"{service}/{task}")
        await me.presses("s")
        await me.sees(f" 1 ● app · {task[:8]}")
        await me.is_inside()
        await me.presses("ctrl+right_square_bracket", "d")
        await me.goes_to(service)
        await me.presses("s")
        await me.sees(" 2 ● app · ")
        await me.is_inside()
        sessions = (await active_sessions(me.aws))["dev/eu-west-1"]
        assert all(target.startswith("ecs:fulfilment_") for target in sessions)


async def test_a_shell_on_a_linux_node_and_one_on_a_windows_node() -> None:
    async with journey(LARGE) as me:
        address, node = node_of(me.aws)
        await me.goes_to(address)
        await me.presses("s")
        await me.sees(f" 1 ● {node.name}")
        await me.is_inside()
        await me.is_inside()
        await me.presses("ctrl+right_square_bracket", "d")
        address, node = node_of(me.aws, windows=True)
        await me.goes_to(address)
        await me.presses("enter")
        await me.sees(f" 2 ● {node.name}")
        await me.sees("PS C:\\")


async def test_a_shell_that_ends_says_how_and_its_tab_goes_with_enter() -> None:
    async with journey() as me:
        await _enters(me, API)
        await me.types("exit\n")
        await me.sees("ended", "enter closes this tab")
        assert await active_sessions(me.aws) == {}
        await me.presses("enter")
        await me.sees_no("ended")
        assert me.app.main.browser.sessions.count == 0


async def test_a_task_that_stops_takes_its_shell_along() -> None:
    async with journey() as me:
        await _enters(me, API)
        site = next(s for s in me.aws.world.sites.values() if "payments" in s.names)
        cluster = site.cluster("payments")
        assert cluster is not None
        cluster.stop_task(cluster.tasks[min(t.id for t in tasks_of(me.aws, API))], "for a test")
        await me.aws.advance(120)
        await me.sees("○ ended")
        assert await active_sessions(me.aws) == {}


async def test_output_without_end_does_not_hold_up_the_keys() -> None:
    async with journey() as me:
        await _enters(me, API)
        await me.types("yes endless | head -c 20000000\n")
        await me.sees("endless")
        await me.presses("ctrl+c")
        await me.types("clear; echo stopped | rev\n")
        await me.sees("deppots")
