"""How long a row waits for its next turn."""

import random

import pytest

from tui.errors import LoginExpired, NotAllowed, Throttled, Trouble, Unreachable
from tui.model.kind import Kind
from tui.watch.intervals import Intervals, Turn
from tui.watch.schedule import Rank

STEADY = Intervals(jitter=0.0)
CHANCE = random.Random(1)


def again(rank: Rank, *, told: bool = False, took: float = 0.1) -> float:
    return STEADY.again(Kind.CLUSTER, rank, Turn(told=told, took=took), CHANCE)


def test_what_is_in_the_window_is_asked_often_and_what_is_closed_rarely() -> None:
    assert again(Rank.SEEN) == again(Rank.FOCUSED) == 5.0
    assert again(Rank.OPEN) == 20.0
    assert again(Rank.REST) == 60.0


def test_what_aws_tells_of_by_itself_is_asked_rarely_even_in_the_window() -> None:
    assert again(Rank.SEEN, told=True) == again(Rank.REST, told=True) == 120.0


def test_a_listing_that_takes_long_is_repeated_at_a_pace_it_can_keep() -> None:
    assert again(Rank.SEEN, took=10.0) == 40.0


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 2.0), (2, 4.0), (3, 8.0), (6, 60.0), (500, 60.0)]
)
def test_each_failure_doubles_the_pause_up_to_a_minute(failures: int, seconds: float) -> None:
    assert STEADY.retry(failures, Unreachable("no answer"), CHANCE) == seconds
    assert STEADY.retry(failures, Throttled("too many"), CHANCE) == seconds


@pytest.mark.parametrize("trouble", [LoginExpired("log in"), NotAllowed("IAM says no")])
def test_what_only_a_person_can_mend_is_not_hammered_at(trouble: Trouble) -> None:
    assert STEADY.retry(1, trouble, CHANCE) == 60.0


def test_waits_are_spread_to_either_side() -> None:
    waits = {Intervals().again(Kind.CLUSTER, Rank.SEEN, Turn(), CHANCE) for _ in range(50)}
    assert len(waits) == 50
    assert 4.0 <= min(waits) < 5.0 < max(waits) <= 6.0


def test_a_large_fleet_is_swept_more_slowly_but_not_what_is_in_the_window() -> None:
    large = Turn(rows=2_000)
    assert STEADY.again(Kind.CLUSTER, Rank.OPEN, large, CHANCE) == 500.0
    assert STEADY.again(Kind.CLUSTER, Rank.REST, large, CHANCE) == 500.0
    assert STEADY.again(Kind.CLUSTER, Rank.SEEN, large, CHANCE) == 5.0
