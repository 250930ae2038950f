"""The fleet lives: services deploy, tasks come and go, and the counts stay true."""

import pytest

from tests.demo.ask import Asker
from tui.demo.api.ecs_tasks import describe_task
from tui.demo.world.service import Service
from tui.demo.world.spec import Trait
from tui.demo.world.task import KEPT, Task

ILL = {Trait.CRASHING, Trait.NO_PULL}
ORDER = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")
ENDING = ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


def _running(service: Service) -> list[Task]:
    return [task for task in service.alive() if task.status == "RUNNING"]


def test_nothing_happens_while_the_clock_stands_still() -> None:
    asker = Asker()
    before = [(t.id, t.version) for _, c in asker.clusters() for t in c.tasks.values()]
    again = [(t.id, t.version) for _, c in asker.clusters() for t in c.tasks.values()]
    assert before == again


def test_tasks_pass_through_every_state_in_order() -> None:
    asker = Asker()
    seen: dict[str, list[str]] = {}
    for _ in range(600):
        asker.clock.advance(1)
        for _, cluster in asker.clusters():
            for task in cluster.tasks.values():
                states = seen.setdefault(task.id, [])
                if not states or states[-1] != task.status:
                    states.append(task.status)
    everything = [*ORDER, *ENDING]
    for states in seen.values():
        numbers = [everything.index(state) for state in states]
        assert numbers == sorted(numbers)
    assert {state for states in seen.values() for state in states} == set(everything)
    assert list(ORDER) in seen.values()
    assert ["RUNNING", *ENDING] in seen.values()


def test_a_deployment_replaces_every_task_without_going_below_what_is_desired() -> None:
    asker = Asker()
    site, cluster, task = asker.task(Trait.DEPLOYING)
    service = cluster.services[task.service]
    old = {one.id for one in service.alive()}
    lowest, rollouts = service.desired, []
    for _ in range(240):
        asker.clock.advance(1)
        assert site.cluster(cluster.spec.name) is cluster
        lowest = min(lowest, len(_running(service)))
        rollouts.append(service.deployments[0].rollout)
        assert len(service.alive()) <= 2 * service.desired
    assert lowest == service.desired
    assert rollouts[0] == rollouts[-1] == "COMPLETED"
    assert "IN_PROGRESS" in rollouts
    assert not old & {one.id for one in service.alive()}
    messages = " ".join(event.message for event in service.events)
    for words in ("has started", "has stopped", "deployment completed", "reached a steady state"):
        assert words in messages


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_services_come_back_to_what_is_desired(seed: int) -> None:
    asker = Asker(seed=seed)
    short: dict[str, int] = {}
    for _ in range(30):
        asker.clock.advance(20)
        for _, cluster in asker.clusters():
            for service in cluster.services.values():
                well = len(_running(service)) >= service.desired
                short[service.arn] = 0 if well else short.get(service.arn, 0) + 1
                if service.spec.trait not in ILL:
                    assert short[service.arn] < 12, f"{service.arn} stays short of tasks"
                for task in service.tasks.values():
                    assert task.service == service.spec.name
                    assert cluster.tasks[task.id] is task


def test_a_handful_of_things_changes_every_ten_seconds() -> None:
    asker = Asker()
    before = {t.id: t.version for _, c in asker.clusters() for t in c.tasks.values()}
    changes = 0
    for _ in range(60):
        asker.clock.advance(10)
        now = {t.id: t.version for _, c in asker.clusters() for t in c.tasks.values()}
        changes += sum(before.get(name) != version for name, version in now.items())
        before = now
    assert 60 <= changes <= 900
    asker_tasks = [t for _, c in asker.clusters() for t in c.tasks.values()]
    untouched = [t for t in asker_tasks if t.status == "RUNNING" and t.created < 1_767_225_600]
    assert len(untouched) > 90


def test_tasks_stop_for_aws_own_reasons() -> None:
    asker = Asker()
    ended: dict[str, str] = {}
    for _ in range(40):
        asker.clock.advance(180)
        for _, cluster in asker.clusters():
            for task in cluster.tasks.values():
                if task.status == "STOPPED":
                    ended[task.stopped_reason.partition(" (")[0]] = task.stop_code
    pulls = [reason for reason in ended if reason.startswith("CannotPullContainerError")]
    assert pulls
    assert ended[pulls[0]] == "TaskFailedToStart"
    assert ended["Essential container in task exited"] == "EssentialContainerExited"
    assert ended["Task failed ELB health checks in"] == "ServiceSchedulerInitiated"
    assert ended["Task failed container health checks"] == "ServiceSchedulerInitiated"
    assert ended["Scaling activity initiated by"] == "ServiceSchedulerInitiated"


def test_exec_agents_come_up_after_their_task() -> None:
    asker = Asker()
    waited = connected = False
    for _ in range(120):
        asker.clock.advance(1)
        for _, cluster in asker.clusters():
            for task in cluster.tasks.values():
                fresh = task.exec_on and task.status == "RUNNING" and task.created > 1_767_225_600
                waited |= fresh and task.agent == "PENDING"
                connected |= fresh and task.agent == "RUNNING"
    assert waited
    assert connected


def test_stopped_tasks_are_forgotten_after_an_hour() -> None:
    asker = Asker()
    asker.clock.advance(4 * KEPT)
    for _, cluster in asker.clusters():
        for task in cluster.tasks.values():
            assert not task.stopped or asker.clock.now() - task.stopped <= KEPT
        assert len(cluster.tasks) < 400


def test_what_has_happened_does_not_depend_on_who_looked() -> None:
    watched, unwatched = Asker(), Asker()
    for _ in range(60):
        watched.clock.advance(10)
        watched.clusters()
    unwatched.clock.advance(600)
    told = [
        [(t.id, t.status, t.version, t.started) for t in c.tasks.values()]
        for asker in (watched, unwatched)
        for _, c in asker.clusters()
    ]
    half = len(told) // 2
    assert told[:half] == told[half:]


def test_agents_of_nodes_go_and_come_back() -> None:
    asker = Asker()
    pings: dict[str, set[str]] = {}
    for _ in range(120):
        for site in asker.sites:
            for node in site.nodes.values():
                status, at = site.ping(node)
                assert at <= asker.clock.now()
                pings.setdefault(node.id, set()).add(status)
        asker.clock.advance(10)
    assert {"Online", "ConnectionLost"} in pings.values()
    steady = [name for name, seen in pings.items() if seen == {"Online"}]
    assert len(steady) > len(pings) / 2


def test_a_machine_is_there_while_its_agent_is_connected() -> None:
    asker = Asker()
    site, cluster, task = asker.task(Trait.PLAIN)
    described = asker.ask(site, "ecs:DescribeTasks", cluster=cluster.spec.name, tasks=[task.id])
    runtime = described["tasks"][0]["containers"][0]["runtimeId"]
    target = f"ecs:{cluster.spec.name}_{task.id}_{runtime}"
    at = (site.account.number, site.region)
    machine = asker.world.machine(*at, target)
    assert machine is not None
    assert machine.target == target
    assert machine.environment["AWS_REGION"] == site.region
    cluster.stop_task(task, "")
    asker.clock.advance(60)
    assert asker.world.machine(*at, target) is None


@pytest.mark.parametrize(
    "target",
    ["", "ecs:", "ecs:a_b", "ecs:payments_x_y", "i-0", "mi-", "ecs:payments__", "x" * 400, "é_/"],
)
def test_no_machine_answers_to_nonsense(target: str) -> None:
    asker = Asker()
    site = asker.sites[0]
    assert asker.world.machine(site.account.number, site.region, target) is None
    assert asker.world.machine("000000000000", site.region, target) is None


def test_other_hosts_are_found_by_name_and_address() -> None:
    asker = Asker()
    site, cluster, task = asker.task(Trait.PLAIN)
    at = (site.account.number, site.region)
    node = next(iter(site.nodes.values()))
    for name in (node.ip, node.hostname, node.name):
        found = asker.world.host(*at, name)
        assert found is not None
        assert found.target == node.id
    described = asker.ask(site, "ecs:DescribeTasks", cluster=cluster.spec.name, tasks=[task.id])
    details = described["tasks"][0]["attachments"][0]["details"]
    ip = next(one["value"] for one in details if one["name"] == "privateIPv4Address")
    found = asker.world.host(*at, ip)
    assert found is not None
    assert task.id in found.target
    assert asker.world.host(*at, "10.255.255.255") is None


def test_nothing_about_a_task_changes_without_another_version() -> None:
    asker = Asker()
    seen: dict[tuple[str, int], dict[str, object]] = {}
    for _ in range(150):
        asker.clock.advance(2)
        for site, cluster in asker.clusters():
            for task in cluster.tasks.values():
                told = describe_task(cluster, task, site.dice)
                assert seen.setdefault((task.id, task.version), told) == told
    assert len(seen) > 300


@pytest.mark.parametrize("include", [[], ["TAGS"]], ids=["bare", "tagged"])
def test_what_is_kept_to_be_told_again_is_what_would_be_told(include: list[str]) -> None:
    asker = Asker()
    site, cluster, _ = asker.task(Trait.DEPLOYING)
    for _ in range(40):
        asker.clock.advance(3)
        assert site.cluster(cluster.spec.name) is cluster
        some = list(cluster.tasks)[:100]
        asked = {"cluster": cluster.spec.name, "tasks": some, "include": include}
        told = asker.ask(site, "ecs:DescribeTasks", **asked)["tasks"]
        for name, one in zip(some, told, strict=True):
            fresh = describe_task(cluster, cluster.tasks[name], site.dice)
            assert bool(one["tags"]) is bool(include)
            assert {**one, "tags": []} == fresh


def test_tags_come_and_go_with_the_question() -> None:
    asker = Asker()
    site, cluster, task = asker.task(Trait.PLAIN)
    for include in ([], ["TAGS"], [], ["TAGS"]):
        asked = {"cluster": cluster.spec.name, "tasks": [task.id], "include": include}
        (told,) = asker.ask(site, "ecs:DescribeTasks", **asked)["tasks"]
        assert bool(told["tags"]) is bool(include)
