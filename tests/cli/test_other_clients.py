"""Other people's clients on `hatchway demo --serve`: the AWS CLI as it is."""

import asyncio
import json
import shutil
from typing import Any

import pytest

from tui.demo.embedded import EmbeddedAws

AWS = shutil.which("aws")

pytestmark = [
    pytest.mark.skipif(AWS is None, reason="the AWS CLI is not installed (pip install awscli)"),
    pytest.mark.usefixtures("aws"),
]


async def cli(*words: str) -> dict[str, Any]:
    assert AWS is not None
    process = await asyncio.create_subprocess_exec(
        AWS, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    said: dict[str, Any] = json.loads(out)
    return said


async def test_ecs_list_clusters_in_pages(aws: EmbeddedAws) -> None:
    whole = await cli("ecs", "list-clusters")
    paged = await cli("ecs", "list-clusters", "--page-size", "1")
    site = aws.world.sites[aws.world.accounts[0].number, "eu-west-1"]
    assert paged == whole
    assert [arn.rpartition("/")[2] for arn in whole["clusterArns"]] == [*sorted(site.names)]


async def test_ecs_describe_tasks() -> None:
    arns = (await cli("ecs", "list-tasks", "--cluster", "payments", "--page-size", "3"))["taskArns"]
    tasks = (await cli("ecs", "describe-tasks", "--cluster", "payments", "--tasks", *arns))["tasks"]
    assert [task["taskArn"] for task in tasks] == arns
    assert all(task["containers"] for task in tasks)


async def test_ssm_describe_instance_information_in_pages() -> None:
    whole = await cli("ssm", "describe-instance-information")
    paged = await cli("ssm", "describe-instance-information", "--page-size", "5")
    assert whole["InstanceInformationList"] == paged["InstanceInformationList"]
    assert len(whole["InstanceInformationList"]) > 5


async def test_sts_get_caller_identity_of_an_assumed_role(aws: EmbeddedAws) -> None:
    dev = aws.world.accounts[2]
    said = await cli("--profile", dev.name, "sts", "get-caller-identity")
    assert said["Account"] == dev.number
    assert ":assumed-role/" in said["Arn"]
