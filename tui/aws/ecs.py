"""The Elastic Container Service: clusters, and all that runs in one."""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from tui.aws.ask import Ask, each, pages
from tui.aws.ecs_rows import parse_cluster, parse_containers, parse_service, parse_task
from tui.aws.fields import Fields, fields, items, number, text, texts
from tui.aws.options import Place
from tui.errors import NotAllowed
from tui.model.kind import Kind
from tui.model.resource import Cluster, Region, Resource, Service, Task
from tui.watch.source import Batch

T = TypeVar("T")

_PAGE = 100
_CLUSTERS, _SERVICES, _TASKS = 100, 10, 100
"""How many one Describe call takes."""
_AT_ONCE = 4
STOPPED_SHOWN = 10
STOPPED_SHOWN_EACH = 2
"""Of the stopped tasks that ECS still remembers (about an hour): the newest of a cluster, and of
these the newest of each service or family, so that a service that keeps crashing hides no other."""


async def first_clusters(ask: Ask, place: Place) -> Fields:
    """The first page of the region's clusters: a look at whether there are any."""
    return await ask(place, "ecs", "ListClusters", {"maxResults": _PAGE})


def has_clusters(first: Fields) -> bool:
    """Whether a first page says that the region has clusters."""
    return bool(texts(first, "clusterArns") or first.get("nextToken"))


async def clusters(
    ask: Ask, place: Place, region: Region, first: Fields | None = None
) -> AsyncGenerator[Batch, None]:
    """The clusters of a region; each batch is as many as one call describes. `first` is the first
    page, where it is known already."""
    arns = await _arns(ask, place, "ListClusters", "clusterArns", {}, first)
    for chunk in _chunks(arns, _CLUSTERS):
        answer = await ask(
            place, "ecs", "DescribeClusters", {"clusters": chunk, "include": ["CONFIGURATIONS"]}
        )
        found = (parse_cluster(one, region) for one in items(answer, "clusters"))
        yield Batch(tuple(one for one in found if one is not None))


@dataclass(slots=True)
class _Contents:
    """What a cluster holds, while it is being listed."""

    services: set[str] = field(default_factory=set)
    """The addresses of the services."""
    stopped: list[tuple[Task, tuple[Resource, ...]]] = field(default_factory=list)
    complete: set[Kind] = field(default_factory=set)
    denied: list[NotAllowed] = field(default_factory=list)


async def contents(ask: Ask, place: Place, cluster: Cluster) -> AsyncGenerator[Batch, None]:
    """All services, tasks and containers of a cluster, listed per cluster and never per service.

    Running tasks and the newest stopped ones, so that their reasons can be read. Where IAM lets
    us see the services only, or the tasks only, the listing gives that half and then raises.
    """
    of = {"cluster": cluster.arn}
    listings = [
        partial(_arns, ask, place, "ListServices", "serviceArns", of),
        partial(_arns, ask, place, "ListTasks", "taskArns", of),
        partial(_stopped, ask, place, of),
    ]
    arns, running, stopped = await each([partial(_or_denial, one) for one in listings])
    found = _Contents()
    if isinstance(arns, NotAllowed):
        found.denied.append(arns)
    else:
        async for batch in _services(ask, place, cluster, arns, found):
            yield batch
    if isinstance(running, NotAllowed) or isinstance(stopped, NotAllowed):
        found.denied.extend(one for one in (running, stopped) if isinstance(one, NotAllowed))
    else:
        async for batch in _tasks(ask, place, cluster, running + stopped, found):
            yield batch
    yield Batch(_newest(found.stopped), frozenset(found.complete))
    if found.denied:
        raise found.denied[0]


async def port_mappings(ask: Ask, place: Place, definition: str) -> dict[str, tuple[int, ...]]:
    """The container ports of a task definition (`family:revision`), by container name."""
    answer = await ask(place, "ecs", "DescribeTaskDefinition", {"taskDefinition": definition})
    found = {}
    for container in items(fields(answer, "taskDefinition"), "containerDefinitions"):
        ports = [number(one, "containerPort") for one in items(container, "portMappings")]
        usable = (port for port in ports if 0 < port < 65536)
        found[text(container, "name")] = tuple(dict.fromkeys(usable))
    return found


async def _services(
    ask: Ask, place: Place, cluster: Cluster, arns: Sequence[str], found: _Contents
) -> AsyncGenerator[Batch, None]:
    describe = partial(_describe, ask, place, "DescribeServices", "services", cluster)
    try:
        async for wave in _waves(describe, arns, _SERVICES):
            parsed = (parse_service(one, cluster) for one in wave)
            rows: list[Service] = [one for one in parsed if one is not None]
            found.services.update(row.address for row in rows)
            yield Batch(tuple(rows))
    except NotAllowed as denied:
        found.denied.append(denied)
    else:
        found.complete.add(Kind.SERVICE)


async def _tasks(
    ask: Ask, place: Place, cluster: Cluster, arns: Sequence[str], found: _Contents
) -> AsyncGenerator[Batch, None]:
    describe = partial(_describe, ask, place, "DescribeTasks", "tasks", cluster)
    try:
        async for wave in _waves(describe, arns, _TASKS):
            yield Batch(tuple(_task_rows(wave, cluster, found)))
    except NotAllowed as denied:
        found.denied.append(denied)
    else:
        found.complete.update({Kind.TASK, Kind.CONTAINER})


def _task_rows(wave: Iterable[Fields], cluster: Cluster, found: _Contents) -> Iterator[Resource]:
    """Tasks with their containers; stopped ones are set aside until the newest are known."""
    services = frozenset(found.services)
    for one in wave:
        task = parse_task(one, cluster, services)
        if task is None:
            continue
        rows = (task, *parse_containers(one, task))
        if task.last_status == "STOPPED":
            found.stopped.append((task, rows))
        else:
            yield from rows


def _newest(stopped: list[tuple[Task, tuple[Resource, ...]]]) -> tuple[Resource, ...]:
    seen: Counter[str] = Counter()
    newest: list[tuple[Resource, ...]] = []
    for task, rows in sorted(stopped, key=lambda one: (-one[0].stopped_at, one[0].address)):
        what = task.service or task.task_definition.partition(":")[0]
        seen[what] += 1
        if seen[what] <= STOPPED_SHOWN_EACH and len(newest) < STOPPED_SHOWN:
            newest.append(rows)
    return tuple(row for rows in newest for row in rows)


async def _arns(
    ask: Ask,
    place: Place,
    operation: str,
    key: str,
    parameters: dict[str, str],
    first: Fields | None = None,
) -> list[str]:
    """All ARNs of a listing, each once; `first` is its first page, where it is known already."""
    found = texts(first, key) if first is not None else []
    wanted: dict[str, object] = {**parameters, "maxResults": _PAGE}
    if first is not None:
        following = first.get("nextToken")
        if not isinstance(following, str) or not following:
            return list(dict.fromkeys(found))
        wanted["nextToken"] = following
    async for page in pages(ask, place, "ecs", operation, wanted):
        found.extend(texts(page, key))
    return list(dict.fromkeys(found))


async def _stopped(ask: Ask, place: Place, of: dict[str, str]) -> list[str]:
    """The stopped tasks, and those on their way there; one page, for only the newest are shown."""
    wanted = {**of, "desiredStatus": "STOPPED", "maxResults": _PAGE}
    return texts(await ask(place, "ecs", "ListTasks", wanted), "taskArns")


async def _or_denial(listing: Callable[[], Awaitable[list[str]]]) -> list[str] | NotAllowed:
    try:
        return await listing()
    except NotAllowed as denied:
        return denied


async def _describe(
    ask: Ask, place: Place, operation: str, key: str, cluster: Cluster, arns: list[str]
) -> list[Fields]:
    answer = await ask(place, "ecs", operation, {"cluster": cluster.arn, key: arns})
    return items(answer, key)


async def _waves(
    describe: Callable[[list[str]], Awaitable[list[Fields]]], arns: Sequence[str], size: int
) -> AsyncGenerator[list[Fields], None]:
    """Describes all, some calls at once, and gives what each round of calls brought."""
    for chunks in _chunks(list(_chunks(list(dict.fromkeys(arns)), size)), _AT_ONCE):
        answers = await each([partial(describe, chunk) for chunk in chunks], _AT_ONCE)
        yield [one for answer in answers for one in answer]


def _chunks(everything: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(everything), size):
        yield list(everything[start : start + size])
