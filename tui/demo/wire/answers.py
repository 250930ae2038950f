"""Turns a handler's answer, or a Fault, into the bytes that the service's protocol wants.

Handlers answer with plain dicts named as botocore names the members; times are seconds since the
epoch. JSON keeps them as numbers, the XML protocols write ISO 8601.
"""

import base64
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from tui.demo.faults import Fault
from tui.demo.wire.models import service_model

_JSON = msgspec.json.Encoder()
"""It writes bytes as base64, which is what AWS's blobs are."""
XML_TYPE = "text/xml;charset=UTF-8"


def write(
    service: str, operation: OperationModel, answer: dict[str, Any], request_id: str
) -> tuple[str, bytes]:
    """The content type and body of a good answer."""
    if service_model(service).metadata["protocol"] == "json":
        return _json_type(service), _JSON.encode(answer)
    name = operation.name
    namespace = service_model(service).metadata["xmlNamespace"]
    inner = _members(operation.output_shape, answer) if operation.output_shape else ""
    if service == "ec2":
        body = f"<requestId>{request_id}</requestId>{inner}"
    else:
        body = (
            f"<{name}Result>{inner}</{name}Result>"
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        )
    return XML_TYPE, _document(f'{name}Response xmlns="{namespace}"', body, f"{name}Response")


def write_fault(service: str, fault: Fault, request_id: str) -> tuple[str, bytes]:
    """The content type and body of a refusal, in the form of the service's protocol."""
    protocol = service_model(service).metadata["protocol"]
    if protocol == "json":
        wire = {"__type": _json_code(fault.code), "message": fault.message, **fault.fields}
        return _json_type(service), _JSON.encode(wire)
    detail = f"<Code>{escape(fault.code)}</Code><Message>{escape(fault.message)}</Message>"
    if protocol == "ec2":
        body = f"<Errors><Error>{detail}</Error></Errors><RequestID>{request_id}</RequestID>"
        return XML_TYPE, _document("Response", body, "Response")
    body = f"<Error><Type>Sender</Type>{detail}</Error><RequestId>{request_id}</RequestId>"
    namespace = service_model(service).metadata["xmlNamespace"]
    return XML_TYPE, _document(f'ErrorResponse xmlns="{namespace}"', body, "ErrorResponse")


_QUERY_CODES = {
    "InvalidParameterValueException": "InvalidParameterValue",
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "ThrottlingException": "RequestThrottled",
    **{
        code: f"AWS.SimpleQueueService.{code}"
        for code in (
            "BatchEntryIdsNotDistinct",
            "EmptyBatchRequest",
            "MessageNotInflight",
            "TooManyEntriesInBatchRequest",
        )
    },
}


def query_error(service: str, fault: Fault) -> str:
    """The x-amzn-query-error of a service that once spoke the query protocol; empty for others."""
    if "awsQueryCompatible" not in service_model(service).metadata:
        return ""
    return f"{_QUERY_CODES.get(fault.code, fault.code)};Sender"


def _json_type(service: str) -> str:
    return f"application/x-amz-json-{service_model(service).metadata['jsonVersion']}"


def _json_code(code: str) -> str:
    """JSON services have their own names for what the query services call otherwise."""
    return {
        "InvalidClientTokenId": "UnrecognizedClientException",
        "ExpiredToken": "ExpiredTokenException",
        "MissingAuthenticationToken": "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch": "InvalidSignatureException",
        "IncompleteSignature": "IncompleteSignatureException",
    }.get(code, code)


def _document(opening: str, body: str, closing: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{opening}>{body}</{closing}>'.encode()


def _members(shape: StructureShape, value: dict[str, Any]) -> str:
    parts = []
    for name, member in shape.members.items():
        inner = value.get(name)
        if inner is not None:
            parts.append(_element(member, str(member.serialization.get("name", name)), inner))
    return "".join(parts)


def _element(shape: Shape, name: str, value: object) -> str:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return f"<{name}>{_members(shape, value)}</{name}>"
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        if shape.serialization.get("flattened"):
            return "".join(_element(shape.member, name, inner) for inner in value)
        item = str(shape.member.serialization.get("name", "member"))
        return f"<{name}>{''.join(_element(shape.member, item, one) for one in value)}</{name}>"
    if isinstance(shape, MapShape) and isinstance(value, dict):
        entries = (
            _element(shape.key, "key", key) + _element(shape.value, "value", inner)
            for key, inner in value.items()
        )
        return f"<{name}>{''.join(f'<entry>{entry}</entry>' for entry in entries)}</{name}>"
    return f"<{name}>{_text(shape, value)}</{name}>"


def _text(shape: Shape, value: object) -> str:
    if shape.type_name == "timestamp" and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")[:19] + "Z"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return escape(str(value))
