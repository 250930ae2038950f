"""The SDK's errors as troubles, code by code."""

from dataclasses import replace

import pytest
from botocore import exceptions as sdk

from tests.aws.plain import PLACE, PROFILE
from tui.aws.options import Place
from tui.aws.troubles import Call, code_of, trouble_of
from tui.errors import (
    AgentOffline,
    ExecDisabled,
    LoginExpired,
    NotAllowed,
    NotEnabled,
    NotRunning,
    Refused,
    Throttled,
    Trouble,
    Unreachable,
    WrongSettings,
    WrongUse,
)

LIST = Call(PLACE, "ecs", "ListTasks")
EXEC = Call(PLACE, "ecs", "ExecuteCommand", "app in task 3f2a91 of shop")
START = Call(PLACE, "ssm", "StartSession", "i-0123")
DISABLED = (
    "The execute command failed because execute command was not enabled when the task was run or "
    "the execute command agent isn't running. Wait and try again or run a new task with execute "
    "command enabled and try again."
)


def error(code: str, message: str = "", operation: str = "ListTasks") -> sdk.ClientError:
    return sdk.ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ExpiredToken", LoginExpired),
        ("ExpiredTokenException", LoginExpired),
        ("UnrecognizedClientException", LoginExpired),
        ("InvalidClientTokenId", LoginExpired),
        ("InvalidSignatureException", LoginExpired),
        ("AuthFailure", LoginExpired),
        ("RequestTimeTooSkewed", LoginExpired),
        ("AccessDenied", NotAllowed),
        ("AccessDeniedException", NotAllowed),
        ("UnauthorizedOperation", NotAllowed),
        ("ThrottlingException", Throttled),
        ("Throttling", Throttled),
        ("RequestLimitExceeded", Throttled),
        ("TooManyRequestsException", Throttled),
        ("OptInRequired", NotEnabled),
        ("ServerException", Refused),
        ("com.amazonaws.ecs#ThrottlingException", Throttled),
        ("ThrottlingException:http://internal.amazon.com/", Throttled),
        ("", Refused),
    ],
)
def test_each_code_has_its_trouble(code: str, kind: type[Trouble]) -> None:
    trouble = trouble_of(error(code, "AWS's own words"), LIST)
    assert type(trouble) is kind
    assert trouble.what.endswith(".")


def test_a_denial_names_action_profile_and_region_and_quotes_aws() -> None:
    said = "User: arn:aws:iam::1:user/ada is not authorized to perform: ecs:ListTasks"
    trouble = trouble_of(error("AccessDeniedException", said), LIST)
    assert trouble.what == "You may not call ecs:ListTasks with profile prod in eu-west-1."
    assert trouble.hint == said


def test_an_expired_login_says_how_to_renew_it() -> None:
    sso = Place(replace(PROFILE, is_sso=True), "eu-west-1")
    nameless = Place(replace(PROFILE, name=""), "eu-west-1")
    hints = [
        trouble_of(error("ExpiredToken"), replace(LIST, place=place)).hint
        for place in (sso, PLACE, nameless)
    ]
    assert "aws sso login --profile prod" in hints[0]
    assert "profile prod" in hints[1]
    assert "AWS_PROFILE" in hints[2]


def test_a_role_that_cannot_be_assumed_is_not_blamed_on_the_call_that_wanted_it() -> None:
    trouble = trouble_of(error("AccessDenied", operation="AssumeRole"), LIST)
    assert "sts:AssumeRole" in trouble.what
    assert "ListTasks" not in trouble.what


def test_a_region_that_never_heard_of_a_key_that_works_elsewhere_is_not_enabled() -> None:
    unknown = error("UnrecognizedClientException", "The security token is invalid.")
    assert isinstance(trouble_of(unknown, replace(LIST, works_elsewhere=True)), NotEnabled)
    expired = error("ExpiredTokenException", "The security token is expired.")
    assert isinstance(trouble_of(expired, replace(LIST, works_elsewhere=True)), LoginExpired)


def test_a_wrong_clock_is_told_from_a_wrong_key() -> None:
    said = "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z"
    assert "clock" in trouble_of(error("InvalidSignatureException", said), LIST).what


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (sdk.NoCredentialsError(), LoginExpired),
        (sdk.ProfileNotFound(profile="x"), LoginExpired),
        (sdk.UnauthorizedSSOTokenError(), LoginExpired),
        (sdk.SSOTokenLoadError(error_msg="gone"), LoginExpired),
        (sdk.TokenRetrievalError(provider="sso", error_msg="gone"), LoginExpired),
        (sdk.CredentialRetrievalError(provider="process", error_msg="no"), LoginExpired),
        (sdk.EndpointConnectionError(endpoint_url="https://x"), Unreachable),
        (sdk.ConnectTimeoutError(endpoint_url="https://x"), Unreachable),
        (sdk.ReadTimeoutError(endpoint_url="https://x"), Unreachable),
        (sdk.SSLError(endpoint_url="https://x", error="bad"), Unreachable),
        (sdk.ConnectionClosedError(endpoint_url="https://x"), Unreachable),
        (TimeoutError(), Unreachable),
        (ConnectionResetError(), Unreachable),
        (sdk.NoRegionError(), WrongSettings),
        (sdk.ParamValidationError(report="no"), WrongUse),
        (KeyError("x"), Refused),
        (TypeError("x"), Refused),
    ],
)
def test_errors_without_a_code_have_their_troubles_too(
    raised: Exception, kind: type[Trouble]
) -> None:
    trouble = trouble_of(raised, LIST)
    assert type(trouble) is kind
    assert trouble.what.endswith(".")
    assert code_of(raised) == ""


def test_sessions_are_refused_with_the_name_of_the_target() -> None:
    offline = trouble_of(error("TargetNotConnected", "x", "StartSession"), START)
    assert isinstance(offline, AgentOffline)
    assert "i-0123" in offline.what
    assert "prod in eu-west-1" in offline.what
    disabled = trouble_of(error("InvalidParameterException", DISABLED, "ExecuteCommand"), EXEC)
    assert isinstance(disabled, ExecDisabled)
    assert "app in task 3f2a91 of shop" in disabled.what
    stopped = error("InvalidParameterException", "The task is not running.", "ExecuteCommand")
    assert isinstance(trouble_of(stopped, EXEC), NotRunning)


def test_what_is_said_about_sessions_means_nothing_elsewhere() -> None:
    trouble = trouble_of(error("InvalidParameterException", DISABLED), LIST)
    assert isinstance(trouble, Refused)
    assert trouble.code == "InvalidParameterException"


def test_what_aws_says_is_bounded_and_cannot_move_the_cursor() -> None:
    trouble = trouble_of(error("ServerException", "\x1b[2J\n" + "x" * 100_000), LIST)
    assert len(str(trouble)) < 500
    assert "\x1b" not in str(trouble)
    assert "\n" not in str(trouble)
