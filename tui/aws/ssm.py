"""Systems Manager: managed nodes as rows."""

from sys import intern

from tui.aws.fields import Fields, fields, seconds, text
from tui.aws.status import node_status
from tui.model.resource import NODES_NAME, Node, Nodes, Region, address_of


def group_of(region: Region) -> Nodes:
    """The row under which the region's managed nodes hang."""
    return Nodes(
        address=address_of(region.address, NODES_NAME),
        parent=region.address,
        name=NODES_NAME,
        account=region.account,
        region=region.name,
    )


def parse_node(one: Fields, group: Nodes) -> Node | None:
    """One entry of DescribeInstanceProperties or DescribeInstanceInformation; none without an id.

    The former knows the machine's type, state and name, the latter whether the agent is the latest
    and the names of hybrid machines only.
    """
    instance = text(one, "InstanceId")
    if not instance:
        return None
    ping = intern(text(one, "PingStatus"))
    return Node(
        address=address_of(group.parent, instance),
        parent=group.address,
        name=text(one, "Name") or instance,
        status=node_status(ping),
        account=group.account,
        region=group.region,
        instance_id=instance,
        ping=ping,
        last_ping_at=seconds(one, "LastPingDateTime"),
        platform=intern(text(one, "PlatformType")),
        platform_name=intern(text(one, "PlatformName")),
        platform_version=intern(text(one, "PlatformVersion")),
        agent_version=intern(text(one, "AgentVersion")),
        agent_latest=one.get("IsLatestVersion") is not False,
        private_ip=text(one, "IPAddress"),
        hostname=text(one, "ComputerName"),
        instance_type=intern(text(one, "InstanceType")),
        instance_state=intern(text(one, "InstanceState")),
    )


def parse_org_node(one: Fields) -> tuple[str, str, Fields] | None:
    """One entry of ListNodes as its account's number, its region, and the entry that Describe calls
    would give of it; none without these.

    ListNodes does not tell whether the agent is connected. What is managed and whose machine is not
    stopped is taken to be online: a session that is refused tells better.
    """
    account, region = text(fields(one, "Owner"), "AccountId"), text(one, "Region")
    instance = fields(fields(one, "NodeType"), "Instance")
    if not (account and region and text(one, "Id")):
        return None
    state = text(instance, "InstanceStatus")
    managed = text(instance, "ManagedStatus") in {"Managed", ""}
    stopped = state.lower() in {"stopped", "stopping", "inactive", "terminated"}
    entry = {
        "InstanceId": text(one, "Id"),
        "PingStatus": "Online" if managed and not stopped else "Inactive",
        "InstanceState": state,
        "IPAddress": text(instance, "IpAddress"),
    }
    same = ("Name", "ComputerName", "AgentVersion", "PlatformType", "PlatformName")
    entry |= {key: text(instance, key) for key in (*same, "PlatformVersion")}
    return account, region, entry
