"""CloudWatch Logs: the lines that tasks write, made up when somebody reads them.

Line number n of a container is written about six seconds after line n - 1; what it says follows
from the task and n alone, so any stretch of time can be read without the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.faults import Fault
from tui.demo.world.cluster import Cluster
from tui.demo.world.containers import ContainerSpec
from tui.demo.world.dice import Dice
from tui.demo.world.spec import ServiceSpec
from tui.demo.world.task import Task
from tui.demo.world.world import Site

INTERVAL = 6.0
"""Seconds between two lines."""
_MOST_LINES = 10_000

_LINES = (
    'level=info msg="request served" path=/v1/{word} status=200 ms={number}',
    'level=info msg="job finished" id={identity} ms={number}',
    'level=debug msg="cache" hit=true key={word}:{identity}',
    'level=info msg="request served" path=/health status=200 ms=1',
    'level=warn msg="slow query" table={word} ms={number}',
    'level=error msg="upstream timed out, retrying" host={word}.internal attempt=1',
)
_KINDS = (0,) * 14 + (1,) * 10 + (2,) * 6 + (3,) * 8 + (4, 5)
"""How often each kind of line comes: warnings and errors are rare."""
_WORDS = ("orders", "payments", "users", "carts", "search", "invoices", "sessions")


@dataclass(frozen=True, slots=True)
class Stream:
    """The log stream of one container of one task."""

    task: Task
    container: ContainerSpec

    @property
    def name(self) -> str:
        """As the awslogs driver names it."""
        return f"ecs/{self.container.name}/{self.task.id}"

    def count(self, now: float) -> int:
        """How many lines there are by now."""
        if not self.task.started:
            return 0
        until = self.task.execution_stopped or now
        return max(0, int((until - self.task.started - 4.0) / INTERVAL) + 1)

    def line(self, number: int, dice: Dice) -> tuple[float, str]:
        """When line `number` was written, and what it says."""
        draw = dice.number("log", self.task.id, self.container.name, number)
        at = self.task.started + number * INTERVAL + draw % 4_000 / 1_000
        text = _LINES[_KINDS[draw % len(_KINDS)]].format(
            word=_WORDS[draw // 64 % len(_WORDS)],
            number=3 + draw // 512 % 400,
            identity=f"{draw // 4_096 % 16**8:08x}",
        )
        return at, text


def _groups(site: Site) -> dict[str, tuple[str, ServiceSpec]]:
    """The log groups by name: each the cluster's name and the service."""
    found = {}
    for name, index in site.names.items():
        spec = site.spec(index)
        for one in (*spec.services, *spec.standalone):
            found[f"/ecs/{one.family}"] = (name, one)
    return dict(sorted(found.items()))


def _missing(what: str) -> Fault:
    return Fault("ResourceNotFoundException", f"The specified log {what} does not exist.")


def _group(call: Call) -> tuple[Cluster, ServiceSpec]:
    given = call.params.get("logGroupName") or call.params.get("logGroupIdentifier") or ""
    name = given.rpartition(":log-group:")[2].removesuffix(":*")
    found = _groups(call.site).get(name)
    cluster = call.site.cluster(found[0]) if found is not None else None
    if found is None or cluster is None:
        raise _missing("group")
    return cluster, found[1]


def _streams(cluster: Cluster, spec: ServiceSpec) -> list[Stream]:
    tasks = [task for task in cluster.tasks.values() if task.spec.family == spec.family]
    streams = [Stream(task, one) for task in tasks if task.started for one in spec.containers]
    return sorted(streams, key=lambda stream: stream.name)


def _arn(call: Call, group: str) -> str:
    return f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}"


def describe_log_groups(call: Call) -> Answer:
    """The log groups, by prefix."""
    prefix = call.params.get("logGroupNamePrefix", "")
    names = [name for name in _groups(call.site) if name.startswith(prefix)]
    chosen, token = call.page(
        names, str, call.params.get("limit", 50), call.params.get("nextToken")
    )
    answer: Answer = {
        "logGroups": [
            {
                "logGroupName": name,
                "creationTime": 1_700_000_000_000,
                "retentionInDays": 30,
                "arn": f"{_arn(call, name)}:*",
                "logGroupArn": _arn(call, name),
                "storedBytes": 0,
            }
            for name in chosen
        ]
    }
    return {**answer, "nextToken": token} if token else answer


def describe_log_streams(call: Call) -> Answer:
    """The streams of a group, by name."""
    cluster, spec = _group(call)
    prefix = call.params.get("logStreamNamePrefix", "")
    streams = [one for one in _streams(cluster, spec) if one.name.startswith(prefix)]
    chosen, token = call.page(
        streams, lambda one: one.name, call.params.get("limit", 50), call.params.get("nextToken")
    )
    group = f"/ecs/{spec.family}"
    answer: Answer = {"logStreams": [_describe(call, group, one) for one in chosen]}
    return {**answer, "nextToken": token} if token else answer


def _describe(call: Call, group: str, stream: Stream) -> Answer:
    site = call.site
    last, _ = stream.line(max(0, stream.count(site.now) - 1), site.dice)
    return {
        "logStreamName": stream.name,
        "creationTime": int(stream.task.created * 1_000),
        "firstEventTimestamp": int(stream.line(0, site.dice)[0] * 1_000),
        "lastEventTimestamp": int(last * 1_000),
        "lastIngestionTime": int(last * 1_000),
        "arn": f"{_arn(call, group)}:log-stream:{stream.name}",
        "storedBytes": 0,
    }


def _span(stream: Stream, params: Mapping[str, Any], site: Site) -> range:
    """The numbers of the lines from startTime to before endTime."""
    count = stream.count(site.now)
    first = _first(stream, params.get("startTime", 0), count, site.dice)
    last = _first(stream, params["endTime"], count, site.dice) if "endTime" in params else count
    return range(first, max(first, last))


def _first(stream: Stream, since: int, count: int, dice: Dice) -> int:
    """The number of the first line that was not written before `since` (ms), at most `count`."""
    guess = int((since / 1_000 - stream.task.started) / INTERVAL) - 1
    number = min(max(0, guess), count)
    while number < count and int(stream.line(number, dice)[0] * 1_000) < since:
        number += 1
    return number


def get_log_events(call: Call) -> Answer:
    """A page of one stream's lines, forwards or backwards from a token, else the last or first."""
    cluster, spec = _group(call)
    name = call.params["logStreamName"]
    stream = next((one for one in _streams(cluster, spec) if one.name == name), None)
    if stream is None:
        raise _missing("stream")
    span = _span(stream, call.params, call.site)
    size = call.params.get("limit", _MOST_LINES)
    chosen = _window(span, size, call.params)
    now = int(call.site.now * 1_000)
    return {
        "events": [
            {"timestamp": int(at * 1_000), "message": text, "ingestionTime": now}
            for at, text in (stream.line(number, call.site.dice) for number in chosen)
        ],
        "nextForwardToken": f"f/{chosen.stop:056d}",
        "nextBackwardToken": f"b/{chosen.start:056d}",
    }


def _window(span: range, size: int, params: Mapping[str, Any]) -> range:
    token = params.get("nextToken", "")
    kind, _, number = token.partition("/")
    if token and (kind not in ("f", "b") or not number.isdigit() or len(number) != 56):
        raise Fault("InvalidParameterException", "The specified nextToken is invalid.")
    if kind == "f" or (not token and params.get("startFromHead")):
        start = min(max(span.start, int(number or 0)), max(span.start, span.stop))
        return range(start, min(start + size, max(start, span.stop)))
    stop = min(int(number), span.stop) if token else span.stop
    return range(max(span.start, stop - size), max(stop, span.start))


def filter_log_events(call: Call) -> Answer:
    """The lines of a group's streams that hold every term of the pattern, the oldest first."""
    cluster, spec = _group(call)
    wanted = call.params.get("logStreamNames")
    prefix = call.params.get("logStreamNamePrefix", "")
    streams = [
        one
        for one in _streams(cluster, spec)
        if (wanted is None or one.name in wanted) and one.name.startswith(prefix)
    ]
    events = sorted(_matching(call, streams), key=lambda event: event["eventId"])
    chosen, token = call.page(
        events,
        lambda event: str(event["eventId"]),
        call.params.get("limit", _MOST_LINES),
        call.params.get("nextToken"),
    )
    answer: Answer = {"events": list(chosen), "searchedLogStreams": []}
    return {**answer, "nextToken": token} if token else answer


def _matching(call: Call, streams: list[Stream]) -> Iterator[Answer]:
    site = call.site
    terms = [term.strip('"') for term in call.params.get("filterPattern", "").split()]
    # Without a start the last hour is searched: the lines before it need not be told apart.
    params = {"startTime": int((site.now - 3_600) * 1_000), **call.params}
    for stream in streams:
        # Whoever searches years gets the newest lines of each stream, ten thousand in all.
        for number in _span(stream, params, site)[-max(100, _MOST_LINES // len(streams)) :]:
            at, text = stream.line(number, site.dice)
            if all(term in text for term in terms):
                yield {
                    "logStreamName": stream.name,
                    "timestamp": int(at * 1_000),
                    "message": text,
                    "ingestionTime": int(at * 1_000),
                    "eventId": f"{int(at * 1_000):020d}{stream.name}",
                }


HANDLERS: Mapping[str, Handler] = {
    "DescribeLogGroups": describe_log_groups,
    "DescribeLogStreams": describe_log_streams,
    "GetLogEvents": get_log_events,
    "FilterLogEvents": filter_log_events,
}
