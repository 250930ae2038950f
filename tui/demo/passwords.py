"""The first passwords of the pretended Windows instances, given out as EC2 gives them out.

They are encrypted with the public half of one key pair (RSA, PKCS#1 v1.5), which is made when the
process needs it first; the private half is written to the demo's private folder. Nothing asks for
these passwords: the desktops behind them are pretended too.
"""

import asyncio
import base64
import secrets
import string
from functools import cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_KEY_BITS = 2048
_SIGNS = string.ascii_letters + string.digits + "!@#$%^&*()-=.,"
_LENGTH = 32
"""EC2Launch makes passwords of 32 characters."""


@cache
def _key() -> RSAPrivateKey:
    """One for the process: making one takes a tenth of a second, and tests start many demos."""
    return generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


class Passwords:
    """A password for each instance that is asked for, the same as long as the demo runs."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    async def private_key(self) -> str:
        """The private half in PEM, as EC2 hands out key pairs; made in a thread."""
        key = await asyncio.to_thread(_key)
        return key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ).decode("ascii")

    def of(self, instance_id: str) -> str:
        """The password of an instance."""
        if instance_id not in self._known:
            self._known[instance_id] = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
        return self._known[instance_id]

    def data(self, instance_id: str) -> str:
        """The same, encrypted and in base64."""
        password = self.of(instance_id).encode("ascii")
        return base64.b64encode(_key().public_key().encrypt(password, PKCS1v15())).decode("ascii")
