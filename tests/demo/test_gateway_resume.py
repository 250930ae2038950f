"""What outlives a connection."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from tests.demo.far_side import (
    AT_ONCE,
    FORWARD,
    NODE,
    FarSide,
    Tunnels,
    far_side,
)
from tests.demo.witnesses import busy_shell, drop, lives, resume

HERE = (NODE.account, NODE.region)


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    async with far_side() as side:
        yield side


async def test_a_shell_goes_on_after_a_lost_connection(far: FarSide) -> None:
    client = await far.client()
    await client.says(b"$ ")
    client.send(b"for i in $(seq 1 20000); do echo line-$i; done; echo fin''ished\r")
    said = await client.says(b"line-300\r\n")
    await drop(client)
    await far.becomes(client.session_id, "Disconnected")
    await resume(far, client)
    said += await client.says(b"finished")
    numbers = [
        int(word[5:]) for word in said.split() if word.startswith(b"line-") and word[5:].isdigit()
    ]
    assert numbers == list(range(1, 20_001))


async def test_a_newer_connection_takes_the_place_of_an_older(far: FarSide) -> None:
    client = await far.client()
    await client.says(b"$ ")
    older = client.socket
    await resume(far, client)
    client.send(b"echo mo''ved\r")
    await client.says(b"moved")
    assert (await older.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.BINARY)
    assert far.status(client.session_id) == "Connected"


async def test_tunnels_go_on_after_a_lost_connection(far: FarSide) -> None:
    client = await far.client(FORWARD, portNumber="7")
    await client.until(lambda: client.channel.ready)
    tunnels = Tunnels(client)
    data = bytes(range(256)) * 4_000
    stream = tunnels.open(data)
    await tunnels.until(lambda: len(tunnels.received[stream]) > 100_000)
    await drop(client)
    await resume(far, client)
    await tunnels.until(lambda: len(tunnels.received[stream]) == len(data))
    assert bytes(tunnels.received[stream]) == data


async def test_a_shell_that_ends_meanwhile_still_says_its_last_words(far: FarSide) -> None:
    maker = await far.client("AWS-StartInteractiveCommand", command="mkfifo fifo")
    await maker.ends()
    client, pids = await busy_shell(far)
    client.send(b"read x < fifo; echo last-''words; exit\r")
    await client.says(b"exit\r\n")
    await drop(client)
    await far.becomes(client.session_id, "Disconnected")
    opener = await far.client("AWS-StartInteractiveCommand", command="echo > fifo")
    await opener.ends()
    async with asyncio.timeout(5):
        for _ in iter(lambda: any(map(lives, pids)), False):
            await asyncio.sleep(0.01)
    await resume(far, client)
    await client.says(b"last-words")
    assert await client.ends() == ""


async def test_who_stays_away_too_long_finds_the_session_over() -> None:
    async with far_side(replace(AT_ONCE, resume_timeout=0.05)) as far:
        client, pids = await busy_shell(far)
        await drop(client)
        await far.becomes(client.session_id, "Terminated")
        assert far.gateway.resume(*HERE, client.session_id) is None
        assert not any(map(lives, pids))
