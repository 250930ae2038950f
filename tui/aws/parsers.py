"""Answers of JSON services, read as they are: the SDK's own reading costs ten times as much.

botocore walks the model's shapes through every answer to make of it what we then read field by
field, tolerantly, ourselves (`tui.aws.fields`). So the listings of JSON services are decoded and
handed on. Refusals, and all other answers, are the SDK's to read.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from aiobotocore.parsers import AioJSONParser, AioResponseParserFactory
from botocore.parsers import ResponseParserError

_READ_AS_THEY_ARE = ("List", "Describe", "Receive")
"""What the names of such operations begin with. None of those we call holds octets."""

Answer = dict[str, Any]


class ListingParser(AioJSONParser):  # type: ignore[misc]  # aiobotocore has no types
    """botocore's parser of JSON answers, but for listings.

    What it adds to a decoded answer is what botocore's retries and clients look at.
    """

    async def parse(self, response: Mapping[str, Any], shape: object) -> Answer:
        """The answer of one call; raises `ResponseParserError` for what is no JSON object."""
        operation = str(response.get("context", {}).get("operation_name", ""))
        if response["status_code"] >= 300 or not operation.startswith(_READ_AS_THEY_ARE):
            parsed: Answer = await super().parse(response, shape)
            return parsed
        headers = {name.lower(): value for name, value in response["headers"].items()}
        return decoded(response["body"]) | {
            "ResponseMetadata": {
                "RequestId": headers.get("x-amzn-requestid", ""),
                "HTTPStatusCode": response["status_code"],
                "HTTPHeaders": headers,
            }
        }


class Parsers(AioResponseParserFactory):  # type: ignore[misc]  # aiobotocore has no types
    """The session's component that makes parsers: as aiobotocore does, but for JSON services."""

    def create_parser(self, protocol_name: str) -> object:
        """The parser for a service that speaks `json`, `query`, `ec2` or another protocol."""
        if protocol_name == "json":
            return ListingParser(**self._defaults)
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
