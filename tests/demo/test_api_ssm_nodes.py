"""ListNodes: one account and region for most, the whole organization for its management account."""

from typing import Any

import pytest

from tests.demo.ask import Asker
from tui.demo.faults import Fault
from tui.demo.world.world import Site

SYNC = "AWS-QuickSetup-ManagedNode"


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _nodes(asker: Asker, site: Site, **params: object) -> list[Any]:
    return asker.all(site, "ssm:ListNodes", "Nodes", "NextToken", **params)


def _filter(key: str, *values: str, how: str = "Equal") -> dict[str, object]:
    return {"Key": key, "Values": list(values), "Type": how}


def test_everybody_sees_the_nodes_of_the_own_account_and_region(asker: Asker) -> None:
    for site in asker.sites:
        found = _nodes(asker, site, MaxResults=2)
        assert [one["Id"] for one in found] == list(site.nodes)
        assert {one["Owner"]["AccountId"] for one in found} == {site.account.number}
        assert {one["Region"] for one in found} == {site.region}


@pytest.mark.parametrize("size", [1, 7, 50])
def test_the_management_account_sees_them_all(asker: Asker, size: int) -> None:
    found = _nodes(asker, asker.sites[0], SyncName=SYNC, MaxResults=size)
    told = [(one["Owner"]["AccountId"], one["Region"], one["Id"]) for one in found]
    every = [(*at, node) for at, site in asker.world.sites.items() for node in site.nodes]
    assert len(set(told)) == len(told)
    assert set(told) == set(every)


def test_a_node_is_told_with_what_systems_manager_knows(asker: Asker) -> None:
    site = asker.sites[0]
    for one in _nodes(asker, site):
        node, instance = site.nodes[one["Id"]], one["NodeType"]["Instance"]
        assert instance["Name"] == node.name
        assert instance["PlatformType"] == ("Windows" if node.windows else "Linux")
        assert instance["ResourceType"] == ("ManagedInstance" if node.hybrid else "EC2Instance")
        assert instance["ManagedStatus"] == "Managed"


def test_filters_narrow_and_are_combined(asker: Asker) -> None:
    site, last = asker.sites[0], asker.sites[-1]

    def found(*filters: dict[str, object]) -> set[tuple[str, str]]:
        given = {"Filters": list(filters)} if filters else {}
        nodes = _nodes(asker, site, SyncName=SYNC, **given)
        return {(one["Region"], one["Id"]) for one in nodes}

    account = _filter("AccountId", last.account.number)
    region = _filter("Region", last.region)
    assert found(account, region) == {(last.region, node) for node in last.nodes}
    elsewhere = found(account, _filter("Region", last.region, how="NotEqual"))
    assert elsewhere
    assert last.region not in {one[0] for one in elsewhere}
    hybrid = found(_filter("InstanceId", "mi-", how="BeginWith"))
    assert hybrid == found(_filter("ResourceType", "ManagedInstance"))
    assert hybrid == found(_filter("ResourceType", "EC2Instance", how="NotEqual"))
    assert found(_filter("PlatformType", "Windows", "Linux")) == found()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"SyncName": "mine"}, "ResourceDataSyncNotFoundException"),
        ({"Filters": [_filter("AvailabilityZoneId", "euw1-az1")]}, "InvalidFilter"),
        ({"Filters": [_filter("Colour", "blue")]}, "ValidationException"),
        ({"MaxResults": 51}, "ValidationException"),
        ({"MaxResults": 0}, "ValidationException"),
        ({"NextToken": "made up"}, "InvalidNextToken"),
    ],
)
def test_refusals(asker: Asker, params: dict[str, object], code: str) -> None:
    with pytest.raises(Fault) as refused:
        asker.ask(asker.sites[0], "ssm:ListNodes", **params)
    assert refused.value.code == code


def test_other_accounts_have_no_such_sync(asker: Asker) -> None:
    with pytest.raises(Fault, match="ResourceDataSyncNotFound"):
        asker.ask(asker.sites[-1], "ssm:ListNodes", SyncName=SYNC)


def test_properties_tell_what_ec2_knows(asker: Asker) -> None:
    for site in asker.sites:
        answer = asker.ask(site, "ssm:DescribeInstanceProperties", MaxResults=1_000)
        assert "NextToken" not in answer
        for one in answer["InstanceProperties"]:
            node = site.nodes[one["InstanceId"]]
            assert (one["Name"], one["InstanceState"]) == (node.name, node.state)
            assert one.get("InstanceType") == (None if node.hybrid else node.instance_type)
            assert one["Architecture"] in ("arm64", "x86_64")
            assert one["PingStatus"] == site.ping(node)[0]
            assert one.get("AvailabilityZone") == (None if node.hybrid else node.zone)


@pytest.mark.parametrize(("params", "size"), [({}, 50), ({"MaxResults": 1_000}, 1_000)])
def test_pages_of_properties(params: dict[str, object], size: int) -> None:
    asker = Asker(fleet=40_000)
    site = max(asker.sites, key=lambda one: len(one.nodes))
    answer = asker.ask(site, "ssm:DescribeInstanceProperties", **params)
    assert len(answer["InstanceProperties"]) == min(size, len(site.nodes))
    assert len(site.nodes) > 50
