"""Who may call the embedded AWS: access keys made afresh at each start.

Real shells stand behind this port, so nothing about a key can be guessed or kept: secrets and
session tokens come from `secrets`, live in memory, and end with the process.
"""

import secrets
import string
from dataclasses import dataclass, field

from tui.demo.clock import Clock
from tui.demo.faults import Fault

_LETTERS = string.ascii_uppercase + "234567"
_MOST_TEMPORARY = 10_000
"""How many temporary keys are remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Key:
    """One access key and whose it is."""

    access_key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    """The session token of a temporary key; empty for a user's own."""
    account: str
    """Twelve digits."""
    arn: str
    """The caller, as GetCallerIdentity tells it and as sessions are owned by."""
    user_id: str
    expires: float
    """Seconds since the epoch; 0.0 for never."""


def _access_key(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(16))


class Keyring:
    """All keys that the embedded AWS honours."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lasting: dict[str, Key] = {}
        self._temporary: dict[str, Key] = {}

    def user(self, account: str, name: str) -> Key:
        """A new, lasting key for a user of an account."""
        key = Key(
            access_key=_access_key("AKIA"),
            secret=secrets.token_urlsafe(30),
            token="",
            account=account,
            arn=f"arn:aws:iam::{account}:user/{name}",
            user_id=_access_key("AIDA"),
            expires=0.0,
        )
        self._lasting[key.access_key] = key
        return key

    def role(self, account: str, name: str, session: str, seconds: int) -> Key:
        """A new temporary key for a role of an account, which lasts for `seconds`."""
        access_key = _access_key("ASIA")
        key = Key(
            access_key=access_key,
            secret=secrets.token_urlsafe(30),
            token=secrets.token_urlsafe(96),
            account=account,
            arn=f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            user_id=f"{_access_key('AROA')}:{session}",
            expires=self._clock.now() + seconds,
        )
        while len(self._temporary) >= _MOST_TEMPORARY:
            del self._temporary[next(iter(self._temporary))]
        self._temporary[access_key] = key
        return key

    def find(self, access_key: str, token: str) -> Key:
        """The key of that name, if the session token fits; a Fault in AWS's words if not."""
        key = self._lasting.get(access_key) or self._temporary.get(access_key)
        if key is None or not secrets.compare_digest(key.token.encode(), token.encode()):
            raise Fault(
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                status=403,
            )
        if key.expires and key.expires <= self._clock.now():
            raise Fault(
                "ExpiredToken",
                "The security token included in the request is expired",
                status=403,
            )
        return key

    def expire(self, access_key: str) -> None:
        """End a temporary key at once, as if its time had come."""
        key = self._temporary[access_key]
        self._temporary[access_key] = Key(
            key.access_key, key.secret, key.token, key.account, key.arn, key.user_id, 1.0
        )
