"""Real programs of Remote Desktop: xrdp as a Windows host's service, Xvfb as a person's screen.

On Debian: `apt-get install --no-install-recommends xrdp freerdp2-x11 xvfb` (freerdp3-x11 where that
is there). Both listen on this machine only, with files of their own in a temporary folder.
"""

import asyncio
import datetime
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PATIENCE = 20.0
"""Seconds for a program to start, or to say what is waited for."""
CLIENT = next((name for name in ("xfreerdp3", "xfreerdp") if shutil.which(name)), "")
MISSING = [name for name in ("xrdp", "Xvfb") if not shutil.which(name)]
MISSING += [] if CLIENT else ["xfreerdp"]

_SETTINGS = """\
[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:{port}
security_layer=tls
certificate={folder}/cert.pem
key_file={folder}/key.pem
autorun=
allow_channels=true
max_bpp=32
[Logging]
LogFile={folder}/xrdp.log
LogLevel=INFO
EnableSyslog=false
[Xvnc]
name=Xvnc
lib=libvnc.so
username=ask
password=ask
ip=127.0.0.1
port=-1
"""


@dataclass(frozen=True)
class Xrdp:
    """An xrdp that runs."""

    port: int
    log: Path

    async def says(self, words: str) -> None:
        """Wait until its log has these words."""
        await _until(lambda: words in self.log.read_text(errors="replace"), f"xrdp: {words}")


@asynccontextmanager
async def xrdp(folder: Path) -> AsyncIterator[Xrdp]:
    """An xrdp with a certificate and settings of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _write_certificate(folder)
    settings = folder / "xrdp.ini"
    settings.write_text(_SETTINGS.format(port=port, folder=folder))
    found = Xrdp(port, folder / "xrdp.log")
    found.log.touch()
    async with _running("xrdp", "--nodaemon", "--config", str(settings)):
        await found.says(f"listening to port {port} on 127.0.0.1")
        yield found


@asynccontextmanager
async def screen() -> AsyncIterator[str]:
    """An X server without a screen; its name for DISPLAY."""
    theirs, ours = os.pipe()
    try:
        async with _running(
            *("Xvfb", "-displayfd", str(ours), "-screen", "0", "800x600x24", "-nolisten", "tcp"),
            pass_fds=(ours,),
        ):
            async with asyncio.timeout(PATIENCE):
                yield ":" + (await asyncio.to_thread(os.read, theirs, 16)).decode().strip()
    finally:
        os.close(theirs)
        os.close(ours)


@asynccontextmanager
async def _running(*command: str, pass_fds: tuple[int, ...] = ()) -> AsyncIterator[None]:
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=silent, stdout=silent, stderr=silent, pass_fds=pass_fds
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until(happens: Callable[[], object], what: str) -> None:
    for _ in range(round(PATIENCE / 0.05)):
        if happens():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"it never came to that: {what}")


def _write_certificate(folder: Path) -> None:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "EC2AMAZ-0123456")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    content = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "key.pem").touch(mode=0o600)
    (folder / "key.pem").write_bytes(content)
