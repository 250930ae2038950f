"""Many changes become one delivery, and nothing is lost on the way."""

from collections.abc import Callable

from tests.ui.fleet import API, NOW, PAYMENTS, REGION, WORKER, filled, service
from tui.model.store import Change, Freshness
from tui.ui.changes import Changes


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
