import shlex

import pytest

from tests.model.fleet import API, CLUSTER, container, fleet, node, service, task
from tui.errors import AgentOffline, ExecDisabled, NotRunning, SessionTrouble, Unsupported
from tui.model.abilities import (
    Ability,
    forward_wish,
    refusal,
    shell_wish,
    target_for,
)
from tui.model.resource import Resource
from tui.model.store import Store
from tui.model.wish import ExecuteCommand, StartSession


@pytest.mark.parametrize(
    ("resource", "ability", "trouble", "said"),
    [
        (container("app", last_status="STOPPED"), Ability.SHELL, NotRunning, "not running"),
        (container("app", exec_enabled=False), Ability.SHELL, ExecDisabled, "ECS Exec is off"),
        (container("app", agent_status="PENDING"), Ability.FORWARD, ExecDisabled, "still starting"),
        (
            container("app", agent_status="STOPPED", agent_reason="no route"),
            Ability.SHELL,
            ExecDisabled,
            "no route",
        ),
        (container("app", agent_status=""), Ability.SHELL, ExecDisabled, "has no exec agent"),
        (container("app"), Ability.DESKTOP, Unsupported, "no desktop"),
        (node(ping="ConnectionLost"), Ability.SHELL, AgentOffline, "ConnectionLost"),
        (node(), Ability.DESKTOP, Unsupported, "runs Linux"),
        (service(), Ability.SHELL, Unsupported, "not a place"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(
    resource: Resource, ability: Ability, trouble: type[SessionTrouble], said: str
) -> None:
    refused = refusal(resource, ability)
    assert type(refused) is trouble
    assert said in refused.what
    assert refused.hint


@pytest.mark.parametrize(
    ("resource", "ability"),
    [
        (container("app"), Ability.SHELL),
        (container("app"), Ability.FORWARD),
        (node(), Ability.SHELL),
        (node(platform="Windows"), Ability.DESKTOP),
    ],
)
def test_what_can_be_done_is_not_refused(resource: Resource, ability: Ability) -> None:
    assert refusal(resource, ability) is None


def target(store: Store, address: str) -> str:
    resource = store.get(address)
    assert resource is not None
    return target_for(store, resource, Ability.SHELL).address


def test_a_task_means_its_main_container_and_a_service_its_best_task() -> None:
    store = Store()
    store.put(fleet())
    assert target(store, f"{API}/3f2a91") == f"{API}/3f2a91/app"
    store.put(
        [
            task("000000", last_status="PENDING"),
            container("app", "000000", last_status="PENDING"),
            task("111111", exec_enabled=False),
            container("app", "111111", exec_enabled=False),
        ]
    )
    assert target(store, API) == f"{API}/3f2a91/app"
    assert target(store, f"{API}/3f2a91/envoy") == f"{API}/3f2a91/envoy"


def test_when_nothing_can_be_entered_the_best_candidate_says_why() -> None:
    store = Store()
    store.put(fleet())
    store.put([container("app", exec_enabled=False)])
    with pytest.raises(ExecDisabled, match="ECS Exec is off for the task of app"):
        target(store, API)
    with pytest.raises(NotRunning, match="no running task"):
        target(store, f"{CLUSTER}/worker")
    store.put([task("222222")])
    with pytest.raises(NotRunning, match="no containers"):
        target(store, f"{API}/222222")
    with pytest.raises(Unsupported):
        target(store, CLUSTER)


def test_wishes_run_in_the_account_and_region_of_their_row() -> None:
    wish = shell_wish(container("app"))
    assert isinstance(wish, ExecuteCommand)
    assert (wish.account, wish.region, wish.cluster) == ("prod", "eu-west-1", "payments")
    assert (wish.task, wish.container, wish.runtime_id) == ("3f2a91", "app", "3f2a91-1234567890")
    assert not wish.must_encrypt
    secret = shell_wish(container("app", exec_kms_key="arn:aws:kms:k"))
    assert isinstance(secret, ExecuteCommand)
    assert secret.must_encrypt
    assert shlex.split(wish.command)[:2] == ["/bin/sh", "-c"]
    assert shell_wish(node()) == StartSession(account="prod", region="eu-west-1", target="i-0abc")
    forward = forward_wish(container("app"), 80, local_port=8080)
    assert forward == StartSession(
        account="prod",
        region="eu-west-1",
        target="ecs:payments_3f2a91_3f2a91-1234567890",
        document="AWS-StartPortForwardingSession",
        parameters={"portNumber": ("80",), "localPortNumber": ("8080",)},
    )
    remote = forward_wish(node(), 5432, host="db.internal")
    assert isinstance(remote, StartSession)
    assert remote.document == "AWS-StartPortForwardingSessionToRemoteHost"
    assert remote.parameters["host"] == ("db.internal",)
    with pytest.raises(Unsupported):
        shell_wish(service())
    with pytest.raises(Unsupported):
        forward_wish(service(), 80)
