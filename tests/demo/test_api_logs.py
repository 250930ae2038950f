"""Logs are made up when they are read, and read the same each time and in any stretch."""

from typing import Any

import pytest

from tests.demo.ask import Asker
from tui.demo.faults import Fault


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _stream(asker: Asker) -> dict[str, str]:
    site = asker.sites[0]
    group = asker.ask(site, "logs:DescribeLogGroups")["logGroups"][0]["logGroupName"]
    streams = asker.ask(site, "logs:DescribeLogStreams", logGroupName=group)["logStreams"]
    return {"logGroupName": group, "logStreamName": streams[0]["logStreamName"]}


def _get(asker: Asker, **params: object) -> dict[str, Any]:
    return asker.ask(asker.sites[0], "logs:GetLogEvents", **params)


def test_the_end_of_a_stream_follows_the_clock(asker: Asker) -> None:
    stream = _stream(asker)
    first = _get(asker, **stream, limit=10)
    assert len(first["events"]) == 10
    again = _get(asker, **stream, nextToken=first["nextForwardToken"])
    assert again["events"] == []
    asker.clock.advance(60)
    more = _get(asker, **stream, nextToken=first["nextForwardToken"])
    assert 9 <= len(more["events"]) <= 11
    both = _get(asker, **stream, limit=10 + len(more["events"]))
    told = [event["message"] for event in (*first["events"], *more["events"])]
    assert [event["message"] for event in both["events"]] == told
    stamps = [event["timestamp"] for event in both["events"]]
    assert stamps == sorted(stamps)
    assert stamps[-1] <= asker.clock.now() * 1_000


def test_backwards_pages_join(asker: Asker) -> None:
    stream = _stream(asker)
    last = _get(asker, **stream, limit=5)
    before = _get(asker, **stream, limit=5, nextToken=last["nextBackwardToken"])
    ten = _get(asker, **stream, limit=10)
    assert [*before["events"], *last["events"]] == ten["events"]


def test_the_head_of_a_stream(asker: Asker) -> None:
    stream = _stream(asker)
    head = _get(asker, **stream, limit=3, startFromHead=True)
    described = asker.ask(
        asker.sites[0], "logs:DescribeLogStreams", logGroupName=stream["logGroupName"]
    )["logStreams"][0]
    assert head["events"][0]["timestamp"] == described["firstEventTimestamp"]


@pytest.mark.parametrize("token", ["x", "f/", "f/-1", "q/" + "0" * 56, "f/" + "9" * 57])
def test_made_up_tokens_are_refused(asker: Asker, token: str) -> None:
    with pytest.raises(Fault, match="InvalidParameterException"):
        _get(asker, **_stream(asker), nextToken=token)


@pytest.mark.parametrize("end", ["f", "b"])
@pytest.mark.parametrize("number", [0, 10**55])
def test_far_tokens_give_a_bounded_page(asker: Asker, end: str, number: int) -> None:
    answer = _get(asker, **_stream(asker), nextToken=f"{end}/{number:056d}", limit=4)
    assert len(answer["events"]) <= 4


def test_what_does_not_exist_is_refused(asker: Asker) -> None:
    stream = _stream(asker)
    with pytest.raises(Fault, match="log group"):
        _get(asker, logGroupName="/nope", logStreamName="x")
    with pytest.raises(Fault, match="log stream"):
        _get(asker, logGroupName=stream["logGroupName"], logStreamName="x")


def test_lines_are_searched_over_all_streams(asker: Asker) -> None:
    site = asker.sites[0]
    group = _stream(asker)["logGroupName"]
    since = int((asker.clock.now() - 1_800) * 1_000)
    found = asker.all(
        site,
        "logs:FilterLogEvents",
        "events",
        "nextToken",
        logGroupName=group,
        filterPattern="level=error",
        startTime=since,
        limit=3,
    )
    assert found
    assert all("level=error" in event["message"] for event in found)
    assert all(event["timestamp"] >= since for event in found)
    stamps = [event["timestamp"] for event in found]
    assert stamps == sorted(stamps)
