"""Nodes, regions and passwords from their answers."""

import pytest

from tests.aws.plain import PLACE, REGION, PlainAsk
from tui.aws.ec2 import parse_regions, password_data
from tui.aws.ssm import group_of, parse_node, parse_org_node
from tui.errors import Trouble
from tui.model.status import Health

GROUP = group_of(REGION)


def test_a_node_hangs_under_the_group_and_its_address_under_the_region() -> None:
    node = parse_node(
        {
            "InstanceId": "i-0123",
            "PingStatus": "ConnectionLost",
            "PlatformType": "Windows",
            "ComputerName": "WIN-1",
            "IPAddress": "10.0.0.9",
            "LastPingDateTime": 1_700_000_000.0,
            "IsLatestVersion": False,
        },
        GROUP,
    )
    assert node is not None
    assert (node.address, node.parent) == ("prod/eu-west-1/i-0123", GROUP.address)
    assert (node.name, node.hostname, node.is_windows) == ("i-0123", "WIN-1", True)
    assert (node.status.health, node.agent_latest) == (Health.BAD, False)


def test_a_hybrid_machine_goes_by_the_name_of_its_activation() -> None:
    node = parse_node({"InstanceId": "mi-0a", "Name": "warehouse-pi"}, GROUP)
    assert node is not None
    assert (node.name, node.address, node.is_hybrid) == (
        "warehouse-pi",
        "prod/eu-west-1/mi-0a",
        True,
    )
    assert parse_node({"Name": "nobody"}, GROUP) is None


def test_a_node_of_the_organization_says_whose_it_is_and_reads_as_any_other() -> None:
    instance = {"InstanceStatus": "running", "ManagedStatus": "Managed", "ComputerName": "web-1"}
    one = {
        "Id": "i-1",
        "Owner": {"AccountId": "111122223333"},
        "Region": "eu-west-1",
        "NodeType": {"Instance": {**instance, "IpAddress": "10.0.0.1", "PlatformType": "Linux"}},
    }
    found = parse_org_node(one)
    assert found is not None
    assert found[:2] == ("111122223333", "eu-west-1")
    node = parse_node(found[2], GROUP)
    assert node is not None
    assert (node.ping, node.hostname, node.private_ip) == ("Online", "web-1", "10.0.0.1")
    assert parse_org_node({**one, "Owner": 7}) is None
    assert parse_org_node({}) is None
    assert parse_org_node({**one, "NodeType": "?"}) is not None


def test_only_regions_that_may_be_used_are_taken() -> None:
    answer = {
        "Regions": [
            {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
            {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
            {"RegionName": "eu-south-1", "OptInStatus": "opted-in"},
            {"RegionName": "us-east-1"},
            {},
        ]
    }
    assert parse_regions(answer) == ["eu-south-1", "us-east-1"]


@pytest.mark.parametrize(
    ("said", "octets"),
    [("\r\nAQID\r\n", b"\x01\x02\x03"), ("", b""), (None, b""), ("no base64!", b""), (7, b"")],
)
async def test_password_data_comes_in_base64_or_not_at_all(said: object, octets: bytes) -> None:
    ask = PlainAsk({"GetPasswordData": [{"InstanceId": "i-1", "PasswordData": said}]})
    if octets:
        assert await password_data(ask, PLACE, "i-1") == octets
    else:
        with pytest.raises(Trouble, match="no password for i-1"):
            await password_data(ask, PLACE, "i-1")
    assert ask.asked[0][1] == {"InstanceId": "i-1"}
