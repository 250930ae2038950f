"""ECS answers and refuses as ECS does."""

import pytest

from tests.demo.ask import Asker
from tui.demo.api.call import Answer
from tui.demo.api.ecs_exec import DISABLED, NOT_CONNECTED
from tui.demo.faults import Fault
from tui.demo.world.cluster import Cluster
from tui.demo.world.spec import EC2, FARGATE, Trait
from tui.demo.world.task import Task
from tui.demo.world.world import Site


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _describe(asker: Asker, site: Site, cluster: Cluster, task: Task) -> Answer:
    answer = asker.ask(site, "ecs:DescribeTasks", cluster=cluster.spec.name, tasks=[task.id])
    found: Answer = answer["tasks"][0]
    return found


def _exec(asker: Asker, site: Site, cluster: Cluster, task: Task, **more: object) -> Answer:
    given = {"container": task.spec.containers[0].name, "interactive": True, **more}
    if given["container"] is None:
        del given["container"]
    return asker.ask(
        site,
        "ecs:ExecuteCommand",
        cluster=cluster.spec.name,
        task=task.id,
        command="/bin/sh",
        **given,
    )


@pytest.mark.parametrize(
    ("action", "params", "code", "words"),
    [
        ("DescribeTasks", {"tasks": ["x"] * 101}, "InvalidParameterException", "100"),
        ("DescribeTasks", {"tasks": []}, "InvalidParameterException", "empty"),
        ("DescribeServices", {"services": ["x"] * 11}, "InvalidParameterException", "10"),
        ("DescribeClusters", {"clusters": ["x"] * 101}, "InvalidParameterException", "100"),
        ("ListTasks", {"maxResults": 101}, "InvalidParameterException", "maxResults"),
        ("ListTasks", {"maxResults": 0}, "InvalidParameterException", "maxResults"),
        ("ListTasks", {"nextToken": "made up"}, "InvalidParameterException", "token"),
        ("ListTasks", {"serviceName": "nope"}, "ServiceNotFoundException", "not found"),
        ("ListTasks", {"serviceName": "api", "family": "x"}, "InvalidParameterException", "both"),
        ("ListTasks", {"cluster": "nope"}, "ClusterNotFoundException", "Cluster not found."),
        (
            "ListTasks",
            {"cluster": "arn:aws:ecs:x:1:cluster/payments"},
            "ClusterNotFoundException",
            "",
        ),
        ("UpdateService", {"service": "nope"}, "ServiceNotFoundException", ""),
        ("StopTask", {"task": "nope"}, "InvalidParameterException", "not found"),
        ("DescribeTaskDefinition", {"taskDefinition": "nope"}, "ClientException", "Unable"),
        ("DescribeTaskDefinition", {"taskDefinition": "a:b:c"}, "ClientException", "Unable"),
    ],
)
def test_refusals(
    asker: Asker, action: str, params: dict[str, object], code: str, words: str
) -> None:
    given = params if action == "DescribeTaskDefinition" else {"cluster": "payments", **params}
    if action == "DescribeClusters":
        given = params
    with pytest.raises(Fault) as refused:
        asker.ask(asker.sites[0], f"ecs:{action}", **given)
    assert refused.value.code == code
    assert words in refused.value.message


def test_without_a_cluster_the_default_one_is_meant(asker: Asker) -> None:
    with pytest.raises(Fault, match="Cluster not found"):
        asker.ask(asker.sites[0], "ecs:ListTasks")


def test_what_does_not_exist_is_a_failure_beside_what_does(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    name = cluster.spec.name
    tasks = asker.ask(site, "ecs:DescribeTasks", cluster=name, tasks=[task.id, "f" * 32])
    assert [one["taskArn"] for one in tasks["tasks"]] == [cluster.task_arn(task)]
    assert [one["reason"] for one in tasks["failures"]] == ["MISSING"]
    services = asker.ask(
        site, "ecs:DescribeServices", cluster=name, services=["nope", task.service]
    )
    assert services["failures"][0]["arn"].endswith("service/nope")
    assert services["services"][0]["serviceName"] == task.service
    clusters = asker.ask(site, "ecs:DescribeClusters", clusters=["nope", name])
    assert len(clusters["failures"]) == len(clusters["clusters"]) == 1


def test_a_region_that_is_not_in_use_refuses_every_key(asker: Asker) -> None:
    site = asker.sites[0]
    place = site.place
    object.__setattr__(place, "region", "sa-east-1")
    with pytest.raises(Fault, match="UnrecognizedClientException"):
        asker.ask(site, "ecs:ListClusters")


def test_lists_are_filtered(asker: Asker) -> None:
    for site, cluster in asker.clusters():
        name = cluster.spec.name
        of_services: list[str] = []
        for service in cluster.services:
            of_services += asker.all(
                site, "ecs:ListTasks", "taskArns", "nextToken", cluster=name, serviceName=service
            )
        every = asker.all(
            site, "ecs:ListTasks", "taskArns", "nextToken", cluster=name, maxResults=3
        )
        assert set(of_services) < set(every) or not cluster.spec.standalone
        by_launch = [
            asker.all(
                site, "ecs:ListTasks", "taskArns", "nextToken", cluster=name, launchType=launch
            )
            for launch in (EC2, FARGATE)
        ]
        assert sorted(by_launch[0] + by_launch[1]) == sorted(every)
        for one in cluster.spec.standalone:
            family = asker.ask(site, "ecs:ListTasks", cluster=name, family=one.family)["taskArns"]
            task = asker.ask(site, "ecs:DescribeTasks", cluster=name, tasks=family)["tasks"][0]
            assert task["group"] == f"family:{one.family}"


def test_tasks_of_a_container_instance(asker: Asker) -> None:
    site, cluster = next((s, c) for s, c in asker.clusters() if c.spec.instances)
    name = cluster.spec.name
    arns = asker.ask(site, "ecs:ListContainerInstances", cluster=name)["containerInstanceArns"]
    found = [
        asker.ask(site, "ecs:ListTasks", cluster=name, containerInstance=arn)["taskArns"]
        for arn in arns
    ]
    hosted = [cluster.task_arn(t) for t in cluster.tasks.values() if t.instance >= 0]
    assert sorted(arn for some in found for arn in some) == sorted(hosted)
    described = asker.ask(
        site, "ecs:DescribeContainerInstances", cluster=name, containerInstances=arns
    )["containerInstances"]
    assert [one["runningTasksCount"] for one in described] == [len(some) for some in found]
    nobody = asker.ask(site, "ecs:ListTasks", cluster=name, containerInstance="nope")["taskArns"]
    assert nobody == []


def test_a_fargate_task_tells_its_network_and_runtime_ids(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    assert task.spec.launch == FARGATE
    told = _describe(asker, site, cluster, task)
    details = {one["name"]: one["value"] for one in told["attachments"][0]["details"]}
    for container in told["containers"]:
        head, _, digits = container["runtimeId"].rpartition("-")
        assert (head, len(digits)) == (task.id, 10)
        assert (
            container["networkInterfaces"][0]["privateIpv4Address"]
            == (details["privateIPv4Address"])
        )
    assert told["startedBy"].startswith("ecs-svc/")
    assert told["group"] == f"service:{task.service}"
    assert ".dkr.ecr." in told["containers"][0]["image"]


def test_a_bridge_task_tells_its_host_ports(asker: Asker) -> None:
    site, cluster, task = next(
        (s, c, t)
        for s, c in asker.clusters()
        for t in c.tasks.values()
        if t.spec.network == "bridge"
    )
    told = _describe(asker, site, cluster, task)
    assert told["containerInstanceArn"].startswith("arn:aws:ecs:")
    binding = told["containers"][0]["networkBindings"][0]
    assert binding["containerPort"] == task.spec.containers[0].ports[0]
    assert len(told["containers"][0]["runtimeId"]) == 64


def test_exec_gives_a_session(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    answer = _exec(asker, site, cluster, task)
    assert answer["session"]["sessionId"].startswith("ecs-execute-command-")
    assert answer["taskArn"] == cluster.task_arn(task)
    runtime = _describe(asker, site, cluster, task)["containers"][0]["runtimeId"]
    row = asker.porter.sessions(site.account.number, site.region, active=True)[0]
    assert row.target == f"ecs:{cluster.spec.name}_{task.id}_{runtime}"
    assert asker.porter.commands == ["/bin/sh"]


@pytest.mark.parametrize(
    ("trait", "code", "message"),
    [
        (Trait.EXEC_OFF, "InvalidParameterException", DISABLED),
        (Trait.EXEC_LATE, "InvalidParameterException", DISABLED),
        (Trait.AGENT_STOPPED, "InvalidParameterException", DISABLED),
        (Trait.READONLY, "InvalidParameterException", DISABLED),
        (Trait.AGENT_PENDING, "TargetNotConnectedException", NOT_CONNECTED),
    ],
)
def test_exec_refuses_as_ecs_does(asker: Asker, trait: Trait, code: str, message: str) -> None:
    site, cluster, task = asker.task(trait)
    with pytest.raises(Fault) as refused:
        _exec(asker, site, cluster, task)
    assert (refused.value.code, refused.value.message) == (code, message)
    assert not asker.porter.rows


@pytest.mark.parametrize(
    "more", [{"interactive": False}, {"container": "nope"}, {"container": None}]
)
def test_exec_wants_an_interactive_command_in_a_named_container(
    asker: Asker, more: dict[str, object]
) -> None:
    site, cluster, task = next(
        (s, c, t)
        for s, c in asker.clusters()
        for t in c.tasks.values()
        if t.reachable and len(t.spec.containers) > 1
    )
    with pytest.raises(Fault, match="InvalidParameterException"):
        _exec(asker, site, cluster, task, **more)


def test_a_single_container_needs_no_name(asker: Asker) -> None:
    site, cluster, task = next(
        (s, c, t)
        for s, c in asker.clusters()
        for t in c.tasks.values()
        if t.reachable and len(t.spec.containers) == 1
    )
    answer = _exec(asker, site, cluster, task, container=None)
    assert answer["containerName"] == task.spec.containers[0].name


def test_a_forced_deployment_turns_exec_on(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.EXEC_OFF)
    name, service = cluster.spec.name, task.service
    told = asker.ask(
        site,
        "ecs:UpdateService",
        cluster=name,
        service=service,
        enableExecuteCommand=True,
        forceNewDeployment=True,
    )["service"]
    assert told["enableExecuteCommand"]
    assert [one["status"] for one in told["deployments"]] == ["PRIMARY", "ACTIVE"]
    asker.clock.advance(240)
    arns = asker.ask(site, "ecs:ListTasks", cluster=name, serviceName=service)["taskArns"]
    tasks = asker.ask(site, "ecs:DescribeTasks", cluster=name, tasks=arns)["tasks"]
    assert all(one["enableExecuteCommand"] for one in tasks)
    assert len(tasks) == told["desiredCount"]


def test_a_stopped_task_says_who_stopped_it_and_is_replaced(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    name = cluster.spec.name
    told = asker.ask(site, "ecs:StopTask", cluster=name, task=task.id, reason="for the test")
    assert told["task"]["desiredStatus"] == "STOPPED"
    stopped = asker.ask(site, "ecs:ListTasks", cluster=name, desiredStatus="STOPPED")["taskArns"]
    assert cluster.task_arn(task) in stopped
    asker.clock.advance(120)
    told = _describe(asker, site, cluster, task)
    assert told["lastStatus"] == "STOPPED"
    assert (told["stopCode"], told["stoppedReason"]) == ("UserInitiated", "for the test")
    assert told["containers"][0]["exitCode"] == 143
    service = cluster.services[task.service]
    running = [t for t in service.alive() if t.status == "RUNNING"]
    assert len(running) == service.desired


def test_scaling_to_zero_stops_all(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.PLAIN)
    params = {"cluster": cluster.spec.name, "service": task.service}
    asker.ask(site, "ecs:UpdateService", desiredCount=0, **params)
    asker.clock.advance(60)
    told = asker.ask(
        site, "ecs:DescribeServices", cluster=cluster.spec.name, services=[task.service]
    )["services"][0]
    assert (told["desiredCount"], told["runningCount"], told["pendingCount"]) == (0, 0, 0)


def test_the_readonly_task_says_so_in_its_definition(asker: Asker) -> None:
    site, cluster, task = asker.task(Trait.READONLY)
    arn = _describe(asker, site, cluster, task)["taskDefinitionArn"]
    told = asker.ask(site, "ecs:DescribeTaskDefinition", taskDefinition=arn)["taskDefinition"]
    assert told["containerDefinitions"][0]["readonlyRootFilesystem"]
    latest = asker.ask(site, "ecs:DescribeTaskDefinition", taskDefinition=told["family"])
    assert latest["taskDefinition"]["family"] == told["family"]


def test_one_cluster_of_ten_has_a_key_for_its_sessions(asker: Asker) -> None:
    keys = {}
    for site, cluster in asker.clusters():
        answer = asker.ask(
            site,
            "ecs:DescribeClusters",
            clusters=[cluster.spec.name],
            include=["CONFIGURATIONS"],
        )
        execution = answer["clusters"][0]["configuration"]["executeCommandConfiguration"]
        task = next(t for t in cluster.tasks.values() if t.reachable)
        _exec(asker, site, cluster, task)
        assert asker.porter.kms_keys[-1] == execution.get("kmsKeyId", "")
        keys[cluster.spec.name] = execution.get("kmsKeyId", "")
    (name,) = [name for name, key in keys.items() if key]
    assert name == "notifications"
    assert keys[name].startswith("arn:aws:kms:eu-central-1:111122223333:key/")
