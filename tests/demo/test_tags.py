"""Tags are told to those who ask for them, and stay the same."""

import pytest

from tests.demo.ask import Asker
from tui.demo.api.call import Answer
from tui.demo.world.names import CLUSTERS, TEAM_OF, TEAMS
from tui.demo.world.spec import Trait


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _tags(answer: Answer) -> dict[str, str]:
    return {one["key"]: one["value"] for one in answer["tags"]}


def test_clusters_services_and_tasks_tell_whose_they_are(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    name, include = cluster.spec.name, ["TAGS"]
    whose = {"team": TEAM_OF[name], "stage": site.account.name}
    told = asker.ask(site, "ecs:DescribeClusters", clusters=[name], include=include)
    assert _tags(told["clusters"][0]) == whose
    given = {"cluster": name, "include": include}
    told = asker.ask(site, "ecs:DescribeServices", services=[task.service], **given)
    service = {**whose, "component": task.service}
    assert _tags(told["services"][0]) == service
    told = asker.ask(site, "ecs:DescribeTasks", tasks=[task.id], **given)
    assert _tags(told["tasks"][0]) == {
        **service,
        "aws:ecs:clusterName": name,
        "aws:ecs:serviceName": task.service,
    }


def test_nobody_is_told_who_does_not_ask(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    name = cluster.spec.name
    given = {"cluster": name}
    for action, member, params in (
        ("DescribeClusters", "clusters", {"clusters": [name], "include": ["SETTINGS"]}),
        ("DescribeServices", "services", {"services": [task.service], **given}),
        ("DescribeTasks", "tasks", {"tasks": [task.id], **given}),
    ):
        assert not asker.ask(site, f"ecs:{action}", **params)[member][0].get("tags")


def test_a_task_of_no_service_has_its_cluster_s(asker: Asker) -> None:
    site, cluster, task = next(
        (site, cluster, task)
        for site, cluster in asker.clusters()
        for task in cluster.tasks.values()
        if not task.service
    )
    given = {"cluster": cluster.spec.name, "tasks": [task.id], "include": ["TAGS"]}
    tags = _tags(asker.ask(site, "ecs:DescribeTasks", **given)["tasks"][0])
    assert set(tags) == {"team", "stage", "aws:ecs:clusterName"}


def test_container_instances_and_instances_have_tags(asker: Asker) -> None:
    site, cluster = next((s, c) for s, c in asker.clusters() if c.spec.instances)
    name = cluster.spec.name
    arns = asker.ask(site, "ecs:ListContainerInstances", cluster=name)["containerInstanceArns"]
    given = {"cluster": name, "containerInstances": arns[:1]}
    told = asker.ask(site, "ecs:DescribeContainerInstances", include=["TAGS"], **given)
    assert _tags(told["containerInstances"][0])["team"] == TEAM_OF[name]
    found = asker.ask(site, "ec2:DescribeInstances")["Reservations"]
    for instance in (one["Instances"][0] for one in found):
        tags = {one["Key"]: one["Value"] for one in instance["Tags"]}
        assert tags["Name"] == site.nodes[instance["InstanceId"]].name
        assert tags["stage"] == site.account.name
        assert tags["team"] in TEAMS
    wanted = [{"Name": "tag:team", "Values": [TEAM_OF[name]]}]
    assert asker.ask(site, "ec2:DescribeInstances", Filters=wanted)["Reservations"]


def test_further_accounts_and_clusters_have_the_same_stages_and_teams() -> None:
    asker = Asker(fleet=20_000)
    site = next(one for one in asker.sites if one.account.name == "payments-staging")
    name = list(site.names)[-1]
    told = asker.ask(site, "ecs:DescribeClusters", clusters=[name], include=["TAGS"])
    assert _tags(told["clusters"][0])["stage"] == "staging"


def test_every_cluster_has_a_team() -> None:
    assert set(TEAM_OF) == set(CLUSTERS)
    assert set(TEAM_OF.values()) <= set(TEAMS)
