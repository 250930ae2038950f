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


def test_a_key_on_its_way_goes_first_though_not_for_ever() -> None:
    timer = Timer()
    delivered: list[Change] = []
    hurried = [True]
    changes = Changes(timer.set, delivered.append, lambda: hurried[0])
    changes.hear(Change(gone=("prod",)))
    timer.goes_off()
    assert delivered == []
    hurried[0] = False
    timer.goes_off()
    assert [change.gone for change in delivered] == [("prod",)]
    hurried[0] = True
    changes.hear(Change(gone=("dev",)))
    put_off = 0
    while timer.waiting:
        timer.goes_off()
        put_off += 1
    assert [change.gone for change in delivered] == [("prod",), ("dev",)]
    assert put_off == 11
