"""Chance that is the same in every process: numbers drawn from a seed and the name of what asks."""

import hashlib
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=32).digest()


@lru_cache(maxsize=20_000)
def _known(start: str, length: int, parts: tuple[str, ...]) -> str:
    return _digest(start + "\x1f".join(parts)).hex()[:length]


class Dice:
    """Deterministic draws; each is named by its parts, so that none depends on another."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._start = f"{seed}\x1f"

    def digest(self, *parts: object) -> bytes:
        """32 bytes for the named draw."""
        return _digest(self._start + "\x1f".join(map(str, parts)))

    def number(self, *parts: object) -> int:
        """An integer of 64 bits."""
        return int.from_bytes(self.digest(*parts)[:8])

    def between(self, low: int, high: int, *parts: object) -> int:
        """An integer from `low` to `high`, both included."""
        return low + self.number(*parts) % (high - low + 1)

    def chance(self, percent: int, *parts: object) -> bool:
        """Whether the draw falls within `percent` of a hundred."""
        return self.number(*parts) % 100 < percent

    def pick(self, choices: Sequence[T], *parts: object) -> T:
        """One of the choices."""
        return choices[self.number(*parts) % len(choices)]

    def hexadecimal(self, length: int, *parts: object) -> str:
        """Up to 64 hexadecimal digits."""
        return self.digest(*parts).hex()[:length]

    def known(self, length: int, *parts: str) -> str:
        """The same as `hexadecimal`, for the few draws that are asked for again and again."""
        return _known(self._start, length, parts)

    def digits(self, length: int, *parts: object) -> str:
        """Up to 18 decimal digits, the first not zero."""
        low = 10 ** (length - 1)
        return str(low + self.number(*parts) % (9 * low))

    def uuid(self, *parts: object) -> str:
        """A UUID in its usual form."""
        text = self.digest(*parts).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def stream(self, *parts: object) -> random.Random:
        """A stream of chance for what happens over time."""
        return random.Random(self.number(*parts))
