"""ssh, scp and rsync through `hatchway ssh-proxy`, to a real OpenSSH server."""

import asyncio
import getpass
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from tests.cli.conftest import Said
from tui.demo.embedded import EmbeddedAws

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MISSING = [
    name for name in ("sshd", "ssh", "ssh-keygen", "scp", "rsync")
    if not (SSHD if name == "sshd" else shutil.which(name))
]  # fmt: skip

needs_openssh = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (apt install openssh-server rsync)"
)


async def ran(*words: object, given: bytes = b"") -> Said:
    """Runs a program to its end."""
    process = await asyncio.create_subprocess_exec(
        *map(str, words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(given)
    return Said(process.returncode or 0, out, err.decode())


async def proxy(*words: object, given: bytes = b"") -> Said:
    return await ran(sys.executable, "-m", "tui", "ssh-proxy", *words, given=given)


@dataclass(frozen=True, slots=True)
class Machine:
    """A pretended machine, and a folder for the test's own files."""

    target: str
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "ssh_config"


@pytest.fixture
async def real() -> dict[tuple[str, int], int]:
    return {}


@pytest.fixture
async def aws(
    real: dict[tuple[str, int], int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[EmbeddedAws]:
    async with EmbeddedAws(real_ports=real) as embedded:
        for name, value in embedded.environment.items():
            monkeypatch.setenv(name, value)
        yield embedded
        assert active(embedded) == []


def active(aws: EmbeddedAws) -> list[str]:
    return [
        row.session_id
        for account, region in aws.world.sites
        for row in aws.gateway.sessions(account, region, active=True)
    ]


@pytest.fixture
def target(aws: EmbeddedAws) -> str:
    """A machine that the environment's own credentials and region reach."""
    site = aws.world.sites[aws.world.accounts[0].number, "eu-west-1"]
    return next(
        node.id for node in site.nodes.values()
        if not node.windows and not node.outage and not node.hybrid
    )  # fmt: skip


def make_room_for_sshd() -> None:
    """Root's sshd locks itself in there; the system makes it only when it starts one."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)


@pytest.fixture
async def machine(
    real: dict[tuple[str, int], int], target: str, tmp_path: Path
) -> AsyncIterator[Machine]:
    """A real OpenSSH server of this user stands behind port 22 of a pretended machine."""
    for key in ("host", "user"):
        made = await ran("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / key)
        assert made.status == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {tmp_path}/user.pub\nStrictModes no\nPermitRootLogin yes\n"
        "PasswordAuthentication no\nSubsystem sftp internal-sftp\n"
    )
    host_key = " ".join((tmp_path / "host.pub").read_text().split()[:2])
    (tmp_path / "known_hosts").write_text(f"{target} {host_key}\n")
    (tmp_path / "ssh_config").write_text(
        f"Host i-* mi-*\n  ProxyCommand {sys.executable} -m tui ssh-proxy %h %p\n"
        f"  User {getpass.getuser()}\n  IdentityFile {tmp_path}/user\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {tmp_path}/known_hosts\n  GlobalKnownHostsFile none\n"
        "  StrictHostKeyChecking yes\n  BatchMode yes\n"
    )
    make_room_for_sshd()
    assert SSHD is not None
    server = await asyncio.create_subprocess_exec(
        *(SSHD, "-D", "-e", "-f", str(tmp_path / "sshd_config")), stderr=asyncio.subprocess.PIPE
    )
    assert server.stderr is not None
    assert b"Server listening" in await server.stderr.readline()
    real[target, 22] = port
    try:
        yield Machine(target, tmp_path)
    finally:
        server.terminate()
        await server.communicate()


@needs_openssh
async def test_ssh_runs_a_command_with_its_status_and_all_its_bytes(machine: Machine) -> None:
    data = Random(1).randbytes(3_000_000)
    command = "sha256sum; head -c 3000000 /dev/zero; exit 7"
    said = await ran("ssh", "-F", machine.config, machine.target, command, given=data)
    assert said.status == 7
    first, _, rest = said.out.partition(b"\n")
    assert first.split()[0].decode() == sha256(data).hexdigest()
    assert rest == bytes(3_000_000)
    assert said.err == ""


@needs_openssh
async def test_scp_copies_both_ways(machine: Machine) -> None:
    data = Random(2).randbytes(2_000_000)
    (machine.folder / "data").write_bytes(data)
    there = f"{machine.target}:{machine.folder}/there"
    up = await ran("scp", "-q", "-F", machine.config, machine.folder / "data", there)
    assert (up.status, up.err) == (0, "")
    assert (machine.folder / "there").read_bytes() == data
    down = await ran("scp", "-q", "-F", machine.config, there, machine.folder / "back")
    assert (down.status, down.err) == (0, "")
    assert (machine.folder / "back").read_bytes() == data


@needs_openssh
async def test_rsync_copies_a_folder(machine: Machine) -> None:
    source = machine.folder / "source"
    (source / "deep").mkdir(parents=True)
    dice = Random(3)
    for number in range(20):
        (source / "deep" / str(number)).write_bytes(dice.randbytes(dice.randrange(60_000)))
    there = f"{machine.target}:{machine.folder}/copy/"
    through = f"ssh -F {machine.config}"
    said = await ran("rsync", "-a", "-e", through, f"{source}/", there)
    assert (said.status, said.err) == (0, "")
    for file in (source / "deep").iterdir():
        assert (machine.folder / "copy" / "deep" / file.name).read_bytes() == file.read_bytes()


@needs_openssh
async def test_several_at_once_do_not_mind_each_other(machine: Machine) -> None:
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(ran("ssh", "-F", machine.config, machine.target, f"echo {number}"))
            for number in range(3)
        ]
    assert [run.result().out for run in runs] == [b"0\n", b"1\n", b"2\n"]


async def test_what_comes_out_is_the_ports_bytes_and_no_more(target: str) -> None:
    data = Random(4).randbytes(1_000_000)
    said = await proxy(target, 7, given=data)
    assert (said.status, said.err) == (0, "")
    assert sha256(said.out).digest() == sha256(data).digest()


async def test_a_lone_newline_is_not_changed(target: str) -> None:
    assert (await proxy(target, 7, given=b"\n")).out == b"\n"


async def test_an_id_needs_no_look_up(aws: EmbeddedAws, target: str) -> None:
    aws.conditions.calls.clear()
    assert (await proxy(target, 7, given=b"x")).out == b"x"
    asked = {call.action for call in aws.conditions.calls}
    assert "ssm:StartSession" in asked
    assert not {one for one in asked if one.startswith(("ecs:", "ec2:", "ssm:Describe"))}


async def test_an_address_goes_through_the_tree(aws: EmbeddedAws, target: str) -> None:
    address = f"{aws.world.accounts[0].name}/eu-west-1/{target}"
    assert (await proxy(address, 7, given=b"x")).out == b"x"


async def test_it_ends_when_the_server_does(target: str) -> None:
    """The input stays open: it is the answered request that ends the connection."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "ssh-proxy", target, "80"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"GET / HTTP/1.0\r\n\r\n")
    answer = await process.stdout.read()
    assert answer.startswith(b"HTTP/1.")
    assert await process.wait() == 0


async def test_nobody_listens_there(target: str) -> None:
    said = await proxy(target, 4444)
    assert (said.status, said.out) == (1, b"")
    assert "Connection to destination port failed." in said.err
    assert "anything listen on port 4444" in said.err


async def test_a_machine_that_is_none(aws: EmbeddedAws) -> None:
    del aws
    said = await proxy("i-0123456789abcdef0")
    assert (said.status, said.out) == (1, b"")
    assert said.err.startswith("hatchway: ")
    assert said.err.count("\n") == 1


async def test_a_hangup_as_ssh_sends_it_leaves_no_session(aws: EmbeddedAws, target: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "ssh-proxy", target, "7"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hello")
    assert await process.stdout.readexactly(5) == b"hello"
    assert len(active(aws)) == 1
    process.send_signal(signal.SIGHUP)
    assert await process.wait() == 128 + signal.SIGHUP
    assert active(aws) == []
