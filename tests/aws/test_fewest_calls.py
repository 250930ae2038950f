"""A full load makes as few calls as AWS allows, and empty regions cost little."""

import random
from collections import Counter

from tests.aws.conftest import Client
from tests.aws.plain import PLACE, PROFILE, REGION, PlainAsk, Reply, StillClock
from tui.aws.looks import Looks
from tui.aws.node_lists import NodeLists
from tui.aws.options import Options
from tui.aws.source import AwsSource
from tui.demo.embedded import EmbeddedAws
from tui.demo.world.cluster import Cluster
from tui.errors import LoginExpired, NotAllowed, NotEnabled, Throttled, Trouble
from tui.model.kind import Kind
from tui.model.resource import Account, Region, Resource

MARGIN = 1.1
LEAST_STOPPED = 1
"""A page of stopped tasks is asked for in any case: nothing else says that there are none."""


def pages(things: int, size: int, least: int = 0) -> int:
    return max(least, -(-things // size))


def of_cluster(cluster: Cluster) -> Counter[str]:
    """The fewest calls that list a cluster."""
    stopped = [one for one in cluster.tasks.values() if one.status == "STOPPED"]
    running = len(cluster.tasks) - len(stopped)
    return Counter(
        {
            "ecs:ListServices": pages(len(cluster.services), 100, 1),
            "ecs:DescribeServices": pages(len(cluster.services), 10),
            "ecs:ListTasks": pages(running, 100, 1) + LEAST_STOPPED,
            "ecs:DescribeTasks": pages(running + min(len(stopped), 100), 100),
        }
    )


def fewest(demo: EmbeddedAws) -> Counter[str]:
    """The fewest calls for everything, by AWS's largest pages and batches."""
    accounts = len(demo.world.accounts)
    calls = Counter({"sts:GetCallerIdentity": accounts, "ec2:DescribeRegions": accounts})
    for site in demo.world.sites.values():
        machines = sum(not node.hybrid for node in site.nodes.values())
        calls += Counter(
            {
                "ecs:ListClusters": pages(len(site.names), 100, 1),
                "ecs:DescribeClusters": pages(len(site.names), 100),
                "ssm:DescribeInstanceProperties": pages(len(site.nodes), 1000, 1),
                "ec2:DescribeInstances": pages(machines, 200),
            }
        )
        for name in site.names:
            cluster = site.cluster(name)
            assert cluster is not None
            calls += of_cluster(cluster)
    return calls


async def test_a_full_load_makes_as_few_calls_as_there_can_be(
    demo: EmbeddedAws, client: Client
) -> None:
    await client.watcher.load()
    least = fewest(demo)
    over = {name: (made, least[name]) for name, made in client.aws.calls.items()
            if made > least[name]}  # fmt: skip
    assert sum(client.aws.calls.values()) <= MARGIN * sum(least.values()), over
    assert sum(least.values()) > 60


NOTHING: dict[str, list[Reply]] = {
    "ListClusters": [{}],
    "DescribeInstanceProperties": [{}],
}


def looks(ask: PlainAsk, clock: StillClock) -> Looks:
    chance = random.Random(7)
    return Looks(ask, NodeLists(ask, clock, chance), clock, chance)


async def test_an_empty_region_costs_two_calls_and_is_left_alone_for_a_while() -> None:
    clock, ask = StillClock(), PlainAsk(NOTHING)
    regions = looks(ask, clock)
    for _ in range(3):
        assert not await regions.is_shown(PLACE, REGION, "")
        clock.now += 60.0
    assert [name for name, _ in ask.asked] == ["ListClusters", "DescribeInstanceProperties"]
    clock.now += 900.0
    assert not await regions.is_shown(PLACE, REGION, "")
    assert len(ask.asked) == 4


async def test_a_region_with_clusters_is_looked_at_once_and_the_look_is_its_first_page() -> None:
    clock = StillClock()
    ask = PlainAsk({"ListClusters": [{"clusterArns": ["arn:c"]}, {"clusterArns": ["arn:d"]}]})
    regions = looks(ask, clock)
    assert await regions.is_shown(PLACE, REGION, "")
    assert await regions.is_shown(PLACE, REGION, "")
    assert await regions.first_clusters(PLACE) == {"clusterArns": ["arn:c"]}
    assert await regions.first_clusters(PLACE) == {"clusterArns": ["arn:d"]}
    assert ask.asked[0][1] == {"maxResults": 100}
    regions.tell(PLACE, has_something=False)
    assert not await regions.is_shown(PLACE, REGION, "")
    assert len(ask.asked) == 2


async def shown(trouble: Trouble) -> tuple[bool, int]:
    """Whether a region whose every answer is that trouble is shown, and the calls of two looks."""
    ask = PlainAsk({name: [trouble] for name in (*NOTHING, "DescribeInstanceInformation")})
    regions = looks(ask, StillClock())
    found = {await regions.is_shown(PLACE, REGION, "") for _ in range(2)}
    return found == {True}, len(ask.asked)


async def test_what_cannot_be_seen_is_hidden_and_what_does_not_answer_is_shown() -> None:
    assert await shown(NotEnabled("off")) == (False, 2)
    assert await shown(NotAllowed("no")) == (False, 3)
    assert await shown(Throttled("slow")) == (True, 1)
    # An expired login says nothing about the region: it is looked at again.
    assert await shown(LoginExpired("old")) == (False, 2)


async def listing(source: AwsSource, of: Resource) -> list[Resource]:
    return [one async for batch in source.list(of) for one in batch.resources]


async def test_the_regions_of_an_account_are_asked_for_once_in_a_while() -> None:
    clock = StillClock()
    regions = [{"RegionName": "eu-west-1"}, {"RegionName": "us-east-1"}]
    identity: Reply = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/u"}
    ask = PlainAsk(
        {
            **NOTHING,
            "GetCallerIdentity": [identity],
            "DescribeRegions": [{"Regions": regions}],
        }
    )
    source = AwsSource(ask, Options(), {"prod": PROFILE}, clock, random.Random(7))
    account = Account(address="prod", parent="", name="prod")
    for _ in range(3):
        rows = [one for one in await listing(source, account) if one.kind is Kind.REGION]
        assert [one.name for one in rows] == ["eu-west-1"]
    assert Counter(name for name, _ in ask.asked) == {
        "GetCallerIdentity": 3,
        "DescribeRegions": 1,
        "ListClusters": 1,
        "DescribeInstanceProperties": 1,
    }
    (region,) = rows
    assert isinstance(region, Region)
    assert await listing(source, region) == []
