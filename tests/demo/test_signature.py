"""Only requests that were signed lately, whole, and with a key of this start are answered."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tui.demo.clock import HandClock
from tui.demo.faults import Fault
from tui.demo.keys import Key, Keyring
from tui.demo.signature import Incoming, verify

URL = "http://127.0.0.1:4566/"
BODY = b'{"cluster":"payments"}'


def _signed(key: Key, *, secret: str = "", body: bytes = BODY, url: str = URL) -> Incoming:
    request = AWSRequest(method="POST", url=url, data=body)
    request.headers["Host"] = "127.0.0.1:4566"
    request.headers["X-Amz-Target"] = "Service.Operation"
    credentials = Credentials(key.access_key, secret or key.secret, key.token or None)
    SigV4Auth(credentials, "ecs", "eu-west-1").add_auth(request)
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    return Incoming("POST", url, headers, body)


def _with(request: Incoming, name: str, value: str | None) -> Incoming:
    others = tuple(one for one in request.headers if one[0] != name)
    return replace(request, headers=others if value is None else (*others, (name, value)))


@pytest.fixture
def ring() -> Keyring:
    return Keyring(HandClock())


@pytest.fixture
def key(ring: Keyring) -> Key:
    return ring.user("111122223333", "captain")


def _code(request: Incoming, ring: Keyring, now: float | None = None) -> str:
    with pytest.raises(Fault) as refused:
        verify(request, ring, time.time() if now is None else now)
    return refused.value.code


def test_a_good_signature_tells_who_and_where(ring: Keyring, key: Key) -> None:
    scope = verify(_signed(key), ring, time.time())
    assert (scope.key.account, scope.service, scope.region) == ("111122223333", "ecs", "eu-west-1")


def test_a_query_string_and_a_path_are_signed_too(ring: Keyring, key: Key) -> None:
    url = URL + "a%20b/c?x=1&y=%2F"
    assert verify(_signed(key, url=url), ring, time.time()).service == "ecs"
    changed = replace(_signed(key, url=url), url=URL + "a%20b/c?x=2&y=%2F")
    assert _code(changed, ring) == "SignatureDoesNotMatch"


def test_the_key_of_a_role_needs_its_token(ring: Keyring) -> None:
    role = ring.role("444455556666", "Demo", "me", 900)
    assert verify(_signed(role), ring, time.time()).key.arn.endswith("assumed-role/Demo/me")
    assert _code(_with(_signed(role), "x-amz-security-token", "guess"), ring) == (
        "InvalidClientTokenId"
    )


def test_a_token_that_is_not_signed_is_refused(ring: Keyring) -> None:
    role = ring.role("444455556666", "Demo", "me", 900)
    bare = _signed(replace(role, token=""))
    assert _code(_with(bare, "x-amz-security-token", role.token), ring) == "SignatureDoesNotMatch"


def test_an_expired_key_is_refused() -> None:
    clock = HandClock()
    ring = Keyring(clock)
    role = ring.role("444455556666", "Demo", "me", 900)
    clock.advance(900)
    assert _code(_signed(role), ring) == "ExpiredToken"


def test_a_key_may_be_ended_early(ring: Keyring) -> None:
    role = ring.role("444455556666", "Demo", "me", 900)
    ring.expire(role.access_key)
    assert _code(_signed(role), ring) == "ExpiredToken"


def test_keys_of_another_start_are_refused(ring: Keyring) -> None:
    stranger = Keyring(HandClock()).user("111122223333", "captain")
    assert _code(_signed(stranger), ring) == "InvalidClientTokenId"


def test_the_wrong_secret_is_refused(ring: Keyring, key: Key) -> None:
    assert _code(_signed(key, secret="guess"), ring) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("skew", [-301.5, 301.5, 86_400.0])
def test_a_stale_or_early_request_is_refused(ring: Keyring, key: Key, skew: float) -> None:
    assert _code(_signed(key), ring, time.time() + skew) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: _with(r, "authorization", None), "MissingAuthenticationToken"),
        (lambda r: _with(r, "authorization", "Bearer x"), "IncompleteSignature"),
        (lambda r: _with(r, "authorization", "AWS4-HMAC-SHA256 "), "IncompleteSignature"),
        (lambda r: _with(r, "x-amz-date", None), "IncompleteSignature"),
        (lambda r: _with(r, "x-amz-date", "20261399T000000Z"), "IncompleteSignature"),
        (lambda r: replace(r, body=BODY + b" "), "SignatureDoesNotMatch"),
        (lambda r: replace(r, method="PUT"), "SignatureDoesNotMatch"),
        (lambda r: _with(r, "host", "127.0.0.1:1"), "SignatureDoesNotMatch"),
        (lambda r: _with(r, "x-amz-target", "Service.Other"), "SignatureDoesNotMatch"),
        (lambda r: _with(r, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"), "SignatureDoesNotMatch"),
        (lambda r: _with(r, "x-amz-content-sha256", "0" * 64), "SignatureDoesNotMatch"),
    ],
)
def test_what_was_changed_on_the_way_is_refused(
    ring: Keyring, key: Key, change: Callable[[Incoming], Incoming], code: str
) -> None:
    assert _code(change(_signed(key)), ring) == code


@pytest.mark.parametrize("left_out", ["host", "x-amz-date"])
def test_host_and_date_must_be_signed(ring: Keyring, key: Key, left_out: str) -> None:
    request = _signed(key)
    authorization = request.header("authorization")
    shorter = authorization.replace(f"{left_out};", "").replace(f";{left_out},", ",")
    assert shorter != authorization
    assert _code(_with(request, "authorization", shorter), ring) == "SignatureDoesNotMatch"


def test_secrets_do_not_show(key: Key) -> None:
    assert key.secret not in repr(key)


def test_the_oldest_temporary_keys_are_forgotten_first(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.demo.keys._MOST_TEMPORARY", 3)
    roles = [ring.role("444455556666", "Demo", f"s{i}", 900) for i in range(4)]
    assert _code(_signed(roles[0]), ring) == "InvalidClientTokenId"
    assert verify(_signed(roles[3]), ring, time.time()).key == roles[3]
