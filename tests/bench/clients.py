"""Two clients of one gateway, run the same way: ours and AWS's plugin, each as a process."""

import contextlib
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3

PLUGIN = shutil.which("session-manager-plugin")
PROFILE = "prod"
REGION = "eu-west-1"
_ANSWER = "AWS_SSM_START_SESSION_RESPONSE"

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Client:
    """A name, and whether it is the plugin."""

    name: str
    is_plugin: bool = False

    def command(self, target: str, document: str, parameters: Parameters) -> list[str]:
        """The command that runs one session; for the plugin StartSession is called here."""
        if self.is_plugin:
            return self._plugin(target, document, parameters)
        return [
            *(sys.executable, "-m", "tui", "session", target, "--profile", PROFILE),
            *("--region", REGION),
            *(("--document", document) if document else ()),
            *("--parameters", json.dumps(parameters)),
        ]

    def _plugin(self, target: str, document: str, parameters: Parameters) -> list[str]:
        assert PLUGIN is not None
        session = boto3.Session(profile_name=PROFILE, region_name=REGION)
        asked = {"Target": target}
        if document:
            asked |= {"DocumentName": document, "Parameters": parameters}  # type: ignore[dict-item]
        answer = session.client("ssm").start_session(**asked)
        os.environ[_ANSWER] = json.dumps(
            {key: answer[key] for key in ("SessionId", "StreamUrl", "TokenValue")}
        )
        endpoint = os.environ["AWS_ENDPOINT_URL"]
        return [PLUGIN, _ANSWER, REGION, "StartSession", PROFILE, json.dumps(asked), endpoint]


def clients() -> list[Client]:
    """Ours, and the plugin where it is on PATH."""
    return [Client("hatchway"), *([Client("plugin", is_plugin=True)] if PLUGIN else [])]


class Shell:
    """A client in a pty of 80x24."""

    def __init__(self, command: list[str]) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def until(self, wanted: bytes, within: float = 20.0) -> None:
        """Reads until `wanted` has come."""
        seen = b""
        while wanted not in seen:
            if not select.select([self.fd], [], [], within)[0]:
                raise RuntimeError(f"no {wanted!r} within {within} s: {seen[-300:]!r}")
            seen += os.read(self.fd, 65536)

    def type(self, keys: bytes) -> None:
        """Presses keys."""
        os.write(self.fd, keys)

    def end(self) -> None:
        """Kills the client and its pty."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


@dataclass(slots=True)
class Tunnel:
    """A client that forwards a port."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu(self) -> float:
        """Seconds of CPU that the client has used until now (Linux)."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def tunnel(client: Client, target: str, port: int) -> Iterator[Tunnel]:
    """Forwards a free local port to `port` of the target; connectable when entered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        local = free.getsockname()[1]
    parameters = {"portNumber": [str(port)], "localPortNumber": [str(local)]}
    command = client.command(target, "AWS-StartPortForwardingSession", parameters)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(local)
            yield Tunnel(process, local)
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on {port}")
