"""Listings are read as they are, and say what botocore's own reading says."""

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from aiobotocore.parsers import (
    AioEC2QueryParser,
    AioJSONParser,
    AioResponseParser,
    AioResponseParserFactory,
)
from aiobotocore.session import AioSession
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserError

from tui.aws.parsers import InstancesParser, ListingParser, Parsers, decoded, instances_in
from tui.demo.embedded import EmbeddedAws


def test_what_is_replaced_is_still_there() -> None:
    assert list(inspect.signature(AioResponseParser.parse).parameters) == [
        "self",
        "response",
        "shape",
    ]
    assert inspect.iscoroutinefunction(AioJSONParser.parse)
    assert "create_parser" in vars(AioResponseParserFactory)
    factory = Parsers()
    factory.set_parser_defaults(timestamp_parser=str)
    assert type(factory.create_parser("json")) is ListingParser
    assert type(factory.create_parser("ec2")) is InstancesParser
    for protocol in ("query", "rest-json", "rest-xml"):
        assert not isinstance(factory.create_parser(protocol), ListingParser)


Answers = list[tuple[OperationModel, Mapping[str, Any]]]


def take(
    model: ServiceModel, taken: Answers, response_dict: Mapping[str, Any], **_: object
) -> None:
    """Keeps an answer as it came."""
    taken.append((model.operation_model(response_dict["context"]["operation_name"]), response_dict))


async def answers(demo: EmbeddedAws) -> Answers:
    """Operations and the answers of the embedded AWS to them, as they come from the wire."""
    taken: Answers = []
    session = AioSession(profile="prod")
    async with (
        session.create_client("ecs", region_name="eu-west-1") as ecs,
        session.create_client("ssm", region_name="eu-west-1") as ssm,
    ):
        for client in (ecs, ssm):
            client.meta.events.register(
                "response-received", partial(take, client.meta.service_model, taken)
            )
        clusters = (await ecs.list_clusters())["clusterArns"]
        await ecs.describe_clusters(clusters=clusters, include=["CONFIGURATIONS", "TAGS"])
        services = (await ecs.list_services(cluster=clusters[0]))["serviceArns"]
        await ecs.describe_services(cluster=clusters[0], services=services, include=["TAGS"])
        tasks = (await ecs.list_tasks(cluster=clusters[0]))["taskArns"]
        await ecs.describe_tasks(cluster=clusters[0], tasks=tasks, include=["TAGS"])
        await ssm.describe_instance_information()
        await ssm.describe_instance_properties()
    return taken


async def test_a_listing_says_what_botocore_says(demo: EmbeddedAws) -> None:
    taken = await answers(demo)
    assert len(taken) == 8
    theirs, ours = (kind(timestamp_parser=lambda v: v) for kind in (AioJSONParser, ListingParser))
    for operation, response in taken:
        shape = operation.output_shape
        assert await ours.parse(response, shape) == await theirs.parse(response, shape)


@pytest.mark.parametrize("operation", ["ListTasks", "StartSession"])
async def test_a_refusal_is_read_by_botocore(operation: str) -> None:
    response = {
        "status_code": 400,
        "headers": {"x-amzn-RequestId": "r"},
        "body": b'{"__type": "a#ThrottlingException", "message": "Rate exceeded"}',
        "context": {"operation_name": operation},
    }
    parsed = await ListingParser().parse(response, None)
    assert parsed["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"7", b"null", b"<html>", b'{"a":', b"\xff", b'"\\ud800"', b"[" * 100_000, b"NaN"],
)
def test_what_is_no_json_object_is_no_answer(body: bytes) -> None:
    with pytest.raises(ResponseParserError):
        decoded(body)


async def test_of_instances_the_ids_and_tags_are_what_botocore_says(demo: EmbeddedAws) -> None:
    taken: Answers = []
    async with AioSession(profile="prod").create_client("ec2", region_name="eu-west-1") as ec2:
        ec2.meta.events.register("response-received", partial(take, ec2.meta.service_model, taken))
        await ec2.describe_instances(MaxResults=5)
        await ec2.describe_regions()
    (operation, response), (regions, other) = taken
    theirs, ours = AioEC2QueryParser(), InstancesParser()
    told = await theirs.parse(response, operation.output_shape)
    read = await ours.parse(response, operation.output_shape)
    assert [one["Instances"][0]["Tags"] for one in told["Reservations"]] == [
        one["Tags"] for one in read["Reservations"][0]["Instances"]
    ]
    assert [one["Instances"][0]["InstanceId"] for one in told["Reservations"]] == [
        one["InstanceId"] for one in read["Reservations"][0]["Instances"]
    ]
    assert read.get("NextToken") == told.get("NextToken")
    assert await ours.parse(other, regions.output_shape) == await theirs.parse(
        other, regions.output_shape
    )


@pytest.mark.parametrize("body", [b"", b"{}", b"<a>", b"<html><body>Hello</html>", b"\xff\x00"])
def test_what_is_no_xml_is_no_answer(body: bytes) -> None:
    with pytest.raises(ResponseParserError):
        instances_in(body)


def test_xml_of_another_kind_has_no_instances() -> None:
    assert instances_in(b"<html/>") == {"Reservations": [{"Instances": []}]}
