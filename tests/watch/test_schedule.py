"""The order in which rows get their turn."""

from hypothesis import given
from hypothesis import strategies as st

from tui.watch.schedule import Rank, Schedule


def everything(schedule: Schedule, now: float) -> list[str]:
    taken = []
    while (address := schedule.take(now)) is not None:
        taken.append(address)
    return taken


def test_of_the_rows_that_are_due_the_urgent_go_first_and_then_the_early() -> None:
    schedule = Schedule()
    schedule.put("rest", 1.0, Rank.REST)
    schedule.put("new", 2.0, Rank.NEW)
    schedule.put("newer", 2.0, Rank.NEW)
    schedule.put("asked", 3.0, Rank.ASKED)
    schedule.put("later", 9.0, Rank.ASKED)
    assert everything(schedule, 5.0) == ["asked", "new", "newer", "rest"]
    assert schedule.next_due() == 9.0


def test_a_row_waits_once_and_the_last_word_counts() -> None:
    schedule = Schedule()
    schedule.put("a", 1.0, Rank.REST)
    assert schedule.take(1.0, Rank.OPEN) is None
    schedule.put("a", 50.0, Rank.REST)
    assert schedule.take(10.0) is None
    schedule.put("a", 10.0, Rank.ASKED)
    assert everything(schedule, 10.0) == ["a"]
    assert schedule.next_due() is None
    assert "a" not in schedule


def test_rows_less_urgent_than_wanted_stay_for_later() -> None:
    schedule = Schedule()
    schedule.put("rest", 1.0, Rank.REST)
    schedule.put("open", 1.0, Rank.OPEN)
    assert schedule.take(1.0, Rank.OPEN) == "open"
    assert schedule.take(1.0, Rank.OPEN) is None
    assert schedule.take(1.0) == "rest"


def test_a_dropped_row_never_comes() -> None:
    schedule = Schedule()
    schedule.put("a", 1.0, Rank.OPEN)
    schedule.drop("a")
    schedule.drop("never there")
    assert everything(schedule, 5.0) == []
    assert schedule.next_due() is None


steps = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, 20), st.sampled_from(list(Rank)))
)


@given(steps)
def test_each_row_comes_exactly_once_and_not_before_its_time(
    puts: list[tuple[str, int, Rank]],
) -> None:
    schedule = Schedule()
    for address, due, rank in puts:
        schedule.put(address, due, rank)
    last = {address: due for address, due, _ in puts}
    early = everything(schedule, 10.0)
    assert sorted(early) == sorted(a for a, due in last.items() if due <= 10)
    assert sorted(everything(schedule, 20.0)) == sorted(a for a, due in last.items() if due > 10)
