"""Fleets of any size are laid out exactly, lazily, and the same in every process."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.demo.ask import Asker
from tui.demo.clock import HandClock
from tui.demo.world.dice import Dice
from tui.demo.world.plan import lay_out, shares
from tui.demo.world.spec import FARGATE, Trait
from tui.demo.world.world import World


@given(st.integers(0, 10_000), st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_shares_add_up(total: int, weights: list[int]) -> None:
    found = shares(total, weights)
    assert sum(found) == total
    assert len(found) == len(weights)
    assert min(found) >= 0


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 29, 100, 290, 1_000, 5_000])
def test_the_fleet_has_as_many_containers_as_wished(size: int) -> None:
    world = World(7, fleet=size, clock=HandClock())
    specs = [site.spec(i) for site in world.sites.values() for i in range(len(site.names))]
    services = [one for spec in specs for one in (*spec.services, *spec.standalone)]
    assert sum(one.desired * len(one.containers) for one in services) == size
    assert len({spec.key for spec in specs}) == len(specs)
    for spec in specs:
        families = [one.family for one in (*spec.services, *spec.standalone)]
        assert len(set(families)) == len(families)


def test_the_default_fleet_is_as_described() -> None:
    asker = Asker()
    clusters = [cluster for _, cluster in asker.clusters()]
    services = [one for cluster in clusters for one in cluster.services.values()]
    tasks = [task for cluster in clusters for task in cluster.tasks.values()]
    nodes = [node for site in asker.sites for node in site.nodes.values()]
    assert [account.name for account in asker.world.accounts] == ["prod", "staging", "dev"]
    assert all(2 <= len(asker.world.regions(a.number)) <= 3 for a in asker.world.accounts)
    assert len(clusters) == 10
    assert len(services) == 40
    assert 130 <= len(tasks) <= 170
    assert {len(task.spec.containers) for task in tasks} == {1, 2, 3}
    assert {one.spec.trait for one in services} == set(Trait)
    assert {task.spec.launch for task in tasks} == {FARGATE, "EC2"}
    assert any(not task.service for task in tasks)
    assert len([node for node in nodes if not node.cluster]) >= 20
    assert {node.windows for node in nodes} == {node.hybrid for node in nodes} == {True, False}
    pings = {site.ping(node)[0] for site in asker.sites for node in site.nodes.values()}
    assert pings == {"Online", "ConnectionLost", "Inactive"}


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_a_large_fleet_is_made_only_where_it_is_looked_at(size: int) -> None:
    world = World(7, fleet=size, clock=HandClock())
    assert world.living() == 0
    assert sum(place.containers for place in world.plan.places) == size
    site = world.sites[world.accounts[-1].number, world.regions(world.accounts[-1].number)[-1]]
    assert site.cluster(next(iter(site.names))) is not None
    assert world.living() == 1
    assert sum("nodes" in vars(one) for one in world.sites.values()) == 0


def test_account_names_and_numbers_are_unique() -> None:
    accounts = lay_out(10_000_000, Dice(7)).accounts
    assert len({one.name for one in accounts}) == len(accounts) > 100
    assert len({one.number for one in accounts}) == len(accounts)
    assert all(len(one.number) == 12 for one in accounts)


def fingerprint(seed: int) -> str:
    """A digest of all that the fleet tells after ten minutes."""
    asker = Asker(seed=seed)
    asker.clock.advance(600)
    told = []
    for site, cluster in asker.clusters():
        name = cluster.spec.name
        tasks = asker.all(site, "ecs:ListTasks", "taskArns", "nextToken", cluster=name)
        described = [
            asker.ask(site, "ecs:DescribeTasks", cluster=name, tasks=tasks[i : i + 100])
            for i in range(0, len(tasks), 100)
        ]
        services = list(cluster.services)
        told += [
            described,
            asker.ask(site, "ecs:DescribeServices", cluster=name, services=services),
        ]
    told += [asker.ask(site, "ssm:DescribeInstanceInformation") for site in asker.sites]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def test_the_same_seed_and_clock_tell_the_same_in_every_process() -> None:
    code = "from tests.demo.test_world_plan import fingerprint; print(fingerprint(7))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": salt},
            check=True,
            capture_output=True,
            text=True,
            timeout=50,
            cwd=Path(__file__).parents[2],
        ).stdout
        for salt in ("1", "2")
    }
    assert found == {fingerprint(7) + "\n"}


def test_another_seed_makes_another_fleet() -> None:
    assert fingerprint(7) != fingerprint(8)
