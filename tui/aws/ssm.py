"""Systems Manager: managed nodes."""

from collections.abc import AsyncGenerator

from tui.aws.ask import Ask, pages
from tui.aws.fields import Fields, items, seconds, text
from tui.aws.options import Place
from tui.aws.status import node_status
from tui.model.resource import NODES_NAME, Node, Nodes, Region, address_of

_PAGE = 50
_PROBE = 5
"""The least that DescribeInstanceInformation takes for a page."""


async def has_nodes(ask: Ask, place: Place) -> bool:
    """Whether the region has managed nodes."""
    answer = await ask(place, "ssm", "DescribeInstanceInformation", {"MaxResults": _PROBE})
    return bool(items(answer, "InstanceInformationList") or answer.get("NextToken"))


def group_of(region: Region) -> Nodes:
    """The row under which the region's managed nodes hang."""
    return Nodes(
        address=address_of(region.address, NODES_NAME),
        parent=region.address,
        name=NODES_NAME,
        account=region.account,
        region=region.name,
    )


async def nodes(ask: Ask, place: Place, group: Nodes) -> AsyncGenerator[tuple[Node, ...], None]:
    """The managed nodes, page by page: each page's token is only known from the one before."""
    operation, size = "DescribeInstanceInformation", {"MaxResults": _PAGE}
    async for page in pages(ask, place, "ssm", operation, size, token="NextToken"):
        found = [parse_node(one, group) for one in items(page, "InstanceInformationList")]
        yield tuple(node for node in found if node is not None)


def parse_node(one: Fields, group: Nodes) -> Node | None:
    """One entry of DescribeInstanceInformation; none without an id."""
    instance = text(one, "InstanceId")
    if not instance:
        return None
    ping = text(one, "PingStatus")
    return Node(
        address=address_of(group.parent, instance),
        parent=group.address,
        # Only hybrid machines have a name of their own here.
        name=text(one, "Name") or instance,
        status=node_status(ping),
        account=group.account,
        region=group.region,
        instance_id=instance,
        ping=ping,
        last_ping_at=seconds(one, "LastPingDateTime"),
        platform=text(one, "PlatformType"),
        platform_name=text(one, "PlatformName"),
        platform_version=text(one, "PlatformVersion"),
        agent_version=text(one, "AgentVersion"),
        agent_latest=one.get("IsLatestVersion") is not False,
        private_ip=text(one, "IPAddress"),
        hostname=text(one, "ComputerName"),
    )
