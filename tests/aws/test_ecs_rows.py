"""ECS's dicts as rows, whole and broken."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.aws.plain import REGION, SHOP, task_row
from tui.aws.ecs_rows import parse_cluster, parse_containers, parse_service, parse_task
from tui.model.status import Health

API = "prod/eu-west-1/shop/api"
TASK = {
    "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/shop/3f2a91",
    "group": "service:api",
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7",
    "launchType": "FARGATE",
    "lastStatus": "RUNNING",
    "desiredStatus": "RUNNING",
    "healthStatus": "HEALTHY",
    "enableExecuteCommand": True,
    "platformFamily": "Linux",
    "platformVersion": "1.4.0",
    "cpu": "256",
    "memory": "512",
    "availabilityZone": "eu-west-1a",
    "createdAt": 1_700_000_000.0,
    "startedAt": 1_700_000_060.0,
    "attachments": [
        {"type": "eni", "details": [{"name": "privateIPv4Address", "value": "10.0.1.2"}]}
    ],
    "containers": [
        {
            "name": "app",
            "runtimeId": "3f2a91-123",
            "image": "shop/api:1.4",
            "lastStatus": "RUNNING",
            "healthStatus": "HEALTHY",
            "networkBindings": [{"containerPort": 8080}, {"containerPort": 8080}],
            "managedAgents": [
                {"name": "SomethingElse", "lastStatus": "STOPPED"},
                {"name": "ExecuteCommandAgent", "lastStatus": "PENDING", "reason": "wait"},
            ],
        },
        {"name": "log-router", "lastStatus": "RUNNING"},
    ],
}


def test_a_task_of_a_service_hangs_under_it_and_says_what_aws_said() -> None:
    task = parse_task(TASK, SHOP, frozenset({API}))
    assert task is not None
    assert (task.address, task.parent, task.service) == (f"{API}/3f2a91", API, "api")
    assert (task.task_definition, task.platform) == ("api:7", "Linux 1.4.0")
    assert (task.private_ip, task.zone) == ("10.0.1.2", "eu-west-1a")
    assert (task.status.word, task.status.health) == ("HEALTHY", Health.OK)
    assert (task.exec_enabled, task.started_at) == (True, 1_700_000_060.0)


def test_its_containers_know_their_exec_agent_by_name_and_the_target_of_a_session() -> None:
    task = parse_task(TASK, SHOP, frozenset({API}))
    assert task is not None
    app, router = parse_containers(TASK, task)
    assert (app.address, app.parent) == (f"{API}/3f2a91/app", task.address)
    assert (app.agent_status, app.agent_reason) == ("PENDING", "wait")
    assert (app.ports, app.private_ip, app.task_definition) == ((8080,), "10.0.1.2", "api:7")
    assert app.ssm_target == "ecs:shop_3f2a91_3f2a91-123"
    assert (router.agent_status, router.runtime_id, router.exec_enabled) == ("", "", True)


@pytest.mark.parametrize("runtime", ["", "3f2a91-7", "8b1d" * 16, "3f2a917"])
def test_a_runtime_id_is_what_aws_says(runtime: str) -> None:
    task = parse_task(TASK, SHOP, frozenset({API}))
    assert task is not None
    [one] = parse_containers({"containers": [{"name": "app", "runtimeId": runtime}]}, task)
    assert one.runtime_id == runtime
    assert one.task_arn == task.arn == TASK["taskArn"]


def test_containers_know_the_key_that_their_clusters_sessions_are_encrypted_with() -> None:
    for key in ("", "arn:aws:kms:eu-west-1:111122223333:key/k"):
        task = parse_task(TASK, replace(SHOP, exec_kms_key=key), frozenset({API}))
        assert task is not None
        assert [one.exec_kms_key for one in parse_containers(TASK, task)] == [key, key]


def test_a_task_whose_service_is_not_listed_keeps_its_address_and_hangs_under_the_cluster() -> None:
    task = parse_task(TASK, SHOP, frozenset())
    assert task is not None
    assert (task.address, task.parent) == (f"{API}/3f2a91", SHOP.address)


def test_a_standalone_task_hangs_under_the_cluster() -> None:
    task = parse_task({**TASK, "group": "family:api"}, SHOP, frozenset({API}))
    assert task is not None
    assert (task.address, task.parent) == (f"{SHOP.address}/3f2a91", SHOP.address)
    assert task.service == ""


def stopped(code: str, reason: str, exit_code: int) -> Health:
    one = {
        **TASK,
        "lastStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "containers": [{"name": "app", "lastStatus": "STOPPED", "exitCode": exit_code}],
    }
    task = parse_task(one, SHOP, frozenset())
    assert task is not None
    (container,) = parse_containers(one, task)
    assert container.exit_code == exit_code
    return task.status.health


def test_a_stopped_task_is_bad_only_when_something_went_wrong() -> None:
    assert stopped("EssentialContainerExited", "Essential container exited", 1) is Health.BAD
    assert stopped("EssentialContainerExited", "Essential container exited", 0) is Health.OFF
    assert stopped("TaskFailedToStart", "CannotPullContainerError", 0) is Health.BAD
    assert stopped("ServiceSchedulerInitiated", "Scaling activity initiated", 143) is Health.OFF
    assert (
        stopped("ServiceSchedulerInitiated", "Task failed container health checks", 137)
        is Health.BAD
    )
    assert stopped("UserInitiated", "Stopped by ada", 143) is Health.OFF


def test_a_cluster_tells_its_counts_and_how_sessions_are_kept() -> None:
    execution = {"kmsKeyId": "alias/exec", "logging": "OVERRIDE"}
    cluster = parse_cluster(
        {
            "clusterArn": SHOP.arn,
            "clusterName": "shop",
            "status": "ACTIVE",
            "runningTasksCount": 4,
            "activeServicesCount": 2,
            "configuration": {"executeCommandConfiguration": execution},
        },
        REGION,
    )
    assert cluster is not None
    assert (cluster.address, cluster.running, cluster.services) == (SHOP.address, 4, 2)
    assert (cluster.exec_kms_key, cluster.exec_logging) == ("alias/exec", "OVERRIDE")


def test_a_service_tells_its_rollout_and_its_newest_event() -> None:
    service = parse_service(
        {
            "serviceArn": "arn:aws:ecs:eu-west-1:1:service/shop/api",
            "serviceName": "api",
            "status": "ACTIVE",
            "desiredCount": 3,
            "runningCount": 1,
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}],
            "deployments": [
                {"status": "ACTIVE", "rolloutState": "COMPLETED"},
                {"status": "PRIMARY", "rolloutState": "FAILED", "rolloutStateReason": "breaker"},
            ],
            "events": [{"message": "newest"}, {"message": "older"}],
        },
        SHOP,
    )
    assert service is not None
    assert (service.rollout, service.event) == ("FAILED: breaker", "newest")
    assert (service.status.word, service.launch_type) == ("failed 1/3", "FARGATE_SPOT")


def test_what_has_no_name_is_no_row() -> None:
    assert parse_task({}, SHOP, frozenset()) is None
    assert parse_service({}, SHOP) is None
    assert parse_cluster({}, REGION) is None
    assert parse_containers({"containers": [{}]}, task_row()) == []


def test_a_hostile_name_stays_one_part_of_the_address() -> None:
    one = {**TASK, "containers": [{"name": "../../etc/%2f\x1b[2J"}]}
    (container,) = parse_containers(one, task_row())
    assert container.address.count("/") == task_row().address.count("/") + 1
    assert "\x1b" not in container.address


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
words = json.dumps(TASK).replace('"', " ").split()
more = ["clusterArn", "serviceArn", "deployments", "events", "configuration", "networkInterfaces"]
keys = st.sampled_from(sorted({*words, *more}))
wild = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from([*TASK, "clusterArn", "serviceArn", "deployments"]), wild))
def test_no_answer_makes_the_parsers_stumble(answer: dict[str, object]) -> None:
    parse_cluster(answer, REGION)
    parse_service(answer, SHOP)
    task = parse_task(answer, SHOP, frozenset({API}))
    parse_containers(answer, task or task_row())
