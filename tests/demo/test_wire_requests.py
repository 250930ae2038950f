"""Bodies of all three protocols become parameters; nonsense is refused as AWS refuses it."""

import json
from urllib.parse import urlencode

import pytest
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from tui.demo.faults import Fault
from tui.demo.wire.models import operation_model, service_model
from tui.demo.wire.requests import read


@pytest.mark.parametrize(
    ("service", "name", "params"),
    [
        ("ecs", "DescribeTasks", {"cluster": "a", "tasks": ["x", "y"]}),
        ("ssm", "StartSession", {"Target": "i-1", "Parameters": {"portNumber": ["80"]}}),
        ("kms", "Decrypt", {"CiphertextBlob": b"\x00\xff", "EncryptionContext": {"a": "b"}}),
        ("sts", "AssumeRole", {"RoleArn": "arn", "RoleSessionName": "s", "DurationSeconds": 900}),
        (
            "sts",
            "AssumeRole",
            {"RoleArn": "a", "RoleSessionName": "s", "Tags": [{"Key": "k", "Value": "v"}]},
        ),
        (
            "iam",
            "SimulatePrincipalPolicy",
            {"PolicySourceArn": "arn", "ActionNames": ["a:b", "c:d"], "MaxItems": 3},
        ),
        (
            "ec2",
            "DescribeInstances",
            {
                "InstanceIds": ["i-1", "i-2"],
                "DryRun": False,
                "Filters": [
                    {"Name": "tag:Name", "Values": ["a", "b"]},
                    {"Name": "x", "Values": []},
                ],
            },
        ),
        ("ec2", "DescribeRegions", {"AllRegions": True, "RegionNames": ["eu-west-1"]}),
        ("organizations", "ListAccounts", {"MaxResults": 5}),
        ("logs", "GetLogEvents", {"logStreamName": "s", "startTime": 1, "startFromHead": True}),
    ],
)
def test_what_botocore_writes_is_read_back(
    service: str, name: str, params: dict[str, object]
) -> None:
    operation = operation_model(service, name)
    assert operation is not None
    model = service_model(service)
    sent = create_serializer(model.metadata["protocol"], include_validation=False)
    request = sent.serialize_to_request(params, operation)
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    elif isinstance(body, str):
        body = body.encode()

    found, got = read(service, request["headers"].get("X-Amz-Target", ""), body)

    assert found.name == name
    # An empty list cannot be told from none in the query protocols.
    expected = json.loads(json.dumps(params, default=list).replace(', "Values": []', ""))
    assert json.loads(json.dumps(got, default=list)) == expected


@pytest.mark.parametrize(
    ("service", "target", "body", "code"),
    [
        ("ecs", "", b"{}", "UnknownOperationException"),
        ("ecs", "AmazonSSM.ListClusters", b"{}", "UnknownOperationException"),
        ("ecs", "AmazonEC2ContainerServiceV20141113.Nope", b"{}", "UnknownOperationException"),
        ("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters", b"{", "SerializationException"),
        ("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters", b"[]", "SerializationException"),
        (
            "ecs",
            "AmazonEC2ContainerServiceV20141113.ListClusters",
            b"\xff",
            "SerializationException",
        ),
        ("kms", "TrentService.Decrypt", b'{"CiphertextBlob": "?"}', "SerializationException"),
        ("sts", "", b"", "InvalidAction"),
        ("sts", "", b"Action=Nope&Version=2011-06-15", "InvalidAction"),
        ("sts", "", b"\xff\xfe", "MalformedQueryString"),
        ("sts", "", b"Action=AssumeRole&DurationSeconds=many", "MalformedInput"),
        ("s3", "", b"", "UnknownOperationException"),
    ],
)
def test_nonsense_is_refused(service: str, target: str, body: bytes, code: str) -> None:
    with pytest.raises(Fault) as refused:
        read(service, target, body)
    assert refused.value.code == code


def test_too_deep_json_is_refused() -> None:
    deep = b'{"cluster":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with pytest.raises(Fault, match="SerializationException"):
        read("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters", deep)


@given(st.binary(max_size=300))
def test_any_form_is_read_or_refused(body: bytes) -> None:
    try:
        operation, params = read("ec2", "", b"Action=DescribeInstances&" + body)
    except Fault:
        return
    assert isinstance(params, dict)
    assert operation.name
