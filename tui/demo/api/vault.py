"""The master key of the embedded KMS: what it seals, it opens again, and remembers nothing.

A ciphertext is a version, the ARN of the key it was asked from, a nonce, and the data key sealed
with AES-256-GCM. The seal also covers the ARN, the account, the region and the encryption context,
so that with any other of these it does not open. The master key lives as long as the vault.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tui.demo.faults import Fault

_VERSION = b"\x01"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key, and the key that it was asked from."""

    plaintext: bytes = field(repr=False)
    key_arn: str


class Vault:
    """Makes data keys and opens their ciphertexts again."""

    def __init__(self) -> None:
        self._master = AESGCM(AESGCM.generate_key(256))

    def generate(
        self, size: int, key_arn: str, account: str, region: str, context: Mapping[str, str]
    ) -> tuple[bytes, bytes]:
        """A fresh key of `size` bytes, and its ciphertext."""
        plaintext, nonce = secrets.token_bytes(size), secrets.token_bytes(_NONCE)
        name = key_arn.encode()
        head = _VERSION + len(name).to_bytes(2) + name
        bound = head + _text(account, region, context)
        return plaintext, head + nonce + self._master.encrypt(nonce, plaintext, bound)

    def open(
        self, ciphertext: bytes, account: str, region: str, context: Mapping[str, str]
    ) -> DataKey:
        """The data key of a ciphertext, in the account and region and with the context it has."""
        until = 3 + int.from_bytes(ciphertext[1:3])
        head, sealed = ciphertext[:until], ciphertext[until:]
        try:
            plaintext = self._master.decrypt(
                sealed[:_NONCE], sealed[_NONCE:], head + _text(account, region, context)
            )
        except (InvalidTag, ValueError):
            raise Fault("InvalidCiphertextException", "") from None
        return DataKey(plaintext, head[3:].decode())


def _text(account: str, region: str, context: Mapping[str, str]) -> bytes:
    return json.dumps([account, region, dict(context)], sort_keys=True).encode()
