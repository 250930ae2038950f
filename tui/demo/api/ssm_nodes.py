"""Systems Manager's ListNodes: the managed nodes of one account and region, or of all of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tui.demo.api.call import Answer, Call
from tui.demo.faults import Fault
from tui.demo.world.node import Node
from tui.demo.world.world import Site

SYNC_NAME = "AWS-QuickSetup-ManagedNode"
"""The resource data sync that knows all nodes of the organization."""
_PAGE = 50
_UNIT = "ou-h4tc-fleet001"
_UNIT_PATH = f"o-hatchdemo1/r-h4tc/{_UNIT}"

T = TypeVar("T")
_Found = tuple[Site, Node]

_OF_SITES: Mapping[str, Callable[[Site], str]] = {
    "AccountId": lambda site: site.account.number,
    "Region": lambda site: site.region,
}
_OF_NODES: Mapping[str, Callable[[Node], str]] = {
    "AgentType": lambda node: "amazon-ssm-agent",
    "AgentVersion": lambda node: node.agent,
    "AvailabilityZone": lambda node: "" if node.hybrid else node.zone,
    "ComputerName": lambda node: node.hostname,
    "InstanceId": lambda node: node.id,
    "InstanceStatus": lambda node: node.state,
    "IpAddress": lambda node: node.ip,
    "ManagedStatus": lambda node: "Managed",
    "OrganizationalUnitId": lambda node: _UNIT,
    "OrganizationalUnitPath": lambda node: _UNIT_PATH,
    "PlatformName": lambda node: node.platform_name,
    "PlatformType": lambda node: node.platform,
    "PlatformVersion": lambda node: node.platform_version,
    "ResourceType": lambda node: node.resource_type,
    "SourceId": lambda node: node.id,
    "SourceType": lambda node: node.source_type,
}
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "Equal": lambda value, wanted: value == wanted,
    "NotEqual": lambda value, wanted: value != wanted,
    "BeginWith": lambda value, wanted: value.startswith(wanted),
}


def list_nodes(call: Call) -> Answer:
    """The nodes by account, region and id, up to 50 a page."""
    filters = call.params.get("Filters", ())
    found = [
        (site, node)
        for site in _sites(call)
        if _fit(filters, _OF_SITES, site)
        for node in site.nodes.values()
        if _fit(filters, _OF_NODES, node)
    ]
    chosen, token = call.page(
        found, _key, call.params.get("MaxResults", _PAGE), call.params.get("NextToken")
    )
    answer: Answer = {"Nodes": [_describe(site, node) for site, node in chosen]}
    return {**answer, "NextToken": token} if token else answer


def _fit(
    filters: Sequence[Mapping[str, Any]], known: Mapping[str, Callable[[T], str]], one: T
) -> bool:
    """Whether it passes those of the filters that are about what is known of it."""
    for wish in filters:
        key = wish["Key"]
        if key not in _OF_SITES and key not in _OF_NODES:
            raise Fault("InvalidFilter", f"The filter key {key[:60]} is not supported.")
        if key in known:
            value, compare = known[key](one), _TESTS[wish.get("Type", "Equal")]
            results = [compare(value, wanted) for wanted in wish["Values"]]
            if not (all(results) if compare is _TESTS["NotEqual"] else any(results)):
                return False
    return True


def _sites(call: Call) -> Sequence[Site]:
    """Where to look: everywhere for the organization's management account, if it names the sync."""
    name = call.params.get("SyncName")
    if name is None:
        return [call.site]
    if name != SYNC_NAME or call.account != call.world.accounts[0].number:
        raise Fault("ResourceDataSyncNotFoundException", f"Sync {name} does not exist.")
    sites = call.world.sites
    return [sites[at] for at in sorted(sites)]


def _key(found: _Found) -> str:
    site, node = found
    return f"{site.account.number}/{site.region}/{node.id}"


def _describe(site: Site, node: Node) -> Answer:
    instance: Answer = {
        "AgentType": "amazon-ssm-agent",
        "AgentVersion": node.agent,
        "ComputerName": node.hostname,
        "InstanceStatus": node.state,
        "IpAddress": node.ip,
        "ManagedStatus": "Managed",
        "Name": node.name,
        "PlatformType": node.platform,
        "PlatformName": node.platform_name,
        "PlatformVersion": node.platform_version,
        "ResourceType": node.resource_type,
        "SourceType": node.source_type,
        "SourceId": node.id,
    }
    if not node.hybrid:
        instance["AvailabilityZone"] = node.zone
    return {
        "CaptureTime": site.now,
        "Id": node.id,
        "Owner": {
            "AccountId": site.account.number,
            "OrganizationalUnitId": _UNIT,
            "OrganizationalUnitPath": _UNIT_PATH,
        },
        "Region": site.region,
        "NodeType": {"Instance": instance},
    }
