"""Ports that lead inside: HTTP of a container, Remote Desktop of a Windows node."""

import asyncio
import re

from tests.journeys.journey import LARGE, Journey, journey
from tests.journeys.leftovers import active_sessions, listeners
from tests.journeys.places import node_of, tasks_of

API = "prod/eu-west-1/payments/api"

# [MS-RDPBCGR] 2.2.1.1: TPKT, X.224 Connection Request, RDP_NEG_REQ for TLS and CredSSP
CONNECTION_REQUEST = bytes.fromhex("03 00 00 13 0e e0 00 00 12 34 00 01 00 08 00 03 00 00 00")
# [MS-RDPBCGR] 2.2.1.2: the Connection Confirm chooses CredSSP (2)
CONFIRM_KIND, CHOSEN = 0xD0, 2


async def _asks(port: int, request: bytes, enough: int = -1) -> bytes:
    """What a port answers: a number of octets, or everything to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await (reader.readexactly(enough) if enough > 0 else reader.read())
    writer.close()
    await writer.wait_closed()
    return answer


async def _get(port: int, path: str) -> bytes:
    request = f"GET {path} HTTP/1.1\r\nHost: inside\r\nConnection: close\r\n\r\n"
    async with asyncio.timeout(20):
        return await _asks(port, request.encode())


async def _told_port(me: Journey) -> int:
    await me.until(lambda: re.search(r"127\.0\.0\.1:\d+", me.text), "An address")
    found = re.search(r"127\.0\.0\.1:(\d+)", me.text)
    assert found is not None
    return int(found[1])


async def test_the_http_port_of_a_container() -> None:
    async with journey() as me:
        task = min(task.id for task in tasks_of(me.aws, API))
        await me.goes_to(f"{API}/{task}/api")
        await me.presses("F")
        await me.sees("Forward to api", "Remote port")
        await me.until(lambda: "as far as AWS knows" in me.text, "The ports of the task definition")
        await me.presses("tab", "0", "enter")  # any local port
        port = await _told_port(me)
        assert port in listeners()

        answer = await _get(port, "/")
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert task.encode() in answer
        body = (await _get(port, "/bytes/3000000")).partition(b"\r\n\r\n")[2]
        assert body == bytes(range(256)) * (3_000_000 // 256) + bytes(range(3_000_000 % 256))
        together = await asyncio.gather(*(_get(port, f"/number/{n}") for n in range(8)))
        assert all(f"/number/{n} ".encode() in one for n, one in enumerate(together))

        await me.presses("f")
        await me.sees("Forwards", f"127.0.0.1:{port}", "● open", "3.0 MB")
        await me.presses("c")
        await me.until(lambda: me.copied == [f"127.0.0.1:{port}"], "A copy of the address")
        await me.presses("d")
        await me.sees("○ closed")
        await me.presses("escape")
        assert await active_sessions(me.aws) == {}
        assert port not in listeners()


async def test_remote_desktop_of_a_windows_node() -> None:
    async with journey(LARGE) as me:
        address, node = node_of(me.aws, windows=True)
        await me.goes_to(address)
        await me.presses("r")
        await me.sees("Remote Desktop", f"{node.name}:3389")
        port = await _told_port(me)
        async with asyncio.timeout(20):
            answer = await _asks(port, CONNECTION_REQUEST, enough=19)
        assert answer[:4] == bytes.fromhex("03 00 00 13")
        assert answer[5] == CONFIRM_KIND
        assert int.from_bytes(answer[15:19], "little") == CHOSEN
        assert list(await active_sessions(me.aws)) == ["/".join(address.split("/")[:2])]
        # the address can be copied from the node's own row
        await me.presses("c", "enter")
        await me.until(lambda: me.copied == [f"127.0.0.1:{port}"], "A copy of the address")


async def test_a_port_where_nothing_listens_ends_a_connection_and_not_the_forward() -> None:
    async with journey() as me:
        await me.goes_to(API)
        await me.presses("F")
        await me.sees("Remote port")
        await me.until(lambda: "asking AWS" not in me.text, "The ports")
        await me.types("9999")
        await me.presses("tab", "0", "enter")
        port = await _told_port(me)
        async with asyncio.timeout(20):
            assert await _asks(port, b"anybody there?\n") == b""
        await me.presses("f")
        await me.sees("● open", "⚠")


async def test_a_local_port_that_is_taken() -> None:
    async with journey() as me:
        await me.goes_to(API)
        await me.presses("F")
        await me.sees("Remote port")
        await me.presses("tab")
        await me.types(f"{me.aws.port}\n")
        await me.reads(f"{me.aws.port}", "in use")
        assert "ssm:StartSession" not in {call.action for call in me.aws.conditions.calls}
