"""Key presses in a window, and how long each takes until its effect has come out of the pty."""

import random
import statistics
import time
from dataclasses import dataclass, field

from tests.bench.painted import Run, name_of
from tests.bench.window import Window

_LOST = 15.0
"""Seconds after which a key has had no effect."""
_PAUSE = (0.03, 0.3)
"""Seconds between two keys, at least and at most."""
_DOWN, _UP = b"j", b"k"
_PAGE_DOWN, _PAGE_UP = b"\x1b[6~", b"\x1b[5~"


@dataclass(slots=True)
class Times:
    """Milliseconds of each key."""

    taken: list[float] = field(default_factory=list)
    lost: int = 0
    """How many of them had no effect in time; they count as if it had come then."""

    @property
    def median(self) -> float:
        """Of all keys; 0.0 without any."""
        return statistics.median(self.taken) if self.taken else 0.0

    @property
    def p95(self) -> float:
        """What 19 of 20 keys do not exceed."""
        return sorted(self.taken)[int(len(self.taken) * 0.95)] if self.taken else 0.0

    @property
    def worst(self) -> float:
        """The slowest key."""
        return max(self.taken, default=0.0)

    def __str__(self) -> str:
        lost = f"   {self.lost} LOST" if self.lost else ""
        return (
            f"median {self.median:7.1f} ms   p95 {self.p95:7.1f} ms   worst {self.worst:7.1f} ms"
            f"   {len(self.taken)} keys{lost}"
        )


class Cursor:
    """The cursor of a tree, as it is seen: a colour, and the name that stands on it."""

    def __init__(self, window: Window, *, pages: bool = True) -> None:
        self._window = window
        self._pages = pages
        """Whether page keys are pressed: not where rows far from each other share a name."""
        self._colour = self._found()
        self._name = ""
        self._below = 0
        """Rows from the first one, as far as keys have moved it."""

    def _found(self) -> bytes:
        """The one background that only one line has, and that goes to another line with a key."""
        for key in (_DOWN, _DOWN, _UP, _DOWN, _UP, _UP):
            before = self._alone()
            self._window.press(key)
            self._window.drain(0.7)
            after = self._alone()
            moved = [c for c, y in after.items() if c in before and before[c] != y]
            if len(moved) == 1:
                self._window.press(b"g")
                self._window.drain(0.5)
                return moved[0]
        raise RuntimeError(f"no cursor is seen in {self._window.painted.lines}")

    def _alone(self) -> dict[bytes, int]:
        """The backgrounds that only one line has."""
        lines: dict[bytes, list[int]] = {}
        for y, backgrounds in self._window.painted.lines.items():
            for background, text in backgrounds.items():
                if text.strip():
                    lines.setdefault(background, []).append(y)
        return {background: ys[0] for background, ys in lines.items() if len(ys) == 1}

    def press(self, chance: random.Random) -> float | None:
        """Presses a key that moves it; seconds until another name stands on its colour."""
        key = self._key(chance)
        started = time.perf_counter()
        self._window.press(key)
        while (passed := time.perf_counter() - started) < _LOST:
            runs = self._window.read(_LOST - passed)
            at = self._window.read_at
            if self._has_moved(runs):
                return at - started
        return None

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self._has_moved(self._window.drain(seconds))

    def _has_moved(self, runs: list[Run]) -> bool:
        before = self._name
        for run in runs:
            if run.background == self._colour and (name := name_of(run.text)):
                self._name = name
        return self._name != before

    def _key(self, chance: random.Random) -> bytes:
        """Any of them, but none that would lead above the first row."""
        step = chance.choices((1, -1, 20, -20), (6, 3, *((1, 1) if self._pages else (0, 0))))[0]
        if self._below + step < 2:
            step = 1
        self._below += step
        return {1: _DOWN, -1: _UP, 20: _PAGE_DOWN, -20: _PAGE_UP}[step]


def pressed(cursor: Cursor, count: int, seconds: float) -> Times:
    """`count` keys at random moments, or as many as go into the time."""
    chance = random.Random(11)
    times = Times()
    end = time.monotonic() + seconds
    while len(times.taken) < count and time.monotonic() < end:
        took = cursor.press(chance)
        times.lost += took is None
        times.taken.append((_LOST if took is None else took) * 1000)
        cursor.wait(chance.uniform(*_PAUSE))
    return times
