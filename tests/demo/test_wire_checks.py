"""Parameters outside the model's bounds are refused with the service's own code."""

from typing import Any

import pytest

from tui.demo.faults import Fault
from tui.demo.wire.checks import check
from tui.demo.wire.models import operation_model


def _check(service: str, name: str, params: dict[str, Any]) -> None:
    operation = operation_model(service, name)
    assert operation is not None
    check(service, operation, params)


@pytest.mark.parametrize(
    ("service", "name", "params", "code", "words"),
    [
        ("ssm", "StartSession", {}, "ValidationException", "Target"),
        ("ssm", "StartSession", {"Target": 7}, "ValidationException", "Target"),
        ("ssm", "StartSession", {"Target": "x" * 401}, "ValidationException", "length"),
        (
            "ssm",
            "StartSession",
            {"Target": "i", "DocumentName": "a b"},
            "ValidationException",
            "pat",
        ),
        ("ssm", "DescribeInstanceInformation", {"MaxResults": 4}, "ValidationException", "4"),
        ("ssm", "DescribeInstanceInformation", {"MaxResults": 51}, "ValidationException", "50"),
        ("ssm", "DescribeSessions", {"State": "Now"}, "ValidationException", "enum"),
        (
            "ssm",
            "DescribeSessions",
            {"State": "Active", "Filters": [{"key": "Owner", "value": "o"}] * 7},
            "ValidationException",
            "less than or equal to 6",
        ),
        ("ecs", "DescribeTasks", {}, "InvalidParameterException", "tasks"),
        ("ecs", "ListTasks", {"desiredStatus": "GONE"}, "InvalidParameterException", "enum"),
        ("sts", "AssumeRole", {"RoleArn": "short", "RoleSessionName": "s"}, "ValidationError", ""),
    ],
)
def test_what_does_not_fit_is_refused(
    service: str, name: str, params: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(Fault) as refused:
        _check(service, name, params)
    assert refused.value.code == code
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("service", "name", "params"),
    [
        ("ssm", "StartSession", {"Target": "i-1", "Parameters": {"command": ["ls"]}}),
        ("ssm", "DescribeInstanceInformation", {"MaxResults": 50}),
        ("ecs", "ListTasks", {"desiredStatus": "STOPPED", "aMemberOfTomorrow": 1}),
        ("sts", "GetCallerIdentity", {}),
    ],
)
def test_what_fits_passes(service: str, name: str, params: dict[str, Any]) -> None:
    _check(service, name, params)
