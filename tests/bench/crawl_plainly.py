"""Two plain boto3 programs that load the same fleet, one call after another: for `crawl`.

`services` lists as other tools do, everything per service, with pages and retries as they come.
`same FILE` makes the calls that Hatchway's engine has made, as `crawl_ours` has written them down.
Each prints one line of JSON; calls are counted where botocore sends them, so retries count, too.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

Item = dict[str, str]


class Account:
    """A profile, with one client for each service and region."""

    def __init__(self, profile: str, sent: Counter[str]) -> None:
        self.session = boto3.Session(profile_name=profile or None)
        self._clients: dict[tuple[str, str], object] = {}
        self._sent = sent

    def client(self, service: str, region: str) -> object:
        """A client, made when it is first wanted."""
        if (service, region) not in self._clients:
            client = self.session.client(service, region_name=region)
            client.meta.events.register("before-send", self._count)
            self._clients[service, region] = client
        return self._clients[service, region]

    def call(self, region: str, service: str, operation: str, **asked: object) -> dict[str, object]:
        """One call; what is refused has no answer."""
        try:
            answer = getattr(self.client(service, region), xform_name(operation))(**asked)
        except ClientError:
            return {}
        return dict(answer)

    def all(
        self, region: str, service: str, operation: str, items: str, **asked: object
    ) -> Iterator[object]:
        """The items of all pages."""
        token: dict[str, object] = {}
        while True:
            page = self.call(region, service, operation, **asked, **token)
            found = page.get(items, [])
            yield from found if isinstance(found, list) else []
            name = "NextToken" if service == "ssm" else "nextToken"
            if not page.get(name):
                return
            token = {name: page[name]}

    def _count(self, request: object, **_: object) -> None:
        self._sent[str(request.__class__)] += 1


def _services(sent: Counter[str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for profile in boto3.Session().available_profiles:
        account = Account(profile, sent)
        home = str(account.session.region_name)
        account.call(home, "sts", "GetCallerIdentity")
        regions = account.call(home, "ec2", "DescribeRegions").get("Regions", [])
        assert isinstance(regions, list)
        for region in regions:
            _in_region(account, region["RegionName"], found)
    return dict(found)


def _in_region(account: Account, region: str, found: Counter[str]) -> None:
    for cluster in account.all(region, "ecs", "ListClusters", "clusterArns"):
        arns = list(account.all(region, "ecs", "ListServices", "serviceArns", cluster=cluster))
        for some in _by(10, arns):
            account.call(region, "ecs", "DescribeServices", cluster=cluster, services=some)
        for service in arns:
            tasks = account.all(
                region, "ecs", "ListTasks", "taskArns", cluster=cluster, serviceName=service
            )
            for some in _by(100, list(tasks)):
                answer = account.call(region, "ecs", "DescribeTasks", cluster=cluster, tasks=some)
                described = answer.get("tasks", [])
                assert isinstance(described, list)
                found["task"] += len(described)
                found["container"] += sum(len(task["containers"]) for task in described)
    for _ in account.all(
        region, "ssm", "DescribeInstanceInformation", "InstanceInformationList", MaxResults=50
    ):
        found["node"] += 1


def _by(size: int, items: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _same(sent: Counter[str], file: Path) -> dict[str, int]:
    accounts: dict[str, Account] = {}
    found: Counter[str] = Counter()
    nodes: set[str] = set()  # some calls only look whether there are any
    for profile, region, service, operation, asked in json.loads(file.read_text()):
        if profile not in accounts:
            accounts[profile] = Account(profile, sent)
        answer = accounts[profile].call(region, service, operation, **asked)
        tasks = answer.get("tasks", [])
        if operation == "DescribeTasks" and isinstance(tasks, list):
            found["task"] += len(tasks)
            found["container"] += sum(len(task["containers"]) for task in tasks)
        nodes.update(_nodes_in(answer))
    return {**found, "node": len(nodes)}


def _nodes_in(answer: dict[str, object]) -> Iterator[str]:
    nodes = answer.get("InstanceInformationList") or answer.get("InstanceProperties") or []
    yield from (node["InstanceId"] for node in nodes) if isinstance(nodes, list) else ()


def main(words: Sequence[str]) -> None:
    """Runs the program that is named."""
    sent: Counter[str] = Counter()
    started = time.perf_counter()
    found = _same(sent, Path(words[1])) if words[0] == "same" else _services(sent)
    took = time.perf_counter() - started
    print(json.dumps({"wall": took, "calls": sum(sent.values()), **found}))


if __name__ == "__main__":
    main(sys.argv[1:])
