"""Answers as they are, where the SDK's own reading costs ten times as much.

botocore walks the model's shapes through every answer to make of it what we then read field by
field, tolerantly, ourselves (`tui.aws.fields`). So the listings of JSON services are decoded and
handed on, and of EC2's instances only what is kept is read. Refusals, and all other answers, are
the SDK's to read.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import msgspec
from aiobotocore.parsers import AioEC2QueryParser, AioJSONParser, AioResponseParserFactory
from botocore.parsers import ResponseParserError

_READ_AS_THEY_ARE = ("List", "Describe", "Receive")
"""What the names of such operations begin with. None of those we call holds octets."""

Answer = dict[str, Any]


def _body_of(response: Mapping[str, Any], operations: tuple[str, ...]) -> bytes | None:
    """The body of an answer that is ours to read; None for a refusal or another operation's."""
    operation = str(response.get("context", {}).get("operation_name", ""))
    if response["status_code"] >= 300 or not operation.startswith(operations):
        return None
    body: bytes = response["body"]
    return body


def _with_metadata(answer: Answer, response: Mapping[str, Any]) -> Answer:
    """What botocore's retries and clients look at besides the answer."""
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return answer | {
        "ResponseMetadata": {
            "RequestId": headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": response["status_code"],
            "HTTPHeaders": headers,
        }
    }


class ListingParser(AioJSONParser):  # type: ignore[misc]  # aiobotocore has no types
    """botocore's parser of JSON answers, but for listings."""

    async def parse(self, response: Mapping[str, Any], shape: object) -> Answer:
        """The answer of one call; raises `ResponseParserError` for what is no JSON object."""
        body = _body_of(response, _READ_AS_THEY_ARE)
        if body is not None:
            return _with_metadata(decoded(body), response)
        parsed: Answer = await super().parse(response, shape)
        return parsed


class InstancesParser(AioEC2QueryParser):  # type: ignore[misc]  # aiobotocore has no types
    """botocore's parser of EC2's answers, but for instances."""

    async def parse(self, response: Mapping[str, Any], shape: object) -> Answer:
        """The answer of one call; raises `ResponseParserError` for what is no XML."""
        body = _body_of(response, ("DescribeInstances",))
        if body is not None:
            return _with_metadata(instances_in(body), response)
        parsed: Answer = await super().parse(response, shape)
        return parsed


class Parsers(AioResponseParserFactory):  # type: ignore[misc]  # aiobotocore has no types
    """The session's component that makes parsers: as aiobotocore does, but for JSON and EC2."""

    def create_parser(self, protocol_name: str) -> object:
        """The parser for a service that speaks `json`, `query`, `ec2` or another protocol."""
        if protocol_name == "json":
            return ListingParser(**self._defaults)
        if protocol_name == "ec2":
            return InstancesParser(**self._defaults)
        return super().create_parser(protocol_name)


def decoded(body: bytes | str) -> Answer:
    """A JSON object; raises `ResponseParserError` for anything else."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ResponseParserError("The answer is not JSON.") from error
    if not isinstance(answer, dict):
        raise ResponseParserError("The answer is not a JSON object.")
    return answer


def instances_in(body: bytes) -> Answer:
    """The ids and tags in an answer of DescribeInstances, in botocore's form.

    Raises `ResponseParserError` for what is no XML.
    """
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        raise ResponseParserError("The answer is not XML.") from error
    found = [
        {
            "InstanceId": one.findtext("{*}instanceId", ""),
            "Tags": [
                {"Key": tag.findtext("{*}key", ""), "Value": tag.findtext("{*}value", "")}
                for tag in one.iterfind("{*}tagSet/{*}item")
            ],
        }
        for one in root.iterfind("{*}reservationSet/{*}item/{*}instancesSet/{*}item")
    ]
    answer: Answer = {"Reservations": [{"Instances": found}]}
    token = root.findtext("{*}nextToken")
    return answer | {"NextToken": token} if token else answer
