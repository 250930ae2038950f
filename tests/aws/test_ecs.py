"""Listing a cluster, half of which may be forbidden."""

import pytest

from tests.aws.plain import PLACE, REGION, SHOP, PlainAsk, Reply
from tui.aws.ecs import STOPPED_SHOWN, clusters, contents, port_mappings
from tui.aws.fields import Fields, texts
from tui.errors import NotAllowed, Throttled, Trouble
from tui.model.kind import Kind
from tui.watch.source import Batch

NO = NotAllowed("IAM says no.")


def service(name: str) -> Fields:
    return {"serviceArn": f"arn:service/shop/{name}", "serviceName": name, "status": "ACTIVE"}


def task(name: str, group: str = "service:api", **more: object) -> Fields:
    container = {"name": "app", "lastStatus": "RUNNING"}
    one = {"taskArn": f"arn:task/shop/{name}", "group": group, "containers": [container]}
    return {**one, "lastStatus": "RUNNING", **more}


def asked(**replies: Reply) -> PlainAsk:
    usual: dict[str, Reply] = {
        "ListServices": {"serviceArns": ["arn:service/shop/api"]},
        "DescribeServices": {"services": [service("api")]},
        "ListTasks": {"taskArns": ["arn:task/shop/t1"]},
        "DescribeTasks": {"tasks": [task("t1"), task("t2", "family:job")]},
    }
    return PlainAsk({name: [reply] for name, reply in (usual | replies).items()})


async def listed(ask: PlainAsk) -> tuple[list[Batch], Trouble | None]:
    """What was given, and what was raised after it."""
    batches: list[Batch] = []
    listing = contents(ask, PLACE, SHOP)
    try:
        while (batch := await anext(listing, None)) is not None:
            batches.append(batch)
    except Trouble as trouble:
        return batches, trouble
    return batches, None


def addresses(batches: list[Batch]) -> list[str]:
    return [one.address.removeprefix(f"{SHOP.address}/") for b in batches for one in b.resources]


async def test_a_cluster_gives_its_services_first_and_ends_with_what_is_complete() -> None:
    batches, denied = await listed(asked())
    assert denied is None
    assert addresses(batches) == ["api", "api/t1", "api/t1/app", "t2", "t2/app"]
    assert batches[-1].kinds == {Kind.SERVICE, Kind.TASK, Kind.CONTAINER}
    assert all(not batch.kinds for batch in batches[:-1])


async def test_forbidden_services_do_not_hide_the_tasks() -> None:
    batches, denied = await listed(asked(ListServices=NO))
    assert denied is NO
    assert "api/t1" in addresses(batches)
    assert {one.parent for b in batches for one in b.resources if one.kind is Kind.TASK} == {
        SHOP.address
    }
    assert batches[-1].kinds == {Kind.TASK, Kind.CONTAINER}


@pytest.mark.parametrize("operation", ["ListTasks", "DescribeTasks"])
async def test_forbidden_tasks_do_not_hide_the_services(operation: str) -> None:
    batches, denied = await listed(asked(**{operation: NO}))
    assert denied is NO
    assert addresses(batches) == ["api"]
    assert batches[-1].kinds == {Kind.SERVICE}


async def test_any_other_failure_ends_the_listing_with_nothing_complete() -> None:
    batches, trouble = await listed(asked(DescribeTasks=Throttled("slow")))
    assert isinstance(trouble, Throttled)
    assert addresses(batches) == ["api"]
    assert all(not batch.kinds for batch in batches)


async def test_calls_take_as_many_as_aws_allows() -> None:
    arns = [f"arn:service/shop/s{number}" for number in range(25)]
    tasks = [f"arn:task/shop/t{number}" for number in range(250)]
    ask = asked(ListServices={"serviceArns": arns}, ListTasks={"taskArns": tasks})
    await listed(ask)
    sizes = {"DescribeServices": "services", "DescribeTasks": "tasks"}
    described = {
        name: sorted(len(texts(p, key)) for op, p in ask.asked if op == name)
        for name, key in sizes.items()
    }
    assert described == {"DescribeServices": [5, 10, 10], "DescribeTasks": [50, 100, 100]}


async def test_of_the_stopped_tasks_the_newest_of_each_service_are_shown() -> None:
    tasks = [
        task(f"{name}{age}", f"service:{name}", lastStatus="STOPPED", stoppedAt=1000.0 - age)
        for name in "abcdefgh"
        for age in range(5)
    ]
    batches, _ = await listed(asked(DescribeTasks={"tasks": tasks}))
    shown = [one.name for b in batches for one in b.resources if one.kind is Kind.TASK]
    assert len(shown) == STOPPED_SHOWN
    assert {name[1:] for name in shown} == {"0", "1"}


async def test_clusters_are_described_a_hundred_at_a_time() -> None:
    arns = [f"arn:cluster/c{number}" for number in range(120)]
    ask = PlainAsk(
        {
            "ListClusters": [{"clusterArns": arns}],
            "DescribeClusters": [{"clusters": [{"clusterArn": "arn:cluster/c1"}, {}, "junk"]}],
        }
    )
    found = [batch async for batch in clusters(ask, PLACE, REGION)]
    assert [len(batch.resources) for batch in found] == [1, 1]


async def test_ports_come_from_the_task_definition_each_once_and_only_real_ones() -> None:
    mappings = [{"containerPort": port} for port in (80, 443, 80, 0, 70_000)]
    definition = {"containerDefinitions": [{"name": "app", "portMappings": mappings}, {}]}
    ask = PlainAsk({"DescribeTaskDefinition": [{"taskDefinition": definition}]})
    assert (await port_mappings(ask, PLACE, "api:7"))["app"] == (80, 443)
