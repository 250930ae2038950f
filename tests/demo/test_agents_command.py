"""Commands without a terminal: streams merged or apart, signals, and the exit status."""

from collections.abc import AsyncIterator

import pytest

from tests.demo.far_side import SMALL, Client, FarSide, far_side
from tui.protocol.events import ExitCode, Output, Stderr
from tui.protocol.handshake import NON_INTERACTIVE

DOCUMENT = "AWS-StartNonInteractiveCommand"


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def apart(far: FarSide, command: str, output: str = "", error: str = "") -> Client:
    return await far.client(
        DOCUMENT,
        command=command,
        separateOutputStream="True",
        stdOutSeparatorPrefix=output,
        stdErrSeparatorPrefix=error,
    )


async def test_merged_output_comes_whole_and_without_a_status(far: FarSide) -> None:
    client = await far.client(DOCUMENT, command="sh -c 'echo out; echo err >&2; exit 4'")
    assert await client.ends() == ""
    assert bytes(client.output) == b"out\nerr\n"
    assert client.channel.session_type == NON_INTERACTIVE
    assert (bytes(client.errors), client.exit_code) == (b"", None)


async def test_streams_apart_with_the_exit_status_last(far: FarSide) -> None:
    client = await apart(far, "sh -c 'echo out; echo err >&2; exit 7'")
    assert await client.ends() == ""
    assert (bytes(client.output), bytes(client.errors)) == (b"out\n", b"err\n")
    assert client.exit_code == 7
    kinds = [type(e) for e in client.events if isinstance(e, Output | Stderr | ExitCode)]
    assert kinds[-1] is ExitCode


async def test_prefixes_stand_before_each_chunk_that_begins_a_line(far: FarSide) -> None:
    client = await apart(
        far,
        "sh -c 'echo out; echo err >&2'",
        output="OUT:",
        error="ERR:",
    )
    await client.ends()
    assert (bytes(client.output), bytes(client.errors)) == (b"OUT:out\n", b"ERR:err\n")


async def test_two_megabytes_arrive_whole(far: FarSide) -> None:
    client = await apart(far, "head -c 2000000 /dev/zero")
    await client.ends()
    assert bytes(client.output) == bytes(2_000_000)
    assert client.exit_code == 0


async def test_the_command_is_not_given_to_a_shell_and_has_no_input(far: FarSide) -> None:
    client = await far.client(DOCUMENT, command="echo a; cat $HOME")
    await client.ends()
    assert bytes(client.output) == b"a; cat $HOME\n"
    silent = await apart(far, "cat")
    await silent.ends()
    assert (bytes(silent.output), silent.exit_code) == (b"", 0)


async def test_control_c_interrupts(far: FarSide) -> None:
    client = await apart(far, "sh -c 'trap \"exit 9\" INT; echo on; while :; do sleep 0.01; done'")
    await client.says(b"on")
    client.send(b"\x03")
    await client.ends()
    assert client.exit_code == 9


async def test_a_signal_has_no_number_for_the_agent(far: FarSide) -> None:
    client = await apart(far, "sh -c 'kill -9 $$'")
    await client.ends()
    assert client.exit_code == -1


async def test_a_command_that_is_not_there_is_told(far: FarSide) -> None:
    client = await far.client(DOCUMENT, machine=SMALL, command="bash -c true")
    assert "not found in $PATH" in await client.ends()
    assert b'exec: "bash"' in client.errors
    assert far.status(client.session_id) == "Failed"
