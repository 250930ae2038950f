"""Nodes: by the largest pages, from the organization, and with EC2's tags."""

import random
from collections.abc import Mapping

import pytest

from tests.aws.plain import PLACE, REGION, PlainAsk, Reply, StillClock
from tui.aws.node_lists import NodeLists
from tui.aws.org_nodes import OrgNodes
from tui.aws.ssm import group_of
from tui.errors import NotAllowed, Refused, Throttled, Trouble
from tui.model.resource import Node

GROUP = group_of(REGION)
NO = NotAllowed("IAM says no.")
UNKNOWN = Refused("What is that?", code="UnknownOperationException")
ACCOUNT = "111122223333"


def entries(*names: str, token: str = "") -> Reply:
    listed = [{"InstanceId": name} for name in names]
    answer = {"InstanceProperties": listed, "InstanceInformationList": listed}
    return {**answer, "NextToken": token} if token else answer


def instances(**names: Mapping[str, str]) -> Reply:
    """What DescribeInstances says: the tags of instances by id, underscores for dashes."""
    listed = [
        {
            "InstanceId": name.replace("_", "-"),
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        for name, tags in names.items()
    ]
    return {"Reservations": [{"Instances": [one]} for one in listed]}


def lists(ask: PlainAsk, clock: StillClock, *, org: bool = False) -> NodeLists:
    whole = OrgNodes(ask, PLACE, clock) if org else None
    return NodeLists(ask, clock, random.Random(7), whole)


async def listed(nodes: NodeLists) -> list[Node]:
    """The nodes as they are once the listing has ended, by id."""
    found: dict[str, Node] = {}
    async for page in nodes.list(PLACE, GROUP, ACCOUNT):
        found |= {node.instance_id: node for node in page}
    return [found[name] for name in sorted(found)]


async def names(nodes: NodeLists) -> list[str]:
    return [node.instance_id for node in await listed(nodes)]


def operations(ask: PlainAsk) -> list[str]:
    return [operation for operation, _ in ask.asked]


async def test_pages_are_as_large_as_they_may_be_and_all_are_asked_for() -> None:
    pages = [entries("mi-1", token="a"), entries("mi-2", token="b"), entries("mi-3")]
    ask = PlainAsk({"DescribeInstanceProperties": pages})
    assert await names(lists(ask, StillClock())) == ["mi-1", "mi-2", "mi-3"]
    assert [parameters for _, parameters in ask.asked] == [
        {"MaxResults": 1000},
        {"MaxResults": 1000, "NextToken": "a"},
        {"MaxResults": 1000, "NextToken": "b"},
    ]


@pytest.mark.parametrize("refusal", [NO, UNKNOWN])
async def test_where_properties_are_refused_information_is_asked_for_from_then_on(
    refusal: Trouble,
) -> None:
    ask = PlainAsk(
        {
            "DescribeInstanceProperties": [refusal],
            "DescribeInstanceInformation": [
                entries("mi-1", token="a"),
                entries("mi-2"),
                entries("mi-1"),
            ],
        }
    )
    nodes = lists(ask, StillClock())
    assert await names(nodes) == ["mi-1", "mi-2"]
    assert await names(nodes) == ["mi-1"]
    assert operations(ask) == ["DescribeInstanceProperties"] + ["DescribeInstanceInformation"] * 3
    assert ask.asked[2][1] == {"MaxResults": 50, "NextToken": "a"}


@pytest.mark.parametrize("trouble", [Throttled("slow"), Refused("oops", code="ServerException")])
async def test_what_passes_by_itself_is_no_reason_to_ask_otherwise(trouble: Trouble) -> None:
    ask = PlainAsk({"DescribeInstanceProperties": [trouble, entries("mi-1")]})
    nodes = lists(ask, StillClock())
    with pytest.raises(type(trouble)):
        await names(nodes)
    assert await names(nodes) == ["mi-1"]


async def test_both_refused_is_a_refusal_each_time() -> None:
    ask = PlainAsk({"DescribeInstanceProperties": [NO], "DescribeInstanceInformation": [NO]})
    nodes = lists(ask, StillClock())
    for _ in range(2):
        with pytest.raises(NotAllowed):
            await names(nodes)
    assert operations(ask)[2] == "DescribeInstanceProperties"


async def test_a_look_is_the_first_page_of_the_listing() -> None:
    ask = PlainAsk({"DescribeInstanceProperties": [entries("mi-1", token="a"), entries("mi-2")]})
    nodes = lists(ask, StillClock())
    assert await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    assert await names(nodes) == ["mi-1", "mi-2"]
    assert len(ask.asked) == 2
    assert await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    assert len(ask.asked) == 2


async def test_a_look_that_is_too_old_is_no_first_page() -> None:
    clock = StillClock()
    ask = PlainAsk({"DescribeInstanceProperties": [entries("mi-1"), entries("mi-2")]})
    nodes = lists(ask, clock)
    assert await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    clock.now += 120.0
    assert await names(nodes) == ["mi-2"]


async def test_a_region_without_nodes_is_looked_at_again_after_a_while() -> None:
    clock = StillClock()
    ask = PlainAsk({"DescribeInstanceProperties": [entries(), entries("mi-1")]})
    nodes = lists(ask, clock)
    assert not await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    assert not await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    clock.now += 90.0
    assert await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    assert len(ask.asked) == 2


def wanted(*instances: str) -> Mapping[str, object]:
    """How the tags of these are asked for."""
    return {"Filters": [{"Name": "instance-id", "Values": list(instances)}], "MaxResults": 1000}


async def test_tags_come_after_the_nodes_and_name_those_that_have_no_name() -> None:
    clock = StillClock()
    ask = PlainAsk(
        {
            "DescribeInstanceProperties": [entries("i-1", "mi-1")],
            "DescribeInstances": [instances(i_1={"team": "ops", "Name": "web"}, i_9={"a": "b"})],
        }
    )
    nodes = lists(ask, clock)
    batches = [batch async for batch in nodes.list(PLACE, GROUP, ACCOUNT)]
    assert [[node.name for node in batch] for batch in batches] == [["i-1", "mi-1"], ["web"]]
    (tagged,) = batches[1]
    assert tagged.tags == (("Name", "web"), ("team", "ops"))
    assert ask.asked[1][1] == wanted("i-1")
    batches = [batch async for batch in nodes.list(PLACE, GROUP, ACCOUNT)]
    assert [[node.name for node in batch] for batch in batches] == [["web", "mi-1"]]
    assert operations(ask).count("DescribeInstances") == 1


async def test_tags_are_asked_for_rarely_and_those_of_new_nodes_sooner() -> None:
    clock = StillClock()
    ask = PlainAsk(
        {
            "DescribeInstanceProperties": [entries("i-1"), entries("i-1", "i-2")],
            "DescribeInstances": [instances()],
        }
    )
    nodes = lists(ask, clock)
    asked = []
    for seconds in (0.0, 5.0, 30.0, 30.0, 900.0):
        clock.now += seconds
        ask.asked.clear()
        await names(nodes)
        asked.append([one for name, one in ask.asked if name == "DescribeInstances"])
    assert asked == [[wanted("i-1")], [], [wanted("i-2")], [], [wanted("i-1", "i-2")]]


async def test_tags_that_are_refused_cost_the_nodes_nothing() -> None:
    ask = PlainAsk({"DescribeInstanceProperties": [entries("i-1")], "DescribeInstances": [NO]})
    nodes = lists(ask, StillClock())
    assert await names(nodes) == ["i-1"]
    assert await names(nodes) == ["i-1"]
    assert operations(ask).count("DescribeInstances") == 1


async def test_many_instances_are_asked_for_in_as_many_filters_as_it_takes() -> None:
    many = [f"i-{number:04}" for number in range(450)]
    ask = PlainAsk(
        {"DescribeInstanceProperties": [entries(*many)], "DescribeInstances": [instances()]}
    )
    assert await names(lists(ask, StillClock())) == many
    assert operations(ask).count("DescribeInstances") == 3


def of_org(account: str, name: str, token: str = "") -> Reply:
    node = {
        "Id": name,
        "Owner": {"AccountId": account},
        "Region": "eu-west-1",
        "NodeType": {"Instance": {"ManagedStatus": "Managed"}},
    }
    return {"Nodes": [node], "NextToken": token} if token else {"Nodes": [node]}


async def test_the_organization_tells_the_nodes_of_every_place_in_one_chain() -> None:
    clock = StillClock()
    chain = [of_org("9" * 12, "mi-9", token="a"), of_org(ACCOUNT, "mi-1"), of_org(ACCOUNT, "mi-2")]
    ask = PlainAsk({"ListNodes": chain})
    nodes = lists(ask, clock, org=True)
    assert await nodes.has_nodes(PLACE, GROUP, ACCOUNT)
    assert await names(nodes) == ["mi-1"]
    assert not await nodes.has_nodes(PLACE, GROUP, "000000000000")
    assert len(ask.asked) == 2
    assert ask.asked[0][1] == {"SyncName": "AWS-QuickSetup-ManagedNode", "MaxResults": 50}
    clock.now += 61.0
    assert await names(nodes) == ["mi-2"]


async def test_without_the_organization_each_region_is_asked_by_itself() -> None:
    clock = StillClock()
    ask = PlainAsk(
        {
            "ListNodes": [Refused("no sync", code="ResourceDataSyncNotFoundException")],
            "DescribeInstanceProperties": [entries("mi-1")],
        }
    )
    nodes = lists(ask, clock, org=True)
    assert await names(nodes) == ["mi-1"]
    assert await names(nodes) == ["mi-1"]
    assert operations(ask).count("ListNodes") == 1
    clock.now += 601.0
    await names(nodes)
    assert operations(ask).count("ListNodes") == 2
