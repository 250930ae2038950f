"""Turns the body of an AWS request into the operation's name and its parameters.

Three protocols: JSON 1.0 and 1.1 (the operation in X-Amz-Target), query (form fields, lists as
`Name.member.1`) and EC2 query (capitalised names, lists as `Name.1`). How names are written comes
from the shapes of botocore's models. Whatever arrives is untrusted: depth and length are bounded.
"""

import base64
import binascii
import json
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from tui.demo.faults import Fault
from tui.demo.wire.models import operation_model, service_model

_MOST_FIELDS = 5_000
_MOST_ITEMS = 1_000


def read(service: str, target: str, body: bytes) -> tuple[OperationModel, dict[str, Any]]:
    """The operation and its parameters; `target` is the X-Amz-Target header, empty for query."""
    if service_model(service).metadata["protocol"] == "json":
        return _read_json(service, target, body)
    return _read_query(service, body)


def _read_json(service: str, target: str, body: bytes) -> tuple[OperationModel, dict[str, Any]]:
    prefix, _, name = target.rpartition(".")
    operation = operation_model(service, name)
    if operation is None or prefix != service_model(service).metadata["targetPrefix"]:
        raise Fault("UnknownOperationException", f"Unknown operation {target[:200]}")
    try:
        params = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Fault("SerializationException", "The body is not JSON.") from None
    if not isinstance(params, dict):
        raise Fault("SerializationException", "Start of structure expected.")
    if operation.input_shape is not None:
        return operation, _decoded(operation.input_shape, params)
    return operation, params


def _decoded(shape: StructureShape, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with base64 text turned into bytes where the shape is a blob; no nulls."""
    return {
        name: _blobs(shape.members[name], inner) if name in shape.members else inner
        for name, inner in params.items()
        if inner is not None
    }


def _blobs(shape: Shape, value: object) -> object:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return _decoded(shape, value)
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_blobs(shape.member, inner) for inner in value]
    if shape.type_name == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            raise Fault("SerializationException", "A blob is not base64.") from None
    return value


def _read_query(service: str, body: bytes) -> tuple[OperationModel, dict[str, Any]]:
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Fault("MalformedQueryString", "The query string cannot be read.") from None
    name = fields.get("Action", "")
    operation = operation_model(service, name)
    if operation is None:
        version = fields.get("Version", "")[:40]
        raise Fault("InvalidAction", f"Could not find operation {name[:100]} for version {version}")
    if operation.input_shape is None:
        return operation, {}
    reader = _Fields(fields, ec2=service == "ec2")
    params = reader.structure(operation.input_shape, "")
    return operation, params if isinstance(params, dict) else {}


class _Fields:
    """The flat fields of a form, read along a shape."""

    def __init__(self, fields: dict[str, str], *, ec2: bool) -> None:
        self._fields = fields
        self._ec2 = ec2
        self._prefixes = {
            ".".join(parts[:count])
            for name in fields
            for parts in [name.split(".")]
            for count in range(1, min(len(parts), 12) + 1)
        }

    def value(self, shape: Shape, prefix: str) -> object:
        if isinstance(shape, StructureShape):
            return self.structure(shape, prefix)
        if isinstance(shape, ListShape):
            return self._list(shape, prefix)
        if isinstance(shape, MapShape):
            return self._map(shape, prefix)
        return _scalar(shape, self._fields.get(prefix))

    def structure(self, shape: StructureShape, prefix: str) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            wire = self._name(member, name)
            path = f"{prefix}.{wire}" if prefix else wire
            if path in self._prefixes:
                inner = self.value(member, path)
                if inner is not None:
                    found[name] = inner
        return found

    def _name(self, shape: Shape, name: str) -> str:
        if not self._ec2:
            return str(shape.serialization.get("name", name))
        if "queryName" in shape.serialization:
            return str(shape.serialization["queryName"])
        wire = str(shape.serialization.get("name", name))
        return wire[:1].upper() + wire[1:]

    def _list(self, shape: ListShape, prefix: str) -> list[Any]:
        if not self._ec2 and not shape.serialization.get("flattened"):
            prefix = f"{prefix}.{shape.member.serialization.get('name', 'member')}"
        items: list[Any] = []
        while len(items) < _MOST_ITEMS and f"{prefix}.{len(items) + 1}" in self._prefixes:
            items.append(self.value(shape.member, f"{prefix}.{len(items) + 1}"))
        return items

    def _map(self, shape: MapShape, prefix: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number in range(1, _MOST_ITEMS):
            entry = f"{prefix}.entry.{number}"
            if entry not in self._prefixes:
                break
            found[self._fields.get(f"{entry}.key", "")] = self.value(shape.value, f"{entry}.value")
        return found


def _scalar(shape: Shape, text: str | None) -> object:
    if text is None:
        return None
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
        if kind == "blob":
            return base64.b64decode(text, validate=True)
    except ValueError:
        raise Fault("MalformedInput", f"{text[:100]} is not of type {kind}.") from None
    return text.lower() == "true" if kind == "boolean" else text
