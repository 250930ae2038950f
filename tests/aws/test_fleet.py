"""The whole fleet through the embedded AWS, over real HTTP, in fair weather and foul."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.conftest import Client
from tests.aws.plain import edit, until
from tui.aws.fleet import Aws
from tui.aws.options import Options
from tui.clock import RealClock
from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import Fault
from tui.demo.world.cluster import Cluster as DemoCluster
from tui.errors import (
    LoginExpired,
    NotAllowed,
    NotEnabled,
    Throttled,
    Trouble,
    Unreachable,
    WrongSettings,
)
from tui.model.kind import Kind
from tui.model.resource import Account, Cluster, Container, Node, Service, Task
from tui.model.status import Health
from tui.model.store import Change, Store
from tui.sessions.windows_password import decrypted
from tui.watch.feed import Feed
from tui.watch.watcher import Watcher


def addresses_of(cluster: DemoCluster, address: str) -> Iterator[str]:
    """What a cluster of the embedded AWS holds, stopped tasks aside."""
    yield address
    for name in cluster.services:
        yield f"{address}/{name}"
    for task in cluster.tasks.values():
        if task.status != "STOPPED":
            above = f"{address}/{task.service}" if task.service else address
            yield f"{above}/{task.id}"
            for container in task.spec.containers:
                yield f"{above}/{task.id}/{container.name}"


def truth(demo: EmbeddedAws) -> set[str]:
    """Every address that there is, from the world itself."""
    found: set[str] = set()
    names = {account.number: account.name for account in demo.world.accounts}
    for (number, region), site in demo.world.sites.items():
        place = f"{names[number]}/{region}"
        found |= {names[number], place, f"{place}/managed nodes"}
        found |= {f"{place}/{node}" for node in site.nodes}
        for name in site.names:
            cluster = site.cluster(name)
            assert cluster is not None
            found |= set(addresses_of(cluster, f"{place}/{name}"))
    return found


def seen(store: Store) -> set[str]:
    """What the store holds, stopped tasks aside."""
    stopped = {
        one.address
        for one in store.below()
        if isinstance(one, Task) and one.last_status == "STOPPED"
    }
    return {one.address for one in store.below() if not {one.address, one.parent} & stopped}


def troubles(store: Store) -> dict[str, Trouble]:
    everywhere = ["", *(one.address for one in store.below())]
    found = {address: store.freshness(address).trouble for address in everywhere}
    return {address: trouble for address, trouble in found.items() if trouble is not None}


async def test_the_whole_fleet_is_what_the_embedded_aws_holds(
    demo: EmbeddedAws, client: Client
) -> None:
    await client.watcher.load()
    assert seen(client.store) == truth(demo)
    assert troubles(client.store) == {}
    assert len(truth(demo)) > 400


async def test_every_kind_of_row_tells_what_it_should(demo: EmbeddedAws, client: Client) -> None:
    await client.watcher.load()
    rows = list(client.store.below())
    prod = client.store.get("prod")
    assert isinstance(prod, Account)
    assert (prod.account_id, prod.caller) == (demo.key.account, demo.key.arn)
    assert prod.status.health is Health.OK
    containers = [one for one in rows if isinstance(one, Container)]
    running = [one for one in containers if one.last_status == "RUNNING"]
    assert all(one.runtime_id and one.image for one in running)
    assert {"RUNNING", "PENDING", "STOPPED"} <= {one.agent_status for one in containers}
    assert any(one.last_ping_at > 0 and one.is_windows for one in rows if isinstance(one, Node))
    stopped = [one for one in rows if isinstance(one, Task) and one.last_status == "STOPPED"]
    assert stopped
    assert all(one.stopped_reason and one.stopped_at > 0 for one in stopped)
    assert all(one.desired >= 0 and one.event for one in rows if isinstance(one, Service))


async def test_calls_use_the_largest_pages_and_list_tasks_per_cluster(
    demo: EmbeddedAws, client: Client
) -> None:
    await client.watcher.load()
    calls = client.aws.calls
    clusters = sum(len(site.names) for site in demo.world.sites.values())
    services = sum(
        -(-len(site.spec(index).services) // 10)
        for site in demo.world.sites.values()
        for index in site.names.values()
    )
    assert calls["ecs:ListTasks"] == 2 * clusters
    assert calls["ecs:DescribeTasks"] == clusters
    assert calls["ecs:ListServices"] == clusters
    assert calls["ecs:DescribeServices"] == services
    assert calls["ecs:DescribeClusters"] == len(demo.world.sites)


async def test_an_account_that_iam_denies_leaves_the_others_intact(
    demo: EmbeddedAws, client: Client
) -> None:
    staging = next(one.number for one in demo.world.accounts if one.name == "staging")
    demo.conditions.deny("ecs:*", account=staging)
    demo.conditions.deny("ssm:*", account=staging)
    await client.watcher.load()
    assert all(isinstance(one, NotAllowed) for one in troubles(client.store).values())
    assert all(address.startswith("staging/") for address in troubles(client.store))
    others = {one for one in truth(demo) if not one.startswith("staging")}
    assert {one for one in seen(client.store) if not one.startswith("staging")} == others


async def test_half_a_cluster_is_shown_when_the_other_half_is_denied(
    demo: EmbeddedAws, client: Client
) -> None:
    demo.conditions.deny("ecs:ListServices", region="eu-west-1", account=demo.key.account)
    await client.watcher.load("prod/eu-west-1")
    below = client.store.children("prod/eu-west-1/payments")
    assert {one.kind for one in below} == {Kind.TASK}
    assert isinstance(client.store.freshness("prod/eu-west-1/payments").trouble, NotAllowed)


async def test_nodes_that_are_denied_say_so_on_their_own_row(
    demo: EmbeddedAws, client: Client
) -> None:
    demo.conditions.deny("ssm:DescribeInstance*", region="eu-west-1")
    await client.watcher.load("prod/eu-west-1")
    assert list(troubles(client.store)) == ["prod/eu-west-1/managed nodes"]
    assert client.store.get("prod/eu-west-1/payments") is not None


async def test_nodes_are_there_without_the_console_s_operation_and_without_tags(
    demo: EmbeddedAws, client: Client
) -> None:
    demo.conditions.deny("ssm:DescribeInstanceProperties")
    demo.conditions.deny("ec2:DescribeInstances")
    demo.conditions.deny("ecs:ListTagsForResource")
    await client.watcher.load()
    assert troubles(client.store) == {}
    assert seen(client.store) == truth(demo)


async def test_clusters_services_tasks_and_machines_have_their_tags(client: Client) -> None:
    await client.watcher.load()
    rows = list(client.store.below())
    for kind in (Cluster, Service, Task):
        assert all("team" in dict(one.tags) for one in rows if isinstance(one, kind))
    nodes = [one for one in rows if isinstance(one, Node)]
    assert all(bool(one.tags) is not one.is_hybrid for one in nodes)
    assert all(dict(one.tags)["Name"] == one.name for one in nodes if one.tags)
    assert all(one.instance_type and one.instance_state for one in nodes if not one.is_hybrid)
    tasks = [one for one in rows if isinstance(one, Task) and one.service]
    assert len({id(one.tags) for one in tasks}) == len({one.tags for one in tasks}) < len(tasks)


async def test_the_organization_s_list_tells_the_nodes_of_all_accounts(demo: EmbeddedAws) -> None:
    async with Aws(Options(org_nodes="prod/eu-west-1")) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load()
        assert seen(store) == truth(demo)
        assert aws.calls["ssm:ListNodes"] == 1
        assert aws.calls["ssm:DescribeInstanceProperties"] == 0


async def test_who_may_not_list_the_organization_asks_each_region(demo: EmbeddedAws) -> None:
    async with Aws(Options(org_nodes="staging/eu-west-1")) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load()
        assert seen(store) == truth(demo)
        assert troubles(store) == {}
        assert aws.calls["ssm:ListNodes"] == 1


@pytest.mark.parametrize("named", ["nobody/eu-west-1", "prod", "prod/"])
async def test_an_organization_s_place_that_is_not_there_is_a_wrong_setting(
    demo: EmbeddedAws, named: str
) -> None:
    with pytest.raises(WrongSettings, match="org_nodes"):
        async with Aws(Options(org_nodes=named)):
            pass


async def test_a_refused_login_is_a_row_that_heals_when_it_is_renewed(
    demo: EmbeddedAws, client: Client
) -> None:
    path = demo.environment["AWS_SHARED_CREDENTIALS_FILE"]
    edit(path, lambda right: right.replace(demo.key.secret, "wrong"))
    await client.watcher.load("prod")
    prod = client.store.get("prod")
    assert prod is not None
    assert (prod.status.word, prod.status.health) == ("login expired", Health.BAD)
    assert isinstance(client.store.freshness("prod").trouble, LoginExpired)
    edit(path, lambda wrong: wrong.replace("wrong", demo.key.secret))
    await client.watcher.load("prod")
    assert client.store.freshness("prod").trouble is None
    assert client.store.get("prod/eu-west-1/payments") is not None


async def test_a_dead_endpoint_is_unreachable_and_the_accounts_are_still_rows(
    demo: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with Aws(Options(endpoint_url=f"http://127.0.0.1:{port}")) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load()
        assert [one.name for one in store.children()] == ["dev", "prod", "staging"]
        assert {type(one) for one in troubles(store).values()} == {Unreachable}
        assert all(one.status.health is Health.BAD for one in store.children())
        with pytest.raises(Unreachable):
            await aws.identity()


async def test_an_endpoint_that_talks_nonsense_is_no_traceback(
    demo: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"Account": [[[' + b"\xff" * 100
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Aws(Options(endpoint_url=f"http://127.0.0.1:{port}")) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load("prod")
        assert isinstance(store.freshness("prod").trouble, Trouble)


async def test_throttled_calls_are_slowed_down_and_come_through(
    demo: EmbeddedAws, client: Client
) -> None:
    demo.conditions.throttle("ecs:ListClusters", times=4)
    await client.watcher.load("prod/eu-west-1")
    assert troubles(client.store) == {}
    assert client.store.get("prod/eu-west-1/payments") is not None


async def test_throttling_without_end_is_a_trouble_on_the_row(
    demo: EmbeddedAws, client: Client
) -> None:
    demo.conditions.throttle("ecs:DescribeServices", region="eu-west-1", account=demo.key.account)
    await client.watcher.load("prod/eu-west-1/payments")
    assert isinstance(client.store.freshness("prod/eu-west-1/payments").trouble, Throttled)


async def test_changes_stream_in_as_time_passes(demo: EmbeddedAws, client: Client) -> None:
    heard: list[Change] = []
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(client.watcher.run())
        for address in ("prod", "prod/eu-west-1", "prod/eu-west-1/payments"):
            client.watcher.open(address)
        await until(lambda: client.store.freshness("prod/eu-west-1/payments").loaded_at > 0)
        client.store.listen(heard.append)
        heard.clear()
        site = demo.world.site(demo.key.account, "eu-west-1")
        assert site is not None
        cluster = site.cluster("payments")
        assert cluster is not None
        doomed = next(one for one in cluster.tasks.values() if one.service == "api" and one.ready)
        cluster.stop_task(doomed, "to see it go")
        address = f"prod/eu-west-1/payments/api/{doomed.id}"

        def stopped() -> bool:
            task = client.store.get(address)
            return isinstance(task, Task) and task.desired_status == "STOPPED"

        await until(stopped)
        await demo.advance(300.0)
        await until(lambda: seen(client.store) >= set(addresses_of(cluster, address[:23])))
        watching.cancel()
    put = [one.address for change in heard for one in change.put]
    assert address in put


async def test_a_region_with_nothing_in_it_is_hidden_and_the_default_one_is_not(
    demo: EmbeddedAws,
) -> None:
    async with Aws(Options(profiles=("dev",))) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load("dev")
        dev = next(one.number for one in demo.world.accounts if one.name == "dev")
        assert {one.name for one in store.children("dev")} == set(demo.world.regions(dev))
    async with Aws(Options(profiles=("dev",), region="ap-south-1")) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load("dev")
        assert [one.name for one in store.children("dev")] == ["ap-south-1"]
        assert store.children("dev/ap-south-1") == ()
        assert {name: type(one) for name, one in troubles(store).items()} == {
            "dev/ap-south-1": NotEnabled
        }


async def test_whoever_may_not_list_regions_sees_those_that_the_sdk_knows(
    demo: EmbeddedAws,
) -> None:
    demo.conditions.deny("ec2:DescribeRegions")
    async with Aws(Options(profiles=("dev",))) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load("dev")
        dev = next(one.number for one in demo.world.accounts if one.name == "dev")
        assert {one.name for one in store.children("dev")} == set(demo.world.regions(dev))


async def test_a_region_that_does_not_answer_stays_in_the_tree_with_its_trouble(
    demo: EmbeddedAws, client: Client
) -> None:
    broken = Fault("ServerException", "Something broke.", status=500)
    other = demo.world.regions(demo.key.account)[1]
    demo.conditions.fail("ecs:*", broken, region=other, account=demo.key.account)
    await client.watcher.load("prod")
    assert list(troubles(client.store)) == [f"prod/{other}"]


async def test_two_profiles_of_one_account_are_two_rows(demo: EmbeddedAws) -> None:
    twin_profile = (
        "\n[profile twin]\nregion = eu-west-1\nsource_profile = prod\n"
        f"role_arn = arn:aws:iam::{demo.key.account}:role/HatchwayDemo\n"
    )
    edit(demo.environment["AWS_CONFIG_FILE"], lambda text: text + twin_profile)
    async with Aws(Options(profiles=("prod", "twin"))) as aws:
        store = Store()
        await Watcher(aws.source, Feed(store), RealClock()).load()
        prod, twin = store.children()
        assert isinstance(prod, Account)
        assert isinstance(twin, Account)
        assert prod.account_id == twin.account_id
        assert prod.caller != twin.caller
        assert store.get("twin/eu-west-1/payments") is not None


async def test_ports_come_from_the_task_definition_and_are_asked_for_once(
    demo: EmbeddedAws, client: Client
) -> None:
    await client.watcher.load("prod/eu-west-1/payments")
    container = next(
        one
        for one in client.store.below("prod/eu-west-1/payments/api")
        if isinstance(one, Container)
    )
    task = client.store.get(container.parent)
    region = client.store.get("prod/eu-west-1")
    assert task is not None
    assert region is not None
    ports = await client.aws.ports(container)
    assert ports
    assert all(0 < port < 65536 for port in ports)
    assert set(ports) <= set(await client.aws.ports(task))
    assert await client.aws.ports(region) == ()
    assert client.aws.calls["ecs:DescribeTaskDefinition"] == 1


async def test_who_we_are_is_known_for_each_account(demo: EmbeddedAws, client: Client) -> None:
    assert (await client.aws.identity()).arn == demo.key.arn
    staging = next(one.number for one in demo.world.accounts if one.name == "staging")
    assert (await client.aws.identity("staging")).account_id == staging


async def test_a_profile_that_is_not_there_is_said_before_anything_starts(
    demo: EmbeddedAws,
) -> None:
    with pytest.raises(WrongSettings, match="nobody"):
        async with Aws(Options(profiles=("nobody",))):
            pass


async def test_a_windows_instance_has_a_password_or_it_is_said_why_not(
    client: Client, demo: EmbeddedAws
) -> None:
    await client.watcher.load()
    nodes = [node for node in client.store.below() if isinstance(node, Node)]
    troubles, opened = set(), set()
    key = Path(demo.environment["HATCHWAY_RDP_KEY"])
    for node in nodes:
        try:
            secret = await decrypted(await client.aws.password_data(node), key)
        except Trouble as trouble:
            what = trouble.what.replace(node.instance_id, "it").replace(node.name, "it")
            troubles.add((node.is_windows and not node.is_hybrid, what))
        else:
            assert secret.reveal() == demo.passwords.of(node.instance_id)
            opened.add((node.is_windows, node.is_hybrid))
    assert opened == {(True, False)}
    assert troubles == {
        (False, "AWS keeps no password for it."),
        (True, "AWS has no password for it."),
    }
