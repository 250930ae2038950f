"""A queue keeps what is taken until it is deleted, gives back what was not, and is bounded."""

import hashlib

from tui.demo.queues import MOST_IN_FLIGHT, MOST_MESSAGES, Queue


def _bodies(queue: Queue, most: int, now: float, seconds: float = 30.0) -> list[str]:
    return [message.body for message in queue.take(most, seconds, now)]


def test_what_is_taken_is_hidden_until_its_time_is_over() -> None:
    queue = Queue(0.0)
    for body in "abc":
        queue.put(body, 0.0)
    assert _bodies(queue, 2, 0.0) == ["a", "b"]
    assert (queue.ready(1.0), queue.flying) == (1, 2)
    assert sorted(_bodies(queue, 10, 30.0)) == ["a", "b", "c"]


def test_what_is_deleted_does_not_come_back() -> None:
    queue = Queue(0.0)
    queue.put("a", 0.0)
    (message,) = queue.take(1, 30, 0.0)
    assert message.digest == hashlib.md5(b"a").hexdigest()
    queue.delete(message.receipt)
    queue.delete(message.receipt)
    assert queue.ready(100.0) == queue.flying == 0


def test_a_receipt_of_an_earlier_time_deletes_nothing() -> None:
    queue = Queue(0.0)
    queue.put("a", 0.0)
    first = queue.take(1, 30, 0.0)[0].receipt
    (again,) = queue.take(1, 30, 31.0)
    assert (again.received, again.first_received) == (2, 31.0)
    queue.delete(first)
    assert queue.flying == 1


def test_the_oldest_goes_when_it_is_full() -> None:
    queue = Queue(0.0)
    for number in range(MOST_MESSAGES + 5):
        queue.put(str(number), 0.0)
    assert queue.ready(0.0) == MOST_MESSAGES
    assert _bodies(queue, 1, 0.0) == ["5"]


def test_no_more_are_in_flight_than_allowed() -> None:
    queue = Queue(0.0)
    for _ in range(3):
        for number in range(MOST_MESSAGES):
            queue.put(str(number), 0.0)
        queue.take(MOST_MESSAGES, 30, 0.0)
    assert queue.flying == MOST_IN_FLIGHT
    assert queue.take(1, 30, 0.0) == []


def test_a_receiver_may_ask_for_more_time_or_give_it_back() -> None:
    queue = Queue(0.0)
    queue.put("a", 0.0)
    (message,) = queue.take(1, 30, 0.0)
    assert queue.hide(message.receipt, 100, 20.0)
    assert queue.ready(119.0) == 0
    assert queue.hide(message.receipt, 0, 119.0)
    assert queue.ready(119.0) == 1
    assert not queue.hide(message.receipt, 10, 119.0)


def test_a_purge_forgets_all() -> None:
    queue = Queue(0.0)
    for body in "ab":
        queue.put(body, 0.0)
    queue.take(1, 30, 0.0)
    queue.purge()
    assert queue.ready(1_000.0) == queue.flying == 0
