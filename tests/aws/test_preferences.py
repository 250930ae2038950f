"""The idle limit in whatever a session document holds."""

import json

import pytest

from tui.aws.preferences import parse_limit
from tui.model.idle import ASSUMED, IdleLimit


@pytest.mark.parametrize(("minutes", "seconds"), [("1", 60), ("20", 1200), ("60", 3600)])
def test_the_minutes_are_read(minutes: str, seconds: float) -> None:
    content = json.dumps({"inputs": {"idleSessionTimeout": minutes}})
    assert parse_limit({"Content": content}) == IdleLimit(seconds)


@pytest.mark.parametrize(
    "content",
    [
        None, 7, "", "{", "[]", "7", "[" * 60_000, "x" * 100_000, '{"inputs": []}',
        *(json.dumps({"inputs": {"idleSessionTimeout": v}}) for v in ("0", "61", "٣", "-1", 20)),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_the_default(content: object) -> None:
    assert parse_limit({"Content": content}) == ASSUMED
