"""How large a benchmark is run; smaller ones are for trying it out."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the command line says; 0 is each benchmark's own size."""

    fleet: int = 0
    """Containers."""
    keys: int = 0
    """Key presses for each figure."""
    seconds: int = 0
    """For how long something is watched."""
    rounds: int = 0
    """How often what is compared takes turns."""


def parsed(arguments: Sequence[str], names: Sequence[str]) -> tuple[list[str], Sizes]:
    """The named benchmarks, or all, and their sizes; exits when there is none of that name."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    for size in ("fleet", "keys", "seconds", "rounds"):
        parser.add_argument(f"--{size}", type=int, default=0)
    said = parser.parse_args(arguments)
    if unknown := set(said.names) - set(names):
        parser.error(f"There is no benchmark {min(unknown)}: {', '.join(names)}.")
    sizes = Sizes(said.fleet, said.keys, said.seconds, said.rounds)
    return said.names or list(names), sizes
