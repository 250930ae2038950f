"""Every answer over the whole fleet fits the output shape of botocore's model, at all times."""

from typing import Any

import pytest

from tests.demo.ask import Asker
from tui.demo.api.desk import HANDLERS
from tui.demo.wire.models import operation_model
from tui.demo.world.world import Site

TIMES = [0, 37, 600]


@pytest.fixture(params=TIMES)
def asker(request: pytest.FixtureRequest) -> Asker:
    found = Asker()
    found.clusters()
    found.clock.advance(request.param)
    return found


def _chunks(items: list[Any], size: int) -> list[list[Any]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _ecs(asker: Asker, site: Site, cluster: str) -> None:
    for status in ("RUNNING", "STOPPED"):
        arns = asker.all(
            site, "ecs:ListTasks", "taskArns", "nextToken", cluster=cluster, desiredStatus=status
        )
        for some in _chunks(arns, 100):
            answer = asker.ask(site, "ecs:DescribeTasks", cluster=cluster, tasks=some)
            assert [task["taskArn"] for task in answer["tasks"]] == some
            assert answer["failures"] == []
            for definition in {task["taskDefinitionArn"] for task in answer["tasks"]}:
                told = asker.ask(site, "ecs:DescribeTaskDefinition", taskDefinition=definition)
                assert told["taskDefinition"]["taskDefinitionArn"] == definition
    services = asker.all(site, "ecs:ListServices", "serviceArns", "nextToken", cluster=cluster)
    for some in _chunks(services, 10):
        answer = asker.ask(site, "ecs:DescribeServices", cluster=cluster, services=some)
        assert [one["serviceArn"] for one in answer["services"]] == some
    instances = asker.all(
        site, "ecs:ListContainerInstances", "containerInstanceArns", "nextToken", cluster=cluster
    )
    if instances:
        answer = asker.ask(
            site,
            "ecs:DescribeContainerInstances",
            cluster=cluster,
            containerInstances=instances,
        )
        assert all(one["ec2InstanceId"] in site.nodes for one in answer["containerInstances"])


def test_ecs(asker: Asker) -> None:
    for site in asker.sites:
        arns = asker.all(site, "ecs:ListClusters", "clusterArns", "nextToken", maxResults=1)
        include = ["CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]
        answer = asker.ask(site, "ecs:DescribeClusters", clusters=arns, include=include)
        assert len(answer["clusters"]) == len(arns) == len(site.names)
        for one in answer["clusters"]:
            _ecs(asker, site, one["clusterName"])


def test_nodes_and_instances(asker: Asker) -> None:
    for site in asker.sites:
        for action, member in (
            ("ssm:DescribeInstanceInformation", "InstanceInformationList"),
            ("ssm:DescribeInstanceProperties", "InstanceProperties"),
        ):
            nodes = asker.all(site, action, member, "NextToken", MaxResults=5)
            assert {node["InstanceId"] for node in nodes} == set(site.nodes)
        found = asker.all(site, "ec2:DescribeInstances", "Reservations", "NextToken", MaxResults=5)
        instances = {one["Instances"][0]["InstanceId"] for one in found}
        assert instances == {name for name in site.nodes if name.startswith("i-")}
        for node in site.nodes:
            status = asker.ask(site, "ssm:GetConnectionStatus", Target=node)["Status"]
            assert (status == "connected") is (site.ping(site.nodes[node])[0] == "Online")


def test_logs(asker: Asker) -> None:
    site = asker.sites[0]
    groups = asker.all(site, "logs:DescribeLogGroups", "logGroups", "nextToken", limit=2)
    assert len({one["logGroupName"] for one in groups}) == len(groups) > 4
    for one in groups:
        group = one["logGroupName"]
        streams = asker.all(
            site, "logs:DescribeLogStreams", "logStreams", "nextToken", logGroupName=group, limit=3
        )
        for stream in streams:
            asker.ask(
                site,
                "logs:GetLogEvents",
                logGroupName=group,
                logStreamName=stream["logStreamName"],
                limit=20,
            )
        asker.ask(site, "logs:FilterLogEvents", logGroupName=group, limit=20)


def test_who_and_where(asker: Asker) -> None:
    site = asker.sites[0]
    asker.ask(site, "sts:GetCallerIdentity")
    role = f"arn:aws:iam::{asker.world.accounts[1].number}:role/Demo"
    asker.ask(site, "sts:AssumeRole", RoleArn=role, RoleSessionName="me")
    accounts = asker.all(site, "organizations:ListAccounts", "Accounts", "NextToken", MaxResults=1)
    assert [one["Name"] for one in accounts] == ["prod", "staging", "dev"]
    asker.ask(site, "organizations:DescribeOrganization")
    asker.ask(site, "ec2:DescribeRegions", AllRegions=True)
    me = "arn:aws:iam::111122223333:user/captain"
    asker.ask(
        site, "iam:SimulatePrincipalPolicy", PolicySourceArn=me, ActionNames=["ecs:ListTasks"]
    )


def test_every_handler_belongs_to_an_operation() -> None:
    for service, handlers in HANDLERS.items():
        for name in handlers:
            assert operation_model(service, name) is not None
