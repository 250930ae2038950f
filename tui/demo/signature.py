"""Checks AWS Signature Version 4 on a request, with botocore's own signer as the measure.

The signature is computed again from what arrived, with the secret that belongs to the access key,
and compared in constant time. Rules from "Signing AWS API requests" in the IAM user guide.
"""

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tui.demo.faults import Fault
from tui.demo.keys import Key, Keyring

MOST_SKEW = 300.0
"""Seconds that a request's date may differ from the clock, as in AWS."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[A-Za-z0-9]{1,128})/(?P<date>\d{8})/"
    r"(?P<region>[a-z0-9-]{1,64})/(?P<service>[a-z0-9-]{1,64})/aws4_request,\s*"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]{1,4096}),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True)
class Incoming:
    """The parts of an HTTP request that a signature covers; header names in lower case."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or the empty string."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a valid signature says: who calls which service in which region."""

    key: Key
    service: str
    region: str


def verify(request: Incoming, keyring: Keyring, now: float) -> Scope:
    """The scope of a well-signed request; any other raises a Fault with AWS's own code.

    `now` is the real time in seconds since the epoch, against which the request's date is held.
    """
    authorization = request.header("authorization")
    if not authorization:
        raise Fault(
            "MissingAuthenticationToken", "Request is missing Authentication Token", status=403
        )
    found = _AUTHORIZATION.fullmatch(authorization.strip())
    if found is None:
        raise Fault(
            "IncompleteSignature",
            "Authorization header does not hold a complete AWS4-HMAC-SHA256 signature.",
        )
    date = request.header("x-amz-date")
    _check_date(date, found["date"], now)
    key = keyring.find(found["key"], request.header("x-amz-security-token"))
    names = frozenset(found["headers"].split(";"))
    _check_headers(names, key)
    _check_body(request)
    signer = SigV4Auth(Credentials(key.access_key, key.secret), found["service"], found["region"])
    expected = _sign(signer, request, names, date)
    if not hmac.compare_digest(expected, found["signature"]):
        raise _mismatch()
    return Scope(key, found["service"], found["region"])


def _mismatch() -> Fault:
    return Fault(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
        status=403,
    )


def _check_date(date: str, scope_date: str, now: float) -> None:
    if not _DATE.fullmatch(date) or not date.startswith(scope_date):
        raise Fault(
            "IncompleteSignature",
            "The request's X-Amz-Date header is missing or does not fit its credential scope.",
        )
    try:
        signed_at = calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Fault("IncompleteSignature", "X-Amz-Date is not a date.") from None
    if abs(now - signed_at) > MOST_SKEW:
        current = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        raise Fault(
            "SignatureDoesNotMatch",
            f"Signature expired: {date} is not within 5 min. of the current time ({current})",
            status=403,
        )


def _check_headers(names: Iterable[str], key: Key) -> None:
    """Host, date and session token must be among the signed headers."""
    wanted = {"host", "x-amz-date"} | ({"x-amz-security-token"} if key.token else set())
    if not wanted.issubset(names):
        raise Fault(
            "SignatureDoesNotMatch",
            "'Host' and every 'X-Amz-*' header that carries authority must be signed.",
            status=403,
        )


def _check_body(request: Incoming) -> None:
    claimed = request.header("x-amz-content-sha256")
    if claimed and not hmac.compare_digest(
        claimed.encode(), hashlib.sha256(request.body).hexdigest().encode()
    ):
        raise _mismatch()


def _sign(signer: SigV4Auth, request: Incoming, names: frozenset[str], date: str) -> str:
    again = AWSRequest(method=request.method, url=request.url, data=request.body)
    for name, value in request.headers:
        if name in names:
            again.headers[name] = value
    again.context["timestamp"] = date
    canonical = signer.canonical_request(again)
    signature: str = signer.signature(signer.string_to_sign(again, canonical), again)
    return signature
