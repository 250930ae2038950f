"""Answers and refusals are understood by botocore's own parsers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import create_parser

from tui.demo.faults import Fault
from tui.demo.wire.answers import write, write_fault
from tui.demo.wire.models import SERVICES, operation_model, service_model

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _parse(service: str, name: str, status: int, body: bytes) -> dict[str, Any]:
    operation = operation_model(service, name)
    assert operation is not None
    parser = create_parser(service_model(service).metadata["protocol"])
    response = {"body": body, "headers": {}, "status_code": status}
    parsed: dict[str, Any] = parser.parse(response, operation.output_shape)
    return parsed


@pytest.mark.parametrize(
    ("service", "name", "answer"),
    [
        ("ecs", "ListTasks", {"taskArns": ["a", "b"], "nextToken": "t"}),
        ("ecs", "StopTask", {"task": {"taskArn": "é<&>", "createdAt": AT, "tags": []}}),
        ("kms", "Decrypt", {"Plaintext": b"\x00\x01", "KeyId": "k"}),
        ("sts", "GetCallerIdentity", {"UserId": "u<&>", "Account": "1", "Arn": "é"}),
        (
            "sts",
            "AssumeRole",
            {"Credentials": {"AccessKeyId": "k", "SecretAccessKey": "s", "Expiration": AT}},
        ),
        (
            "iam",
            "SimulatePrincipalPolicy",
            {
                "IsTruncated": False,
                "EvaluationResults": [
                    {
                        "EvalActionName": "a",
                        "EvalDecision": "allowed",
                        "MissingContextValues": ["x"],
                        "EvalDecisionDetails": {"k": "allowed"},
                    }
                ],
            },
        ),
        (
            "ec2",
            "DescribeInstances",
            {
                "NextToken": "t",
                "Reservations": [
                    {
                        "OwnerId": "1",
                        "Instances": [
                            {
                                "InstanceId": "i-1",
                                "LaunchTime": AT,
                                "EbsOptimized": True,
                                "State": {"Code": 16, "Name": "running"},
                                "Tags": [{"Key": "k", "Value": "v"}, {"Key": "e", "Value": ""}],
                            }
                        ],
                    }
                ],
            },
        ),
        ("ec2", "DescribeRegions", {"Regions": [{"RegionName": "eu-west-1"}]}),
    ],
)
def test_botocore_reads_what_we_write(service: str, name: str, answer: dict[str, Any]) -> None:
    operation = operation_model(service, name)
    assert operation is not None
    seconds = _seconds(answer)
    assert isinstance(seconds, dict)
    _, body = write(service, operation, seconds, "an-id")
    parsed = _parse(service, name, 200, body)
    parsed.pop("ResponseMetadata")
    assert parsed == answer


def _seconds(value: object) -> object:
    """Handlers tell times as seconds since the epoch."""
    if isinstance(value, dict):
        return {name: _seconds(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_seconds(inner) for inner in value]
    return value.timestamp() if isinstance(value, datetime) else value


@pytest.mark.parametrize("service", SERVICES)
def test_botocore_reads_every_refusal(service: str) -> None:
    name = service_model(service).operation_names[0]
    _, body = write_fault(service, Fault("SomeCode", "a <b> & “c”"), "an-id")
    parsed = _parse(service, name, 400, body)
    assert parsed["Error"]["Code"] == "SomeCode"
    assert parsed["Error"]["Message"] == "a <b> & “c”"
