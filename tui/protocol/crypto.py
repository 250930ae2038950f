"""What encrypts a session whose account demands it: AES-256-GCM under a data key of KMS.

    64 octets of key   the first 32 for what the agent sends, the last 32 for what the client sends
    a sealed payload   12 octets of nonce, the ciphertext, 16 octets of tag; no associated data

Sealed are the payloads of the types in `SEALED`, each by itself: their order is what the stream's
numbers say, and is not protected. Sizes, flags and the handshake stay in the clear. See the open
source of `session-manager-plugin` (`encryption/encrypter.go`).
"""

import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tui.errors import ProtocolTrouble
from tui.model.wish import DataKey
from tui.protocol.message import PayloadType
from tui.protocol.payload import read_object, text_field, write_object

KEY_BYTES = 64
"""Octets of the data key, asked of KMS as NumberOfBytes."""
OVERHEAD = 28
"""Octets that a sealed payload is longer than what is in it."""
SEALED = frozenset({PayloadType.OUTPUT, PayloadType.STDERR, PayloadType.EXIT_CODE})
"""The payload types that are sealed once the key is agreed; the client sends only the first."""

_HALF = KEY_BYTES // 2
_NONCE = 12
_CHALLENGE = 64
_LONGEST_CHALLENGE = 4_096
_LONGEST_BLOB = 8_192
"""Octets; KMS's own limit for a ciphertext is 6,144."""
_NO_KEY = "The data key does not fit."


class Cipher:
    """One end of an encrypted session."""

    def __init__(self, key: DataKey, *, client: bool, first_nonce: int | None = None) -> None:
        """`first_nonce` is where the count of nonces begins: anywhere, unless a test says so.

        Raises ProtocolTrouble for a key that has not 64 octets.
        """
        if len(key.plaintext) != KEY_BYTES:
            raise ProtocolTrouble(_NO_KEY, f"KMS was asked for {KEY_BYTES} octets.")
        halves = (AESGCM(key.plaintext[:_HALF]), AESGCM(key.plaintext[_HALF:]))
        self._theirs, self._ours = halves if client else halves[::-1]
        self._nonce = secrets.randbits(8 * _NONCE) if first_nonce is None else first_nonce

    def seal(self, data: bytes) -> bytes:
        """What to send for `data`; no two of them have the same nonce."""
        self._nonce = (self._nonce + 1) % (1 << 8 * _NONCE)
        nonce = self._nonce.to_bytes(_NONCE)
        return nonce + self._ours.encrypt(nonce, data, None)

    def open(self, sealed: bytes) -> bytes:
        """What the peer sealed; ProtocolTrouble unless every bit of it is as the peer sent it."""
        if len(sealed) < OVERHEAD:
            raise ProtocolTrouble("The peer sent something in the clear in an encrypted session.")
        try:
            return self._theirs.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except InvalidTag:
            raise ProtocolTrouble(
                "The peer sent something that the session's key does not open.",
                "It was damaged on the way, or somebody else wrote it.",
            ) from None

    def answer(self, payload: bytes) -> bytes:
        """The client's answer to the agent's challenge: the same secret, sealed our way."""
        return write_challenge(self.seal(self.open(read_challenge(payload))))


class Challenge:
    """The agent's proof that the client has the same key: a secret that must come back."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._secret = secrets.token_bytes(_CHALLENGE)

    def encode(self) -> bytes:
        """The payload of ENC_CHALLENGE_REQUEST."""
        return write_challenge(self._cipher.seal(self._secret))

    def check(self, payload: bytes) -> None:
        """The client answered; ProtocolTrouble when it is not the answer."""
        if not compare_digest(self._cipher.open(read_challenge(payload)), self._secret):
            raise ProtocolTrouble("The client answered the encryption challenge wrongly.")


def read_challenge(payload: bytes) -> bytes:
    """The sealed secret in a challenge or its answer; ProtocolTrouble when it cannot be read."""
    what = "an encryption challenge"
    sealed = _unbase64(text_field(read_object(payload, what), "Challenge", what), what)
    if len(sealed) > _LONGEST_CHALLENGE:
        raise ProtocolTrouble(f"The peer sent {what} that is too long.")
    return sealed


def write_challenge(sealed: bytes) -> bytes:
    """A challenge, or its answer, as payload."""
    return write_object({"Challenge": b64encode(sealed).decode("ascii")})


def key_result(key: DataKey, *, challenged: bool) -> dict[str, object]:
    """The client's result of the encryption action: the key as only KMS can read it.

    `challenged` says that the agent's random challenge is part of the encryption context.
    """
    result: dict[str, object] = {
        "KMSCipherTextKey": b64encode(key.ciphertext).decode("ascii"),
        "KMSCipherTextHash": None,
    }
    return {**result, "ChallengeAcknowledgement": True} if challenged else result


def read_key_result(result: Mapping[str, object] | None) -> tuple[bytes, bool]:
    """The ciphertext of the key, and whether the challenge is in its encryption context."""
    what = "the key of the session"
    fields = result or {}
    blob = _unbase64(text_field(fields, "KMSCipherTextKey", what), what)
    if not 0 < len(blob) <= _LONGEST_BLOB:
        raise ProtocolTrouble(f"The peer sent {what} with a length that no key has.")
    return blob, fields.get("ChallengeAcknowledgement") is True


def encryption_context(session_id: str, target: str, challenge: str = "") -> dict[str, str]:
    """What the data key is bound to at KMS; with the agent's challenge, if it is honoured."""
    context = {"aws:ssm:SessionId": session_id, "aws:ssm:TargetId": target}
    return {**context, "aws:ssm:RandomChallenge": challenge} if challenge else context


def _unbase64(text: str, what: str) -> bytes:
    """The octets of a text in base64."""
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (Error, ValueError):
        raise ProtocolTrouble(f"The peer sent {what} that is not base64.") from None
