"""Systems Manager, and the smaller services, answer and refuse as AWS does."""

from typing import Any

import pytest

from tests.demo.ask import Asker
from tui.demo.faults import Fault
from tui.demo.world.names import REGIONS
from tui.demo.world.node import Node
from tui.demo.world.world import Site


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _node(asker: Asker, ping: str) -> tuple[Site, Node]:
    return next(
        (site, node)
        for site in asker.sites
        for node in site.nodes.values()
        if site.ping(node)[0] == ping
    )


def _start(asker: Asker, **more: object) -> tuple[Site, Any]:
    site, node = _node(asker, "Online")
    return site, asker.ask(site, "ssm:StartSession", Target=node.id, **more)


def test_a_session_starts_is_listed_and_ends(asker: Asker) -> None:
    site, told = _start(asker, Reason="to look around")
    assert told["StreamUrl"].startswith("ws://127.0.0.1")
    assert told["TokenValue"]
    active = asker.ask(site, "ssm:DescribeSessions", State="Active")["Sessions"]
    assert [one["SessionId"] for one in active] == [told["SessionId"]]
    assert active[0]["Reason"] == "to look around"
    assert active[0]["Owner"].endswith("user/tester")
    assert asker.ask(site, "ssm:ResumeSession", SessionId=told["SessionId"])["TokenValue"]
    asker.clock.advance(5)
    asker.ask(site, "ssm:TerminateSession", SessionId=told["SessionId"])
    assert not asker.ask(site, "ssm:DescribeSessions", State="Active")["Sessions"]
    past = asker.ask(site, "ssm:DescribeSessions", State="History")["Sessions"]
    assert past[0]["EndDate"] - past[0]["StartDate"] == 5
    assert "TokenValue" not in asker.ask(site, "ssm:ResumeSession", SessionId=told["SessionId"])


@pytest.mark.parametrize("ping", ["ConnectionLost", "Inactive"])
def test_a_lost_node_is_not_connected(asker: Asker, ping: str) -> None:
    site, node = _node(asker, ping)
    with pytest.raises(Fault) as refused:
        asker.ask(site, "ssm:StartSession", Target=node.id)
    assert refused.value.code == "TargetNotConnected"
    assert refused.value.message == f"{node.id} is not connected."


def test_a_node_may_be_taken_offline(asker: Asker) -> None:
    site, node = _node(asker, "Online")
    site.offline.add(node.id)
    answer = asker.ask(site, "ssm:GetConnectionStatus", Target=node.id)
    assert answer["Status"] == "notconnected"


def test_sessions_of_other_accounts_are_neither_seen_nor_ended(asker: Asker) -> None:
    site, told = _start(asker)
    other = next(one for one in asker.sites if one.account != site.account)
    assert not asker.ask(other, "ssm:DescribeSessions", State="Active")["Sessions"]
    asker.ask(other, "ssm:TerminateSession", SessionId=told["SessionId"])
    assert asker.ask(site, "ssm:DescribeSessions", State="Active")["Sessions"]
    with pytest.raises(Fault, match="DoesNotExistException"):
        asker.ask(other, "ssm:ResumeSession", SessionId=told["SessionId"])


def test_sessions_are_filtered_and_paged(asker: Asker) -> None:
    site, first = _start(asker)
    for _ in range(6):
        asker.clock.advance(1)
        _start(asker)
    every = asker.all(
        site, "ssm:DescribeSessions", "Sessions", "NextToken", State="Active", MaxResults=2
    )
    starts = [one["StartDate"] for one in every]
    assert len(every) == 7
    assert starts == sorted(starts, reverse=True)
    for key, value, count in (
        ("SessionId", first["SessionId"], 1),
        ("Target", every[0]["Target"], 7),
        ("Owner", every[0]["Owner"], 7),
        ("Owner", "nobody", 0),
    ):
        filters = [{"key": key, "value": value}]
        some = asker.ask(site, "ssm:DescribeSessions", State="Active", Filters=filters)
        assert len(some["Sessions"]) == count


def test_nodes_are_filtered(asker: Asker) -> None:
    site, node = _node(asker, "Online")

    def ids(key: str, *values: str) -> set[str]:
        filters = [{"Key": key, "Values": list(values)}]
        found = asker.all(
            site,
            "ssm:DescribeInstanceInformation",
            "InstanceInformationList",
            "NextToken",
            Filters=filters,
        )
        return {one["InstanceId"] for one in found}

    assert ids("InstanceIds", node.id) == {node.id}
    assert ids("PlatformTypes", "Linux") | ids("PlatformTypes", "Windows") == set(site.nodes)
    assert node.id in ids("PingStatus", "Online")
    assert ids("tag:Name", node.name) == {node.id}
    with pytest.raises(Fault, match="InvalidFilterKey"):
        ids("Colour", "blue")


def test_a_token_of_one_listing_does_not_fit_another(asker: Asker) -> None:
    site = asker.sites[0]
    token = asker.ask(site, "ssm:DescribeInstanceInformation", MaxResults=5)["NextToken"]
    for action in ("ssm:DescribeInstanceProperties", "ssm:DescribeInstanceInformation"):
        filters = {"Filters": [{"Key": "PingStatus", "Values": ["Online"]}]}
        more = filters if action.endswith("Information") else {}
        with pytest.raises(Fault, match="InvalidNextToken"):
            asker.ask(site, action, NextToken=token, **more)


def test_data_keys_open_in_their_own_context_only(asker: Asker) -> None:
    site, other = asker.sites[0], asker.sites[1]
    context = {"aws:ssm:SessionId": "s-1"}
    made = asker.ask(
        site, "kms:GenerateDataKey", KeyId="alias/s", NumberOfBytes=64, EncryptionContext=context
    )
    assert len(made["Plaintext"]) == 64
    given = {"CiphertextBlob": made["CiphertextBlob"], "EncryptionContext": context}
    assert asker.ask(site, "kms:Decrypt", **given)["Plaintext"] == made["Plaintext"]
    for where, wrong in (
        (site, {**given, "EncryptionContext": {}}),
        (site, {**given, "CiphertextBlob": b"x"}),
        (other, given),
    ):
        with pytest.raises(Fault, match="InvalidCiphertextException"):
            asker.ask(where, "kms:Decrypt", **wrong)


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 40, 100, -1])
def test_a_ciphertext_that_is_cut_or_changed_does_not_open(asker: Asker, cut: int) -> None:
    site = asker.sites[0]
    blob = asker.ask(site, "kms:GenerateDataKey", KeyId="alias/s", NumberOfBytes=64)[
        "CiphertextBlob"
    ]
    assert asker.ask(site, "kms:Decrypt", CiphertextBlob=blob)
    changed = blob[:cut] + bytes([blob[cut] ^ 1]) + blob[cut:][1:]
    for wrong in (blob[:cut] or b"x", changed):
        with pytest.raises(Fault, match="InvalidCiphertextException"):
            asker.ask(site, "kms:Decrypt", CiphertextBlob=wrong)


def test_a_key_is_of_one_account_and_region_and_decrypts_its_own(asker: Asker) -> None:
    site, other = asker.sites[0], asker.sites[-1]
    own = f"arn:aws:kms:{site.region}:{site.account.number}:key/k"
    made = asker.ask(site, "kms:GenerateDataKey", KeyId=own, NumberOfBytes=64)
    given = {"CiphertextBlob": made["CiphertextBlob"]}
    assert asker.ask(site, "kms:Decrypt", KeyId=own, **given)["KeyId"] == own
    with pytest.raises(Fault, match="IncorrectKeyException"):
        asker.ask(site, "kms:Decrypt", KeyId="other", **given)
    with pytest.raises(Fault, match="NotFoundException"):
        asker.ask(other, "kms:GenerateDataKey", KeyId=own, NumberOfBytes=64)


def test_the_session_preferences_of_one_place_name_a_key(asker: Asker) -> None:
    for site in asker.sites:
        node = next(n.id for n in site.nodes.values() if site.ping(n)[0] == "Online")
        asker.ask(site, "ssm:StartSession", Target=node)
    assert asker.porter.kms_keys == [site.session_key for site in asker.sites]
    (site,) = [site for site in asker.sites if site.session_key]
    assert (site.account.name, site.region) == ("staging", "eu-central-1")


def test_roles_of_the_fleet_only_may_be_assumed(asker: Asker) -> None:
    for arn in ("arn:aws:iam::999999999999:role/Demo", "arn:aws:iam::x:role/Demo-and-more"):
        with pytest.raises(Fault) as refused:
            asker.ask(asker.sites[0], "sts:AssumeRole", RoleArn=arn, RoleSessionName="me")
        assert refused.value.code == "AccessDenied"


def test_only_the_management_account_lists_accounts(asker: Asker) -> None:
    with pytest.raises(Fault, match="AccessDeniedException"):
        asker.ask(asker.sites[-1], "organizations:ListAccounts")


def test_regions_in_use_are_told_and_the_others_are_not_opted_in(asker: Asker) -> None:
    site = asker.sites[0]
    used = asker.ask(site, "ec2:DescribeRegions")["Regions"]
    assert {one["RegionName"] for one in used} == set(asker.world.regions(site.account.number))
    every = asker.ask(site, "ec2:DescribeRegions", AllRegions=True)["Regions"]
    assert {one["RegionName"] for one in every} == set(REGIONS)
    with pytest.raises(Fault, match="Invalid region"):
        asker.ask(site, "ec2:DescribeRegions", RegionNames=["moon-1"])


def test_instances_are_filtered(asker: Asker) -> None:
    site = asker.sites[0]
    node = next(node for node in site.nodes.values() if not node.hybrid)

    def found(**params: object) -> list[str]:
        answer = asker.ask(site, "ec2:DescribeInstances", **params)
        return [one["Instances"][0]["InstanceId"] for one in answer["Reservations"]]

    assert found(InstanceIds=[node.id]) == [node.id]
    assert found(Filters=[{"Name": "tag:Name", "Values": [node.name]}]) == [node.id]
    assert found(Filters=[{"Name": "instance-state-name", "Values": ["terminated"]}]) == []
    with pytest.raises(Fault, match="does not exist"):
        found(InstanceIds=["i-0123456789abcdef0"])
    with pytest.raises(Fault, match="filter"):
        found(Filters=[{"Name": "colour", "Values": ["blue"]}])


def test_a_simulated_policy_denies_what_the_conditions_deny(asker: Asker) -> None:
    site = asker.sites[0]
    asker.conditions.deny("ecs:ExecuteCommand")
    answer = asker.ask(
        site,
        "iam:SimulatePrincipalPolicy",
        PolicySourceArn="arn:aws:iam::111122223333:user/captain",
        ActionNames=["ecs:ExecuteCommand", "ecs:ListTasks"],
    )
    decisions = [one["EvalDecision"] for one in answer["EvaluationResults"]]
    assert decisions == ["explicitDeny", "allowed"]
