"""What the SDK raises, as troubles that say whose call failed, why, and what to do about it.

Codes: botocore's service models and "Common errors" of the AWS API references. The sentences name
account, region and action, and quote AWS's own message where it says more; it is bounded and
stripped of control characters, and no request, header or credential is ever quoted.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore import exceptions as sdk

from tui.aws.options import Place, no_region
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
    WrongUse,
)

_LOGIN = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException",
    "UnrecognizedClient", "InvalidClientTokenId", "InvalidSignatureException", "AuthFailure",
    "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidAccessKeyId",
    "UnauthorizedException", "ForbiddenException", "InvalidGrantException",
})  # fmt: skip
_UNKNOWN_KEY = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"})
"""What a region says that is not enabled for the account: it has never heard of its keys."""
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
    "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
    "PriorRequestNotComplete", "BandwidthLimitExceeded",
})  # fmt: skip
_NOT_ENABLED = frozenset({"OptInRequired", "RegionDisabledException", "SubscriptionRequired"})
_NOT_CONNECTED = frozenset({"TargetNotConnected", "TargetNotConnectedException"})
_SKEWED = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_PASSING = frozenset({
    "InternalError", "InternalFailure", "InternalServerError", "InternalServerException",
    "ServerException", "ServiceUnavailable", "ServiceUnavailableException", "Unavailable",
    "RequestTimeout", "RequestTimeoutException", "500", "502", "503", "504",
})  # fmt: skip
"""What AWS says when something of its own failed; an answer without a code has its status."""
_LONGEST_QUOTE = 300

_LOGIN_ERRORS = (
    sdk.NoCredentialsError, sdk.PartialCredentialsError, sdk.CredentialRetrievalError,
    sdk.SSOError, sdk.TokenRetrievalError, sdk.NoAuthTokenError, sdk.LoginError,
    sdk.ProfileNotFound, sdk.MetadataRetrievalError, sdk.RefreshWithMFAUnsupportedError,
    sdk.UnknownCredentialError, sdk.InvalidConfigError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, for the sentence."""

    place: Place
    service: str
    operation: str
    target: str = ""
    """What a session was asked for; empty for other calls."""
    works_elsewhere: bool = False
    """The same credentials are accepted, but this service has never accepted them here."""

    @property
    def action(self) -> str:
        """As IAM writes it."""
        return f"{self.service}:{self.operation}"


def trouble_of(error: Exception, call: Call) -> Trouble:
    """The trouble that an error of the SDK, of the connection or of an answer's bytes means."""
    if isinstance(error, sdk.ClientError):
        return _refusal(error, call)
    if isinstance(error, _LOGIN_ERRORS):
        return login_expired(call.place, _quote(str(error)))
    if isinstance(error, (sdk.NoRegionError, sdk.InvalidRegionError)):
        return no_region(call.place.profile)
    if isinstance(error, sdk.ParamValidationError):
        return WrongUse(_sentence(f"{call.action} cannot be asked so: {_quote(str(error))}"))
    if isinstance(error, (OSError, sdk.BotoCoreError)):
        return _unreachable(error, call)
    return Refused(
        f"{call.place} answered {call.action} with something that is not AWS's.",
        "Look at the endpoint override, or at a proxy on the way.",
        code="UnreadableAnswer",
    )


def has_passing_cause(trouble: Trouble) -> bool:
    """Whether the same call may well succeed in a moment: a connection or AWS itself failed."""
    return isinstance(trouble, Unreachable) or (
        isinstance(trouble, Refused) and trouble.code in _PASSING
    )


def login_expired(place: Place, why: str) -> LoginExpired:
    """The credentials are missing, expired or refused; `why` is bounded and fit to show."""
    profile = place.profile
    if profile.is_sso:
        hint = f"Run `aws sso login --profile {profile.name}`, then refresh."
    elif profile.name:
        hint = f"Renew the credentials of profile {profile.name}, then refresh."
    else:
        hint = "Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run `aws configure`."
    return LoginExpired(_sentence(f"AWS does not accept {profile.shown}: {why}"), hint)


def code_of(error: Exception) -> str:
    """AWS's code, empty for an error that has none."""
    if not isinstance(error, sdk.ClientError):
        return ""
    code = error.response.get("Error", {}).get("Code", "")
    # Codes of JSON services may come with their namespace in front and an address behind.
    return str(code).rpartition("#")[2].partition(":")[0][:100]


def _refusal(error: sdk.ClientError, call: Call) -> Trouble:
    """What an error code of AWS means."""
    code, said = code_of(error), _message(error)
    call = _really(call, error.operation_name)
    common = _common(code, said, call)
    if common is not None:
        return common
    if call.target:
        about_session = _about_session(code, said, call)
        if about_session is not None:
            return about_session
    return Refused(
        _sentence(f"{call.place} refused {call.action}: {said or code or 'no reason given'}"),
        f"AWS's code is {code}." if code and said else "",
        code=code,
    )


def _really(call: Call, operation: str) -> Call:
    """The call that failed: before the one we made, the SDK may have called for credentials."""
    if operation == call.operation:
        return call
    service = "sso" if operation == "GetRoleCredentials" else "sts"
    return Call(call.place, service, operation)


def _common(code: str, said: str, call: Call) -> Trouble | None:
    """What any call may be refused for."""
    if code in _SKEWED or (code in _LOGIN and "Signature expired" in said):
        return LoginExpired(
            f"AWS finds this computer's clock wrong ({code}).", "Set the clock, then refresh."
        )
    if code in _NOT_ENABLED or (code in _UNKNOWN_KEY and call.works_elsewhere):
        return NotEnabled(
            f"{call.place.region} is not enabled for {call.place.account}.",
            "Enable the region in the account's settings, or leave it out of `regions`.",
        )
    if code in _LOGIN:
        return login_expired(call.place, f"{said} ({code})" if said else code)
    if code in _DENIED:
        return _denied(call, said)
    if code in _THROTTLED:
        return Throttled(
            f"{call.place} gets too many {call.action} calls.", "It is asked again, more slowly."
        )
    return None


def _denied(call: Call, said: str) -> NotAllowed:
    on = f" on {call.target}" if call.target else ""
    return NotAllowed(
        f"You may not call {call.action}{on} with {call.place.profile.shown} "
        f"in {call.place.region}.",
        said or "Ask whoever keeps the account's IAM policies.",
    )


def _about_session(code: str, said: str, call: Call) -> Trouble | None:
    """What a session may be refused for; the sentences of ECS are matched loosely."""
    lower = said.lower()
    if code in _NOT_CONNECTED:
        return AgentOffline(
            f"The agent of {call.target} is not connected to Session Manager in {call.place}.",
            "It may still be starting, have lost its network or its role, or live in another "
            "account or region.",
        )
    if call.operation != "ExecuteCommand":
        return None
    if "execute command was not enabled" in lower or "execute command agent" in lower:
        return ExecDisabled(
            f"ECS Exec is off for {call.target}, or its agent is not running.",
            "Turn on enableExecuteCommand and start new tasks (a task keeps what it started with).",
        )
    if any(word in lower for word in ("not running", "stopped", "is not in running state")):
        return NotRunning(
            _sentence(f"{call.target} is not running: {said}"), "Choose a running task."
        )
    return None


def _unreachable(error: Exception, call: Call) -> Unreachable:
    if isinstance(error, sdk.SSLError):
        return Unreachable(
            f"No secure connection for {call.action} to {call.place}.",
            "A proxy may be in the way: set AWS_CA_BUNDLE to its certificate.",
        )
    if isinstance(error, (TimeoutError, sdk.ReadTimeoutError, sdk.ConnectTimeoutError)):
        return Unreachable(
            f"{call.place} did not answer {call.action} in time.",
            "Look at the network, the VPN and the proxy.",
        )
    endpoint = str(getattr(error, "kwargs", {}).get("endpoint_url", ""))
    host = urlsplit(endpoint).netloc.rpartition("@")[2]
    return Unreachable(
        f"{call.place} cannot be reached for {call.action}{f' at {host}' if host else ''}.",
        "Look at the network, the VPN, the proxy and the endpoint override.",
    )


def _message(error: sdk.ClientError) -> str:
    details = error.response.get("Error", {})
    return _quote(str(details.get("Message") or details.get("message") or ""))


def _sentence(said: str) -> str:
    """Ends as a sentence does, so that a hint can follow."""
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _quote(said: str) -> str:
    """What somebody else says, made fit for one line of ours."""
    plain = "".join(c if c.isprintable() else " " for c in said[: _LONGEST_QUOTE * 2])
    short = " ".join(plain.split())
    return short if len(short) <= _LONGEST_QUOTE else short[: _LONGEST_QUOTE - 1] + "…"
