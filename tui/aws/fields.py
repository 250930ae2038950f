"""Reads fields of answers that may hold anything: what is missing or wrong becomes a default.

Answers are bounded here, so that one hostile name cannot fill the memory or the screen.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from sys import intern

Fields = Mapping[str, object]
"""An answer of AWS, or a structure inside one."""

LONGEST = 2048
"""Characters that are kept of any text."""

_LONGEST_TIME = 40


def text(fields: Fields, key: str) -> str:
    """A text, cut at `LONGEST`; empty when there is none."""
    value = fields.get(key)
    return value[:LONGEST] if isinstance(value, str) else ""


def all_texts(fields: Fields, keys: tuple[str, ...]) -> list[str]:
    """Several texts at once, as `text` gives each: for what is read a hundred thousand times."""
    found = map(fields.get, keys)
    return [value[:LONGEST] if isinstance(value, str) else "" for value in found]


def all_words(fields: Fields, keys: tuple[str, ...]) -> list[str]:
    """Several texts that repeat from row to row; equal ones are one object."""
    found = map(fields.get, keys)
    return [intern(value[:LONGEST]) if type(value) is str else "" for value in found]


def number(fields: Fields, key: str) -> int:
    """A count; 0 when there is none or it is negative."""
    return max(0, whole(fields, key) or 0)


def whole(fields: Fields, key: str) -> int | None:
    """A whole number of at most 64 bits, None when there is none."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        return None
    return value


def flag(fields: Fields, key: str) -> bool:
    """Whether it says true."""
    return fields.get(key) is True


def seconds(fields: Fields, key: str) -> float:
    """A time, in seconds since the epoch; 0.0 when there is none. Events have theirs as text."""
    value = fields.get(key)
    if isinstance(value, str):
        value = _moment(value)
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    return float(value) if math.isfinite(value) and 0 <= value < 2**40 else 0.0


def _moment(value: str) -> datetime | None:
    """A time as ISO 8601 writes it; UTC where it says nothing else."""
    try:
        found = datetime.fromisoformat(value[:_LONGEST_TIME])
        known = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except ValueError:
        return None
    return known if known.year > 1970 else None


def fields(parent: Fields, key: str) -> Fields:
    """A structure; empty when there is none."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def items(parent: Fields, key: str) -> list[Fields]:
    """The structures of a list; what is no structure is left out."""
    value = parent.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(parent: Fields, key: str) -> list[str]:
    """The texts of a list that are not empty; what is no text is left out."""
    value = parent.get(key)
    if not isinstance(value, list):
        return []
    return [one[:LONGEST] for one in value if isinstance(one, str) and one]


def last_part(arn: str) -> str:
    """What follows the last slash of an ARN."""
    return arn.rpartition("/")[2]
