"""Systems Manager: managed nodes and their sessions."""

from collections.abc import Callable, Mapping, Sequence

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.api.session_api import SESSION_HANDLERS
from tui.demo.api.ssm_documents import get_document
from tui.demo.api.ssm_nodes import list_nodes
from tui.demo.faults import Fault
from tui.demo.world.names import AGENTS
from tui.demo.world.node import Node
from tui.demo.world.world import Site

_DAY = 86_400.0


def describe_instance_information(call: Call) -> Answer:
    """The managed nodes, 5 to 50 a page (10 by default)."""
    return _listing(call, "InstanceInformationList", _information, 10)


def describe_instance_properties(call: Call) -> Answer:
    """The same nodes with what EC2 knows of them, up to 1,000 a page."""
    return _listing(call, "InstanceProperties", _properties, 50)


def _listing(call: Call, name: str, describe: Callable[[Site, Node], Answer], size: int) -> Answer:
    site = call.site
    filters = _filters(call)
    nodes = [node for node in site.nodes.values() if all(fits(site, node) for fits in filters)]
    chosen, token = call.page(
        nodes,
        lambda node: node.id,
        call.params.get("MaxResults", size),
        call.params.get("NextToken"),
    )
    answer: Answer = {name: [describe(site, node) for node in chosen]}
    return {**answer, "NextToken": token} if token else answer


def _filters(call: Call) -> list[Callable[[Site, Node], bool]]:
    lists = ("Filters", "FiltersWithOperator", "InstanceInformationFilterList")
    given = [
        one for name in (*lists, "InstancePropertyFilterList") for one in call.params.get(name, ())
    ]
    found = [
        (one.get("Key") or one.get("key", ""), one.get("Values") or one.get("valueSet", ()))
        for one in given
    ]
    tags = [key for key, _ in found if key.lower().startswith("tag")]
    if tags and len(tags) != len(found):
        raise Fault("InvalidInstanceInformationFilterValue", "Tag filters cannot be combined.")
    return [_filter(key, values) for key, values in found]


def _filter(key: str, values: Sequence[str]) -> Callable[[Site, Node], bool]:
    wanted = set(values)

    def fits(site: Site, node: Node) -> bool:
        known = {
            "InstanceIds": node.id,
            "PingStatus": site.ping(node)[0],
            "PlatformTypes": node.platform,
            "PlatformType": node.platform,
            "AgentVersion": node.agent,
            "ResourceType": node.resource_type,
            "tag:Name": node.name,
        }
        if key not in known:
            raise Fault("InvalidFilterKey", f"The filter key {key[:60]} is not valid.")
        return known[key] in wanted

    return fits


def _information(site: Site, node: Node) -> Answer:
    status, ping = site.ping(node)
    found: Answer = {
        "InstanceId": node.id,
        "PingStatus": status,
        "LastPingDateTime": ping,
        "AgentVersion": node.agent,
        "IsLatestVersion": node.agent == AGENTS[0],
        "PlatformType": node.platform,
        "PlatformName": node.platform_name,
        "PlatformVersion": node.platform_version,
        "ResourceType": node.resource_type,
        "IPAddress": node.ip,
        "ComputerName": node.hostname,
        "AssociationStatus": "Success",
        "LastAssociationExecutionDate": ping - ping % _DAY,
        "LastSuccessfulAssociationExecutionDate": ping - ping % _DAY,
        "AssociationOverview": {"InstanceAssociationStatusAggregatedCount": {"Success": 1}},
        "SourceId": node.id,
        "SourceType": node.source_type,
    }
    if node.hybrid:
        found |= {
            "ActivationId": site.dice.uuid("activation", site.account.number, site.region),
            "IamRole": "service-role/hybrid-node",
            "RegistrationDate": site.epoch - 90 * _DAY,
            "Name": node.name,
        }
    return found


def _properties(site: Site, node: Node) -> Answer:
    found = _information(site, node)
    found |= {
        "Name": node.name,
        "InstanceRole": "managed-node",
        "InstanceState": node.state,
        "Architecture": "arm64" if "7g" in node.instance_type else "x86_64",
        "LaunchTime": site.epoch - 30 * _DAY - node.seed,
    }
    if not node.hybrid:
        found |= {"InstanceType": node.instance_type, "AvailabilityZone": node.zone}
    del found["IsLatestVersion"]
    return found


def get_connection_status(call: Call) -> Answer:
    """Whether the agent of a node or container is connected."""
    target = call.params["Target"]
    connected = call.site.machine(target) is not None
    return {"Target": target, "Status": "connected" if connected else "notconnected"}


HANDLERS: Mapping[str, Handler] = {
    "DescribeInstanceInformation": describe_instance_information,
    "DescribeInstanceProperties": describe_instance_properties,
    "GetConnectionStatus": get_connection_status,
    "GetDocument": get_document,
    "ListNodes": list_nodes,
    **SESSION_HANDLERS,
}
