"""Output is fed in slices and painted in measure, by a clock of our own."""

import pytest

from tui.ui.widgets.terminal_backlog import (
    BUDGET,
    FRAME,
    HARD_LIMIT,
    LONGEST_HOLD,
    PAUSE_ABOVE,
    SEQUENCES_LARGEST,
    SLICE_SMALLEST,
    Backlog,
    Pace,
)


class Reader:
    """A screen for which each byte takes `cost` seconds of its own clock."""

    def __init__(self, cost: float = 0.0) -> None:
        self.cost = cost
        self.now = 0.0
        self.slices: list[bytes] = []
        self.flow: list[str] = []
        self.backlog = Backlog(
            self.feed, lambda: self.now, lambda: self.flow.append("pause"), self.resume
        )

    def resume(self) -> None:
        self.flow.append("resume")

    def feed(self, data: bytes) -> None:
        self.slices.append(data)
        self.now += self.cost * len(data)

    @property
    def read(self) -> bytes:
        return b"".join(self.slices)


def test_a_little_is_fed_at_once() -> None:
    reader = Reader()
    reader.backlog.add(b"abc")
    assert not reader.backlog.work()
    assert reader.slices == [b"abc"]


def test_feeding_stops_when_the_time_is_up() -> None:
    reader = Reader(cost=BUDGET / 10_000)
    reader.backlog.add(b"x" * 100_000)
    assert reader.backlog.work()
    assert 10_000 <= len(reader.read) < 40_000
    assert len(reader.backlog) == 100_000 - len(reader.read)


def test_slices_shrink_when_bytes_are_dear_and_grow_when_they_are_cheap() -> None:
    reader = Reader(cost=BUDGET)
    reader.backlog.add(b"x" * 50_000)
    for _ in range(12):
        reader.backlog.work()
    assert len(reader.slices[-1]) == SLICE_SMALLEST
    reader.cost = 0.0
    while reader.backlog.work():
        pass
    assert max(map(len, reader.slices[12:])) > SLICE_SMALLEST * 16
    assert len(reader.read) == 50_000


def test_a_slice_has_only_so_many_sequences() -> None:
    reader = Reader()
    data = b"\x1b[H" * 1000 + b"text" + b"\x1b[m" * 10
    reader.backlog.add(data)
    reader.backlog.work()
    assert max(piece.count(b"\x1b") for piece in reader.slices) == SEQUENCES_LARGEST
    assert reader.read == data


def test_the_sender_is_paused_once_and_resumed_once() -> None:
    reader = Reader(cost=BUDGET / 10_000)
    reader.backlog.add(b"x" * PAUSE_ABOVE)
    assert reader.flow == []
    reader.backlog.add(b"x")
    reader.backlog.add(b"x")
    assert reader.flow == ["pause"]
    while len(reader.backlog) >= PAUSE_ABOVE // 2:
        assert reader.flow == ["pause"]
        reader.backlog.work()
    assert reader.flow == ["pause", "resume"]


def test_what_cannot_be_paused_is_worked_off_at_the_limit() -> None:
    reader = Reader()
    reader.backlog.add(b"x" * (HARD_LIMIT + 1))
    assert len(reader.backlog) <= HARD_LIMIT
    reader.backlog.work()
    assert len(reader.read) == HARD_LIMIT + 1


def test_the_first_paint_after_a_rest_is_due_at_once_the_next_a_frame_later() -> None:
    pace = Pace()
    assert pace.due(10.0, held=False) <= 10.0
    pace.painted(10.0)
    assert pace.due(10.001, held=False) == pytest.approx(10.0 + FRAME)
    assert pace.due(11.0, held=False) <= 11.0


def test_a_held_frame_waits_but_not_for_ever() -> None:
    pace = Pace()
    pace.painted(0.0)
    assert pace.due(5.0, held=True) == pytest.approx(5.0 + LONGEST_HOLD)
    assert pace.due(5.1, held=True) == pytest.approx(5.0 + LONGEST_HOLD)
    assert pace.due(5.1, held=False) <= 5.1
    assert pace.due(6.0, held=True) == pytest.approx(6.0 + LONGEST_HOLD)
    pace.painted(6.0 + LONGEST_HOLD)
    assert pace.due(6.2, held=True) == pytest.approx(6.0 + 2 * LONGEST_HOLD)
