"""Listings are read as they are, and say what botocore's own reading says."""

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from aiobotocore.parsers import AioJSONParser, AioResponseParser, AioResponseParserFactory
from aiobotocore.session import AioSession
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserError

from tui.aws.parsers import ListingParser, Parsers, decoded
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
    for protocol in ("query", "ec2", "rest-json", "rest-xml"):
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
