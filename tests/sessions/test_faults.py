"""Through a gateway full of faults: nothing lost, nothing doubled, nothing out of order.

`python -m tests.bench faults` carries 50 MB each way in one go instead.
"""

import asyncio
import sys
from collections import Counter

import pytest

from tests.sessions.bad_day import scripted_shell, there_and_back

SEEDS = range(20)
MEMORY = 16 << 20
"""Octets by which a process with both ends and the relay between them may grow; the windows and
what waits for a slow program are some megabytes."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_forward_carries_every_octet_once_each_way(seed: int) -> None:
    suffered = await there_and_back(seed, 2_500_000)
    assert_a_bad_day(suffered)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_shell_of_5000_lines_repeats_them_all(seed: int) -> None:
    suffered = await scripted_shell(seed, 5_000)
    assert_a_bad_day(suffered)


async def test_memory_does_not_grow_with_what_is_carried() -> None:
    """Measured in a process of its own, whose largest size begins with a small transfer."""
    code = "from tests.sessions.bad_day import grown; print(grown(1_000_000, 16_000_000))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert int(told) < MEMORY


def assert_a_bad_day(suffered: Counter[str]) -> None:
    """Whether the gateway was as bad as it should be."""
    assert suffered["resumed"] > 0
    assert suffered["cut"] + suffered["half-open"] > 0
    for fate in ("drop", "double", "delay", "swap", "corrupt", "noise"):
        assert suffered[fate] > 10, fate
