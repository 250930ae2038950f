"""The keys that KMS gives out: each ciphertext is a random name for a key that is remembered."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.demo.faults import Fault

_MOST_KEYS = 10_000
"""How many data keys are remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key and what it is bound to."""

    plaintext: bytes = field(repr=False)
    key_arn: str
    account: str
    region: str
    context: str


class Vault:
    """Makes data keys and opens their ciphertexts again."""

    def __init__(self) -> None:
        self._keys: dict[bytes, DataKey] = {}

    def generate(
        self, size: int, key_arn: str, account: str, region: str, context: Mapping[str, str]
    ) -> tuple[bytes, bytes]:
        """A fresh key of `size` bytes, and its ciphertext."""
        ciphertext = secrets.token_bytes(168)
        plaintext = secrets.token_bytes(size)
        while len(self._keys) >= _MOST_KEYS:
            del self._keys[next(iter(self._keys))]
        self._keys[ciphertext] = DataKey(plaintext, key_arn, account, region, _text(context))
        return plaintext, ciphertext

    def open(
        self, ciphertext: bytes, account: str, region: str, context: Mapping[str, str]
    ) -> DataKey:
        """The data key of a ciphertext, in the account and region and with the context it has."""
        found = self._keys.get(ciphertext)
        bound = (account, region, _text(context))
        if found is None or (found.account, found.region, found.context) != bound:
            raise Fault("InvalidCiphertextException", "")
        return found


def _text(context: Mapping[str, str]) -> str:
    return json.dumps(dict(context), sort_keys=True)
