"""From a key of the filter to the last frame that it changes, with 100,000 containers, all open.

The key's own echo in the filter's line is no answer: the time ends with the last output in which
a row of the tree is another one than before, or the number of matches, before both have been quiet
for a while. The program has nothing else to do meanwhile, so what it draws is for the key.
"""

import gc
import time

from tests.bench.nobody import nobody
from tests.bench.painted import Run
from tests.bench.presses import Times
from tests.bench.sizes import Sizes
from tests.bench.window import LARGE, SMALL, Window, window

FLEET = 100_000
ROUNDS = 4
WORDS = ("web-0012", "app-0000", "i-0001f", "!stopped", "status:pend", "cluster-07 log")
"""Names that many rows have and few, a row's state, what is not, and two words."""
_QUIET = 0.35
"""Seconds without a changed row after which all is painted; a cursor blinks later."""
_LOST = 20.0
_BACKSPACE, _ESCAPE = b"\x7f", b"\x1b"


class Filter:
    """The filter's line, as it is seen."""

    def __init__(self, shown: Window, tree: dict[str, int]) -> None:
        self._window = shown
        self._lines = range(tree["top"], tree["bottom"] + 1)
        self._columns = tree["columns"]
        self._rows = self._seen()

    def press(self, key: bytes) -> float:
        """Milliseconds from the key to the last frame that shows what it does."""
        started = time.perf_counter()
        self._window.press(key)
        first = last = drawn = 0.0
        while (now := time.perf_counter()) < started + _LOST:
            wait = _QUIET * (1 if last else 2) - (now - (last or first))
            runs = self._window.read(wait if first else started + _LOST - now)
            at = self._window.read_at if runs else time.perf_counter()
            if not runs and first and at - (last or first) >= _QUIET * (1 if last else 2):
                break
            first = first or (at if runs else 0.0)
            if self._differ() or any(self._tells(run) for run in runs):
                last = at
            if not drawn and any(run.x == 1 and run.y in self._lines for run in runs):
                drawn = at
        # the same rows may be right for two texts: they are drawn again, and none differs
        return ((last or drawn or first) - started) * 1000

    def _tells(self, run: Run) -> bool:
        """Whether it is the number of matches, or of rows that are still to be read."""
        return run.y not in self._lines and (" match" in run.text or " to read" in run.text)

    def _differ(self) -> bool:
        before, self._rows = self._rows, self._seen()
        return self._rows != before

    def _seen(self) -> list[str]:
        texts = self._window.painted.texts
        return [texts.get(line, "")[: self._columns] for line in self._lines]


def run(sizes: Sizes) -> None:
    """Prints a line for each kind of key."""
    fleet, rounds = sizes.fleet or FLEET, sizes.rounds or ROUNDS
    print(f"key of the filter to painted frame  ({fleet:,} containers, all rows open)")
    print(f"  {rounds} times each of {', '.join(WORDS)}")
    gc.disable()
    for size in (SMALL, LARGE):
        with (
            nobody() as env,
            window(size, "tests.bench.big_tree", str(fleet), env=env) as shown,
        ):
            ready = shown.told("ready")
            shown.drain(1.0)
            for kind, times in _typed(shown, ready, rounds).items():
                print(f"  {size[0]}x{size[1]}  {kind:18} {times}", flush=True)
    gc.enable()


def _typed(shown: Window, ready: dict[str, int], rounds: int) -> dict[str, Times]:
    line = Filter(shown, ready)
    kinds = {kind: Times() for kind in ("first character", "further character", "backspace", "esc")}
    for _ in range(rounds):
        for word in WORDS:
            shown.press(b"/")
            shown.drain(0.3)
            for index, letter in enumerate(word):
                kind = "further character" if index else "first character"
                kinds[kind].taken.append(line.press(letter.encode()))
            for _ in range(2):
                kinds["backspace"].taken.append(line.press(_BACKSPACE))
            kinds["esc"].taken.append(line.press(_ESCAPE))
    return kinds
