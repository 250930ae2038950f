"""Shells and interactive commands: real programs in real pseudo-terminals."""

import hashlib
import random
import re
from collections.abc import AsyncIterator

import pytest

from tests.demo.far_side import NODE, SMALL, WINDOWS, FarSide, far_side, now
from tui.protocol.events import Output
from tui.protocol.message import MessageType, PayloadType
from tui.protocol.stream import Stream


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def test_a_shell_knows_its_hostname_home_and_environment(far: FarSide) -> None:
    shell = await far.client()
    await shell.says(b"ssm-user@ip-10-0-12-34:~$ ")
    shell.send(b"hostname; whoami; tty; ls; env | sort; echo the-'end'\r")
    said = (await shell.says(b"the-end")).decode()
    assert "ip-10-0-12-34\r\nssm-user\r\n/dev/" in said
    assert "README" in said
    names = set(re.findall(r"^([A-Z_]+)=", said, re.MULTILINE))
    assert {"AWS_REGION", "HOME", "PATH", "TERM"} <= names
    assert not names & {"AWS_CONFIG_FILE", "AWS_ACCESS_KEY_ID", "PYTEST_CURRENT_TEST"}


async def test_a_shell_is_resized(far: FarSide) -> None:
    shell = await far.client()
    await shell.says(b"$ ")
    shell.size(132, 43)
    shell.send(b"stty size\r")
    await shell.says(b"43 132\r\n")
    shell.size(80, 24)
    shell.send(b"stty size\r")
    await shell.says(b"24 80\r\n")


@pytest.mark.parametrize(
    "size", [b"{}", b"[]", b'{"cols":0,"rows":9}', b'{"cols":"x","rows":1e9}', b"\xff", b"[" * 999]
)
async def test_a_size_without_sense_changes_nothing(far: FarSide, size: bytes) -> None:
    shell = await far.client()
    await shell.says(b"$ ")
    shell.channel.send(size, 0.0, 1, kind=PayloadType.SIZE)
    shell.send(b"stty size\r")
    await shell.says(b"24 80\r\n")


async def test_the_end_of_the_shell_ends_the_session_in_silence(far: FarSide) -> None:
    shell = await far.client()
    await shell.says(b"$ ")
    shell.send(b"echo last-'words'; exit 3\r")
    await shell.says(b"last-words")
    assert await shell.ends() == ""
    assert far.status(shell.session_id) == "Terminated"
    assert shell.exit_code is None


async def test_the_shell_has_job_control_and_hears_control_c(far: FarSide) -> None:
    shell = await far.client()
    await shell.says(b"$ ")
    shell.send(b"sh -c 'echo on-\"\"air; exec sleep 1000'\r")
    await shell.says(b"on-air")
    shell.send(b"\x03")
    await shell.says(b"$ ")
    shell.send(b"echo $?\r")
    await shell.says(b"130\r\n")


async def test_full_screen_programs_get_through(far: FarSide) -> None:
    shell = await far.client()
    await shell.says(b"$ ")
    shell.send(b"vim -u NONE -N README\r")
    screen = await shell.says(b"never stops talking")
    assert b"\x1b[?1049h" in screen
    shell.send(b"ihello\x1b:w! there\r:q!\r")
    await shell.says(b"\x1b[?1049l")
    shell.send(b"head -c 5 there; echo .\r")
    await shell.says(b"hello.\r\n")


async def test_a_megabyte_of_random_bytes_goes_in_and_comes_out(far: FarSide) -> None:
    data = random.Random(1).randbytes(1_000_000)
    command = f"stty raw -echo; printf go; head -c {len(data)} | tee copy; sha256sum copy"
    shell = await far.client("AWS-StartInteractiveCommand", command=command)
    await shell.says(b"go")
    shell.send(data)
    await shell.ends()
    assert bytes(shell.output[: len(data)]) == data
    assert shell.output[len(data) :].startswith(hashlib.sha256(data).hexdigest().encode())


async def test_no_character_is_parted_over_two_messages(far: FarSide) -> None:
    command = "i=0; while [ $i -lt 400 ]; do printf 'aé€😀'; i=$((i+1)); done"
    shell = await far.client("AWS-StartInteractiveCommand", command=command)
    await shell.ends()
    assert shell.output.decode() == "aé€😀" * 400
    pieces = [event.data for event in shell.events if isinstance(event, Output)]
    assert len(pieces) > 2
    assert "".join(piece.decode() for piece in pieces) == shell.output.decode()


async def test_ecs_exec_runs_a_command_without_a_shell(far: FarSide) -> None:
    shell = await far.client(machine=SMALL, ecs_command="echo 'two words' $HOME; echo")
    assert shell.session_id.startswith("ecs-execute-command-")
    assert len(shell.session_id.removeprefix("ecs-execute-command-")) == 17
    assert await shell.ends() == ""
    assert bytes(shell.output) == b"two words $HOME; echo\r\n"


@pytest.mark.parametrize(
    ("command", "trouble"),
    [
        ("bash", 'exec: "bash": executable file not found in $PATH'),
        ("/bin/bash -l", "fork/exec /bin/bash: no such file or directory"),
        ("/no/such", "fork/exec /no/such: no such file or directory"),
        ("nonsense-xyz", 'exec: "nonsense-xyz": executable file not found in $PATH'),
        ("./README", "fork/exec ./README: permission denied"),
        ("'open", "No closing quotation"),
        ("  ", "Commands cannot be empty"),
    ],
)
async def test_what_cannot_be_executed_is_told_at_the_end(
    far: FarSide, command: str, trouble: str
) -> None:
    shell = await far.client(machine=SMALL, ecs_command=command)
    assert trouble in await shell.ends()
    assert far.status(shell.session_id) == "Failed"


async def test_a_machine_without_bash_has_a_plain_shell_that_finds_none(far: FarSide) -> None:
    shell = await far.client(machine=SMALL, ecs_command="/bin/sh")
    await shell.says(b"root@ip-10-0-7-7:~# ")
    shell.send(b'command -v bash || echo no-"bash"; command -v cat; cd /; echo "$APP"\r')
    said = await shell.says(b"root@ip-10-0-7-7:/# ")
    assert b"no-bash" in said
    assert b"/tools/cat" in said
    assert b'it\'s "quoted"' in said


async def test_in_one_go_bash_or_else_sh(far: FarSide) -> None:
    command = "sh -c 'command -v bash >/dev/null && exec bash || exec sh'"
    small = await far.client(machine=SMALL, ecs_command=command)
    await small.says(b"root@ip-10-0-7-7:~# ")
    large = await far.client(machine=NODE, ecs_command=command)
    await large.says(b"ssm-user@ip-10-0-12-34:~$ ")
    large.send(b"echo $BASH_VERSION.\r")
    await large.says(b"-release.\r\n")


async def test_windows_shows_a_prompt_of_powershell_and_says_what_it_is(far: FarSide) -> None:
    shell = await far.client(machine=WINDOWS)
    said = await shell.says(b"PS C:\\Users\\ssm-user> ")
    assert b"stands in for it" in said


async def test_machines_have_homes_of_their_own_that_last(far: FarSide) -> None:
    first = await far.client(machine=SMALL, ecs_command="sh -c 'echo kept > note; pwd'")
    await first.ends()
    again = await far.client(machine=SMALL, ecs_command="cat note")
    await again.ends()
    assert bytes(again.output) == b"kept\r\n"
    other = await far.client(machine=NODE, ecs_command="ls note")
    await other.ends()
    assert b"No such file" in other.output


async def test_keys_and_size_that_come_before_the_shell_are_not_lost(far: FarSide) -> None:
    shell = await far.client(machine=SMALL, ecs_command="sh")
    stream = Stream(sends=MessageType.INPUT, receives=MessageType.OUTPUT)
    size = stream.send(PayloadType.SIZE, b'{"cols":99,"rows":44}', now(), 1)
    keys = stream.send(PayloadType.OUTPUT, b"stty size\n", now(), 1)
    await shell.socket.send_bytes(size)
    await shell.socket.send_bytes(keys)
    await shell.says(b"44 99\r\n")
