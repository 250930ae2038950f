"""The administrator's first password of a Windows instance, decrypted with the person's key.

EC2 keeps it encrypted with the public half of the key pair that the instance was launched with
(RSA, PKCS#1 v1.5, in base64). It lives here in memory only, and shows itself to nobody by accident.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import Trouble

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LARGEST_KEY_FILE = 1 << 16
_SHORTEST_PASSWORD = 8
"""Characters: EC2 makes longer ones, and shorter noise of a wrong key is now and then printable."""
_LONGEST_PASSWORD = 256


class Secret:
    """A text that no repr, log line or traceback shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


async def decrypted(data: bytes, key_file: Path) -> Secret:
    """The password in `data`, opened with a private key in PEM; raises a Trouble that says why not.

    In a thread, where the cryptography is also loaded: it takes a while.
    """
    return await asyncio.to_thread(_decrypted, data, key_file)


def _decrypted(data: bytes, key_file: Path) -> Secret:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    key = _private_key(key_file)
    wrong = Trouble(
        f"{key_file} is not the key of this instance.",
        "It takes the private half of the key pair that the instance was launched with.",
    )
    if len(data) != (key.key_size + 7) // 8:
        raise wrong
    try:
        password = key.decrypt(data, PKCS1v15()).decode("ascii")
    except ValueError:
        raise wrong from None
    # With a wrong key OpenSSL answers noise instead of an error.
    if not password.isprintable() or not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise wrong
    return Secret(password)


def _private_key(key_file: Path) -> "RSAPrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
        load_ssh_private_key,
    )

    content = _read(key_file)
    load = load_ssh_private_key if b"BEGIN OPENSSH PRIVATE KEY" in content else load_pem_private_key
    try:
        key = load(content, password=None)
    except TypeError:
        raise Trouble(
            f"{key_file} has a passphrase, which Hatchway does not ask for.",
            "`openssl rsa -in KEY -out COPY` writes one without; keep it private.",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Trouble(
            f"{key_file} is not a private key in PEM.", "It begins with -----BEGIN … PRIVATE KEY."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise Trouble(
            f"{key_file} is not an RSA key.", "EC2 encrypts Windows passwords with RSA only."
        )
    return key


def _read(key_file: Path) -> bytes:
    try:
        with key_file.expanduser().open("rb") as opened:
            content = opened.read(_LARGEST_KEY_FILE + 1)
    except OSError as error:
        raise Trouble(f"{key_file} cannot be read: {error.strerror}.") from error
    if len(content) > _LARGEST_KEY_FILE:
        raise Trouble(f"{key_file} is too large for a key.")
    return content
