"""Many changes become one delivery, and nothing is lost on the way."""

import time
from collections.abc import Callable

from tests.ui.fleet import API, NOW, PAYMENTS, REGION, WORKER, filled, service
from tests.watch.plain import VirtualClock
from tui.model.store import Change, Freshness
from tui.ui.changes import INTERVAL, Changes
from tui.watch.hurry import Hurry


class Timer:
    """Goes off when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def set(self, _: float, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def goes_off(self) -> None:
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()


def test_all_that_was_heard_meanwhile_is_one_delivery() -> None:
    store, timer = filled(), Timer()
    delivered: list[Change] = []
    changes = Changes(timer.set, delivered.append)
    store.listen(changes.hear)
    timer.goes_off()
    store.put([service(PAYMENTS, "worker", running=0, desired=4)])
    store.set_freshness(PAYMENTS, Freshness(loaded_at=NOW + 1))
    store.apply(gone=[API])
    assert len(delivered) == 1
    timer.goes_off()
    _, change = delivered
    assert [one.address for one in change.put] == [WORKER]
    assert change.freshness == (PAYMENTS,)
    assert API in change.gone
    assert set(change.sums) == {"", "prod", REGION, PAYMENTS}
    timer.goes_off()
    assert len(delivered) == 2


def test_the_sums_of_what_is_gone_are_not_told() -> None:
    store, timer = filled(), Timer()
    delivered: list[Change] = []
    store.listen(Changes(timer.set, delivered.append).hear)
    store.apply(gone=[PAYMENTS])
    timer.goes_off()
    assert PAYMENTS in delivered[0].gone
    assert PAYMENTS not in delivered[0].sums
    assert REGION in delivered[0].sums


def test_a_slow_delivery_is_followed_by_a_longer_rest_but_not_by_a_long_one() -> None:
    rests: list[float] = []
    waiting: list[Callable[[], None]] = []

    def set_timer(seconds: float, callback: Callable[[], None]) -> None:
        rests.append(seconds)
        waiting.append(callback)

    for takes in (0.0, 0.03, 0.2):
        changes = Changes(set_timer, lambda _, takes=takes: time.sleep(takes))  # type: ignore[misc]
        for _ in range(2):
            changes.hear(Change(gone=("prod",)))
            waiting.pop()()
    first, quick, _, slow, _, slowest = rests
    assert first == quick == INTERVAL
    assert INTERVAL < slow <= slowest == 0.5


async def test_a_key_on_its_way_goes_first() -> None:
    timer, clock = Timer(), VirtualClock()
    delivered: list[Change] = []
    hurry = Hurry(clock)
    changes = Changes(timer.set, delivered.append, hurry)
    hurry.begins()
    changes.hear(Change(gone=("prod",)))
    timer.goes_off()
    timer.goes_off()
    assert delivered == []
    await clock.advance(0.1)
    timer.goes_off()
    assert [change.gone for change in delivered] == [("prod",)]
    assert timer.waiting == []
