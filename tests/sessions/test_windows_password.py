"""Opening the password of a Windows instance with a key file, and refusing what is no such key."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from tui.errors import Trouble
from tui.sessions.windows_password import Secret, decrypted

PASSWORD = "s3cret &%$ Passw0rd"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def written(
    path: Path,
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = KEY,
    form: PrivateFormat = PrivateFormat.TraditionalOpenSSL,
    lock: KeySerializationEncryption | None = None,
) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, form, lock or NoEncryption()))
    return path


def sealed(password: str = PASSWORD) -> bytes:
    return KEY.public_key().encrypt(password.encode(), PKCS1v15())


@pytest.mark.parametrize(
    "form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH]
)
async def test_any_form_of_the_key_opens_it(tmp_path: Path, form: PrivateFormat) -> None:
    secret = await decrypted(sealed(), written(tmp_path / "key.pem", form=form))
    assert secret.reveal() == PASSWORD


async def test_the_home_may_be_written_as_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    written(tmp_path / "key.pem")
    assert (await decrypted(sealed(), Path("~/key.pem"))).reveal() == PASSWORD


async def test_another_key_is_refused_and_its_noise_never_taken_for_a_password(
    tmp_path: Path,
) -> None:
    key = written(tmp_path / "other.pem", OTHER)
    for _ in range(50):
        with pytest.raises(Trouble, match="not the key of this instance"):
            await decrypted(sealed(), key)
    with pytest.raises(Trouble, match="not the key of this instance"):
        await decrypted(b"too short", key)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
async def test_a_passphrase_is_refused_with_a_way_out(tmp_path: Path, form: PrivateFormat) -> None:
    key = written(tmp_path / "key.pem", form=form, lock=BestAvailableEncryption(b"sesame"))
    with pytest.raises(Trouble, match=r"has a passphrase.*openssl rsa"):
        await decrypted(sealed(), key)


@pytest.fixture
def locked_openssh(tmp_path: Path) -> Path:
    if not shutil.which("ssh-keygen"):
        pytest.skip("there is no ssh-keygen here")
    key = tmp_path / "id_rsa"
    make = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "sesame", "-f", str(key)]
    subprocess.run(make, check=True)
    return key


async def test_a_passphrase_of_openssh_is_refused_too(locked_openssh: Path) -> None:
    with pytest.raises(Trouble, match="has a passphrase"):
        await decrypted(sealed(), locked_openssh)


async def test_what_is_no_rsa_key_is_said(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    with pytest.raises(Trouble, match=r"cannot be read: No such file"):
        await decrypted(sealed(), missing)
    text = tmp_path / "text.pem"
    text.write_text("hello")
    with pytest.raises(Trouble, match="not a private key in PEM"):
        await decrypted(sealed(), text)
    large = tmp_path / "large.pem"
    large.write_bytes(bytes(70_000))
    with pytest.raises(Trouble, match="too large"):
        await decrypted(sealed(), large)
    curve = written(tmp_path / "ed.pem", ed25519.Ed25519PrivateKey.generate(), PrivateFormat.PKCS8)
    with pytest.raises(Trouble, match="not an RSA key"):
        await decrypted(sealed(), curve)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(PASSWORD)
    assert PASSWORD not in f"{secret} {secret!r} {[secret]} {Trouble(str(secret))}"
