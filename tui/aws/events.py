"""What AWS tells by itself: ECS's events, which an EventBridge rule puts into a queue of SQS.

The details of a task's event have DescribeTasks's shape (ECS Developer Guide, "Amazon ECS events"),
without tags and with times as text. What a message says is checked against what is known: events
of other accounts, regions and clusters are passed over, old and late ones as well, and so is
anything else that whoever may send to the queue may have put there.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from botocore.parsers import ResponseParserError
from msgspec.structs import replace

from tui.aws.ask import Ask
from tui.aws.clients import LONG_POLL
from tui.aws.ecs_rows import parse_containers, parse_task, service_in
from tui.aws.fields import Fields, fields, items, last_part, seconds, text, texts, whole
from tui.aws.options import Place, Profile, named_place
from tui.aws.parsers import decoded
from tui.clock import Clock, sleep_until
from tui.errors import WrongSettings
from tui.model.resource import Cluster, Container, Resource, Service, Task, address_of
from tui.watch.source import Event

_MESSAGES = 10
"""As many as one call gives."""
_LONGEST = 1 << 20
"""Characters of a message, by SQS's own limit."""
_TASKS_REMEMBERED = 20_000
_BREATH = 1.0
"""Seconds between two answers without messages, should a queue not wait as it was asked to."""

_OLD = 300.0
"""Seconds after which an event tells nothing any more: a queue keeps messages for days. Signatures
bear no larger difference between AWS's clock and ours."""

_TASK = "ECS Task State Change"
_ABOUT_SERVICES = frozenset({"ECS Service Action", "ECS Deployment State Change"})

Lookup = Callable[[str], Resource | None]
"""What is known at an address."""
Queue = tuple[Place, str]
"""Where a queue is, and its URL."""


def queues_of(entries: Sequence[str], profiles: Mapping[str, Profile]) -> dict[str, Queue]:
    """The queues of the settings (`ACCOUNT/REGION=QUEUE_URL`) by their regions' addresses.

    Raises `WrongSettings` that names the first entry which is none.
    """
    found: dict[str, Queue] = {}
    for entry in entries:
        named, _, url = entry.partition("=")
        place = named_place("queues", named, profiles)
        if not url.startswith(("https://", "http://")):
            raise WrongSettings(
                f"queues names “{entry}”, which has no queue's URL.",
                "It takes ACCOUNT/REGION=https://sqs.REGION.amazonaws.com/NUMBER/NAME.",
            )
        found[address_of(place.account, place.region)] = (place, url)
    return found


class Events:
    """Listens to the queues; see `tui.watch.source.Wire`. `lookup` tells what is known."""

    def __init__(self, ask: Ask, queues: Mapping[str, Queue], lookup: Lookup, clock: Clock) -> None:
        self._ask = ask
        self._queues = queues
        self._lookup = lookup
        self._clock = clock
        self._versions: OrderedDict[str, int] = OrderedDict()
        """The newest version of each task that was told, by its ARN; the last 20,000."""

    @property
    def regions(self) -> frozenset[str]:
        """The addresses of the regions that have a queue."""
        return frozenset(self._queues)

    async def listen(self, region: str) -> AsyncGenerator[Event, None]:
        """What happens in the region at that address, until the caller has enough of it; before
        that, and after each quiet while, an empty event.

        A message is deleted once what it says has been taken. Raises a `Trouble`.
        """
        place, url = self._queues[region]
        wanted = {
            "QueueUrl": url,
            "MaxNumberOfMessages": _MESSAGES,
            "WaitTimeSeconds": LONG_POLL,
        }
        while True:
            began = self._clock.monotonic()
            answer = await self._ask(place, "sqs", "ReceiveMessage", wanted)
            yield Event()
            messages = items(answer, "Messages")[:_MESSAGES]
            for message in messages:
                event = self._read(region, message)
                if event is not None:
                    yield event
            if messages:
                await self._delete(place, url, messages)
            else:
                await sleep_until(self._clock, began + _BREATH)

    async def _delete(self, place: Place, url: str, messages: Sequence[Fields]) -> None:
        receipts = [text(one, "ReceiptHandle") for one in messages]
        entries = [
            {"Id": str(number), "ReceiptHandle": receipt}
            for number, receipt in enumerate(receipts)
            if receipt
        ]
        if entries:
            wanted = {"QueueUrl": url, "Entries": entries}
            await self._ask(place, "sqs", "DeleteMessageBatch", wanted)

    def _read(self, region: str, message: Fields) -> Event | None:
        """The event in a message; none when it is none of ours."""
        body = message.get("Body")
        if not isinstance(body, str) or len(body) > _LONGEST:
            return None
        try:
            event = decoded(body)
        except ResponseParserError:
            return None
        age = self._clock.wall_ms() / 1000 - seconds(event, "time")
        if text(event, "source") != "aws.ecs" or age > _OLD:
            return None
        cluster = self._cluster(region, event)
        kind = text(event, "detail-type")
        if cluster is None:
            return None
        if kind == _TASK:
            return self._task(cluster, fields(event, "detail"))
        return Event(cluster.address, relist=True) if kind in _ABOUT_SERVICES else None

    def _cluster(self, region: str, event: Fields) -> Cluster | None:
        """The cluster that an event is about, if it is one of the region's that are known."""
        arn = text(fields(event, "detail"), "clusterArn") or _cluster_of(texts(event, "resources"))
        found = self._lookup(address_of(region, last_part(arn))) if arn else None
        return found if isinstance(found, Cluster) and found.arn == arn else None

    def _task(self, cluster: Cluster, detail: Fields) -> Event | None:
        above = address_of(cluster.address, service_in(detail))
        hangs_there = isinstance(self._lookup(above), Service)
        services = frozenset({above} if hangs_there else ())
        task = parse_task(detail, cluster, services)
        if task is None or not self._is_news(task.arn, whole(detail, "version")):
            return None
        known = self._lookup(task.address)
        if isinstance(known, Task):
            detail = self._completed(detail, known)
            task = parse_task(detail, cluster, services) or task
            task = replace(
                task,
                tags=known.tags,
                platform=known.platform or task.platform,
                parent=known.parent,
            )
        return Event(cluster.address, put=(task, *parse_containers(detail, task)))

    def _is_news(self, arn: str, version: int | None) -> bool:
        """Whether nothing as new was told of the task: messages come late, and come twice."""
        if version is None:
            return True
        if version <= self._versions.get(arn, -1):
            return False
        self._versions[arn] = version
        self._versions.move_to_end(arn)
        while len(self._versions) > _TASKS_REMEMBERED:
            self._versions.popitem(last=False)
        return True

    def _completed(self, detail: Fields, known: Task) -> Fields:
        """The details with what an event leaves out while it stays as it was: how healthy."""
        containers = [
            self._with_health(one, self._lookup(address_of(known.address, text(one, "name"))))
            for one in items(detail, "containers")
        ]
        return {**self._with_health(detail, known), "containers": containers}

    def _with_health(self, one: Fields, known: Resource | None) -> Fields:
        is_same = isinstance(known, (Task, Container)) and known.last_status == one.get(
            "lastStatus"
        )
        if not is_same or "healthStatus" in one:
            return one
        return {**one, "healthStatus": getattr(known, "health", "")}


def _cluster_of(resources: Sequence[str]) -> str:
    """The ARN of the cluster of the first service: `…:service/CLUSTER/NAME`, as they are now."""
    for arn in resources[:10]:
        before, kind, path = arn.partition(":service/")
        cluster, slash, _ = path.partition("/")
        if kind and slash and cluster:
            return f"{before}:cluster/{cluster}"
    return ""
