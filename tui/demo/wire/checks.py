"""Holds the parameters of a call against the operation's shape and refuses what AWS would refuse.

Required members, types and lower bounds by botocore's own validator; upper bounds, patterns and
enumerations by a walk of the shape. The sentences are those of AWS's front ends.
"""

import re
from collections.abc import Iterator, Sized
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from tui.demo.faults import Fault

CODES = {
    "ecs": "InvalidParameterException",
    "logs": "InvalidParameterException",
    "organizations": "InvalidInputException",
    "ec2": "InvalidParameterValue",
    "iam": "ValidationError",
    "sts": "ValidationError",
}
"""The code for bad parameters by service; ValidationException elsewhere."""


def check(service: str, operation: OperationModel, params: dict[str, Any]) -> None:
    """Raise a Fault if the parameters do not fit the operation."""
    shape = operation.input_shape
    if shape is None:
        return
    code = CODES.get(service, "ValidationException")
    unknown = sorted(set(params) - set(shape.members))
    if unknown:
        params = {name: value for name, value in params.items() if name in shape.members}
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        raise Fault(code, _plain(report.generate_report()))
    problem = next(_problems(shape, params, ""), None)
    if problem is not None:
        raise Fault(code, f"1 validation error detected: {problem}")


def _plain(report: str) -> str:
    return "Parameter validation failed: " + "; ".join(report.splitlines())[:500]


@lru_cache(maxsize=500)
def _pattern(text: str) -> re.Pattern[str] | None:
    """The pattern, or None where Python cannot read what Java can."""
    try:
        return re.compile(text)
    except re.error:
        return None


def _problems(shape: Shape, value: object, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members:
                yield from _problems(shape.members[name], inner, f"{path}.{name}" if path else name)
    elif isinstance(shape, ListShape) and isinstance(value, list | tuple):
        yield from _length(shape, value, path)
        for number, inner in enumerate(value, 1):
            yield from _problems(shape.member, inner, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        yield from _length(shape, value, path)
        for key, inner in value.items():
            yield from _problems(shape.value, inner, f"{path}.{key[:60]}.member")
    else:
        yield from _scalar(shape, value, path)


def _length(shape: Shape, value: Sized, path: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if most is not None and len(value) > most:
        yield _sentence(value, path, f"Member must have length less than or equal to {most}")


def _scalar(shape: Shape, value: object, path: str) -> Iterator[str]:
    if isinstance(value, str):
        yield from _length(shape, value, path)
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            yield _sentence(
                value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]"
            )
        wanted = shape.metadata.get("pattern")
        pattern = _pattern(wanted) if wanted else None
        # Patterns are short and anchored by hand; long values meet the length bound first.
        if pattern is not None and len(value) <= 4_096 and not pattern.search(value):
            yield _sentence(
                value, path, f"Member must satisfy regular expression pattern: {wanted}"
            )
    elif isinstance(value, int | float) and not isinstance(value, bool):
        most = shape.metadata.get("max")
        if most is not None and value > most:
            yield _sentence(value, path, f"Member must have value less than or equal to {most}")


def _sentence(value: object, path: str, constraint: str) -> str:
    return f"Value '{str(value)[:120]}' at '{path}' failed to satisfy constraint: {constraint}"
