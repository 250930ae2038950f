"""EC2: the regions, the instances behind the managed nodes, and their first passwords."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.faults import Fault
from tui.demo.world.names import REGIONS
from tui.demo.world.node import Node
from tui.demo.world.tags import of_instance
from tui.demo.world.world import Site

_PAGE = 1_000
_LAUNCHED = 86_400.0 * 30


def describe_regions(call: Call) -> Answer:
    """The regions that the account uses; with AllRegions also the others, as not opted in."""
    used = call.world.regions(call.account)
    names = [name for name in REGIONS if name in used or call.params.get("AllRegions")]
    wanted = call.params.get("RegionNames")
    unknown = sorted(set(wanted or ()) - set(REGIONS))
    if unknown:
        raise Fault("InvalidParameterValue", f"Invalid region provided: {unknown[0][:60]}")
    return {
        "Regions": [
            {
                "RegionName": name,
                "Endpoint": f"ec2.{name}.amazonaws.com",
                "OptInStatus": "opt-in-not-required" if name in used else "not-opted-in",
            }
            for name in names
            if wanted is None or name in wanted
        ]
    }


def describe_instances(call: Call) -> Answer:
    """The EC2 instances, by id, by filters, or page by page."""
    site = call.site
    nodes = [node for node in site.nodes.values() if not node.hybrid]
    wanted = call.params.get("InstanceIds")
    if wanted:
        known = {node.id for node in nodes}
        missing = [one for one in wanted if one not in known]
        if missing:
            raise _not_found(missing[0])
        nodes = [node for node in nodes if node.id in wanted]
    for one in call.params.get("Filters", ()):
        fits = _filter(site, one)
        nodes = [node for node in nodes if fits(node)]
    size = call.params.get("MaxResults", _PAGE)
    if not 5 <= size <= _PAGE:
        raise Fault("InvalidParameterValue", "MaxResults must be between 5 and 1000.")
    chosen, token = call.page(nodes, lambda node: node.id, size, call.params.get("NextToken"))
    answer: Answer = {"Reservations": [_reservation(site, node) for node in chosen]}
    return {**answer, "NextToken": token} if token else answer


def get_password_data(call: Call) -> Answer:
    """The first password of a Windows instance, encrypted; empty for those that have none."""
    site, wanted = call.site, call.params["InstanceId"]
    node = site.nodes.get(wanted)
    if node is None or node.hybrid:
        raise _not_found(wanted)
    made = node.windows and not _in_a_domain(node)
    return {
        "InstanceId": node.id,
        "Timestamp": site.epoch - _LAUNCHED - node.seed,
        "PasswordData": call.backend.passwords.data(node.id) if made else "",
    }


def _in_a_domain(node: Node) -> bool:
    """Every fifth or so: it never made a password of its own."""
    return node.seed % 5 == 0


def _not_found(wanted: str) -> Fault:
    return Fault("InvalidInstanceID.NotFound", f"The instance ID '{wanted[:60]}' does not exist")


def _filter(site: Site, one: Mapping[str, Any]) -> Callable[[Node], bool]:
    name, patterns = one.get("Name", ""), one.get("Values", [])

    def fits(node: Node) -> bool:
        tags = of_instance(node, site.account.name)
        known = {
            "instance-id": [node.id],
            "instance-state-name": [node.state],
            "private-ip-address": [node.ip],
            "platform": ["windows"] if node.windows else [],
            "tag-key": list(tags),
        }
        values = [tags.get(name[4:], "")] if name.startswith("tag:") else known.get(name)
        if values is None:
            raise Fault("InvalidParameterValue", f"The filter '{name[:60]}' is invalid")
        return any(fnmatchcase(value, pattern) for value in values for pattern in patterns)

    return fits


def _reservation(site: Site, node: Node) -> Answer:
    digits = site.dice.hexadecimal(17, "subnet", node.zone)
    instance: Answer = {
        "InstanceId": node.id,
        "ImageId": f"ami-{site.dice.hexadecimal(17, 'image', node.platform_name)}",
        "State": {"Code": 16 if node.state == "running" else 80, "Name": node.state},
        "PrivateDnsName": node.hostname if node.hostname.startswith("ip-") else "",
        "PrivateIpAddress": node.ip,
        "InstanceType": node.instance_type,
        "LaunchTime": site.epoch - _LAUNCHED - node.seed,
        "Placement": {"AvailabilityZone": node.zone, "Tenancy": "default"},
        "SubnetId": f"subnet-{digits}",
        "VpcId": f"vpc-{site.dice.hexadecimal(17, 'vpc', site.account.number, site.region)}",
        "Architecture": "arm64" if "7g" in node.instance_type else "x86_64",
        "PlatformDetails": "Windows" if node.windows else "Linux/UNIX",
        "IamInstanceProfile": {
            "Arn": f"arn:aws:iam::{site.account.number}:instance-profile/managed-node",
            "Id": "AIPA" + node.id[4:20].upper(),
        },
        "Tags": [
            {"Key": key, "Value": value}
            for key, value in of_instance(node, site.account.name).items()
        ],
    }
    if node.windows:
        instance["Platform"] = "windows"
    return {
        "ReservationId": f"r-{site.dice.hexadecimal(17, 'reservation', node.id)}",
        "OwnerId": site.account.number,
        "Groups": [],
        "Instances": [instance],
    }


HANDLERS: Mapping[str, Handler] = {
    "DescribeRegions": describe_regions,
    "DescribeInstances": describe_instances,
    "GetPasswordData": get_password_data,
}
