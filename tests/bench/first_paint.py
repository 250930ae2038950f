"""From the command to the first painted frame, and to the first rows of the fleet.

The demo's first frame is compared with `python -c "import textual"`, in turns. Then the browser is
started in front of an embedded AWS of 100,000 containers that is there already: with an empty cache
the rows come from AWS, and once it has loaded all and was left with q, from the snapshot.
"""

import configparser
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from tests.bench.embedded import served
from tests.bench.nobody import nobody
from tests.bench.sizes import Sizes
from tests.bench.window import SMALL, Window, window

ROUNDS = 7
FLEET = 100_000
TEXTUAL = [sys.executable, "-c", "import textual"]
SIGN = "Hatchway"
"""Stands in the header of the first frame."""
_NEVER = 60.0


def run(sizes: Sizes) -> None:
    """Prints the times and their ratios."""
    rounds = sizes.rounds or ROUNDS
    _demo(rounds)
    _snapshot(sizes.fleet or FLEET, rounds)


def _demo(rounds: int) -> None:
    paints, imports = [], []
    with nobody() as env:
        for _ in range(rounds):
            with window(SMALL, "tui", "demo", env=env) as shown:
                paints.append(_painted(shown, SIGN))
            imports.append(plain_import())
    paint, plain = statistics.median(paints), statistics.median(imports)
    print(f"time to first paint  (hatchway demo, 80x24, median of {rounds})")
    print(f"  first frame                {paint * 1000:7.0f} ms")
    print(f"  python -c 'import textual' {plain * 1000:7.0f} ms   ratio {paint / plain:.2f}")


def _snapshot(fleet: int, rounds: int) -> None:
    print(f"time to the fleet's rows  (hatchway, --fleet {fleet} served elsewhere, 80x24)")
    with served("--fleet", str(fleet)) as aws:
        cold = [_rows_painted(env) for env in _fresh(aws, rounds)]
        with nobody(aws) as env:
            loading, everything = _load(env)
            warm = [_rows_painted(env) for _ in range(rounds)]
            whole = _recalled(env, everything)
    from_aws, from_file = statistics.median(cold), statistics.median(warm)
    print(f"  cold: first rows           {from_aws * 1000:7.0f} ms   all {loading * 1000:7.0f} ms")
    print(
        f"  from the snapshot          {from_file * 1000:7.0f} ms   all {whole * 1000:7.0f} ms"
        f"   ratio {from_file / from_aws:.2f} and {whole / loading:.2f}"
        f"   ({everything:,} rows, median of {rounds})"
    )


def _fresh(aws: Mapping[str, str], rounds: int) -> Iterator[Mapping[str, str]]:
    """Homes in which nothing is remembered."""
    for _ in range(rounds):
        with nobody(aws) as env:
            yield env


def _load(env: Mapping[str, str]) -> tuple[float, int]:
    """Seconds until everything is there, and how much; it is remembered on leaving."""
    with window(SMALL, "tests.bench.big_fleet", env=env) as shown:
        loaded = shown.told("loaded")
        took = time.perf_counter() - shown.started
        shown.drain(1.0)
        shown.leave()
    return took, loaded["loaded"]


def _recalled(env: Mapping[str, str], everything: int) -> float:
    """Seconds until the rows of the snapshot are all there."""
    with window(SMALL, "tests.bench.big_fleet", env=env) as shown:
        while shown.told("rows", _NEVER)["rows"] < everything * 0.9:
            pass
        return time.perf_counter() - shown.started


def _rows_painted(env: Mapping[str, str]) -> float:
    """Seconds from starting the browser to the row of the first account."""
    config = configparser.ConfigParser()
    config.read(env["AWS_CONFIG_FILE"])
    first = min(name.removeprefix("profile ") for name in config.sections())
    with window(SMALL, "tui", env=env) as shown:
        return _painted(shown, f" {first}")


def _painted(shown: Window, text: str) -> float:
    """Seconds from the start to a frame with that text."""
    while (passed := time.perf_counter() - shown.started) < _NEVER:
        runs = shown.read(_NEVER - passed)
        at = time.perf_counter()
        if any(text in run.text for run in runs):
            return at - shown.started
    raise RuntimeError(f"no {text!r} within {_NEVER:.0f} s: {shown.painted.lines}")


def plain_import() -> float:
    """Seconds that python takes to import textual and end."""
    started = time.perf_counter()
    subprocess.run(TEXTUAL, check=True)
    return time.perf_counter() - started
