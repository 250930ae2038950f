"""The agent's side of the handshake, with clients that refuse, are silent or come too early."""

import json
from dataclasses import replace

import pytest

from tests.demo.far_side import AT_ONCE, FORWARD, Client, far_side, now
from tui.protocol.gateway import parse_closed
from tui.protocol.message import Message, MessageType, PayloadType, decode
from tui.protocol.stream import Stream

RESPONSE = {
    "ClientVersion": "1.2.764.0",
    "ProcessedClientActions": [
        {"ActionType": "SessionType", "ActionStatus": 1, "ActionResult": None, "Error": ""}
    ],
    "Errors": None,
}
REFUSED = {
    **RESPONSE,
    "ProcessedClientActions": [
        {"ActionType": "SessionType", "ActionStatus": 2, "ActionResult": None, "Error": "no such"}
    ],
}


async def answer(*payloads: tuple[PayloadType, bytes], timeout: float = 15.0) -> list[Message]:
    """What the agent says to a client that sends these payloads, up to the end or 5 messages."""
    async with far_side(replace(AT_ONCE, handshake_timeout=timeout, flush_timeout=0.2)) as far:
        client = Client(far.http, far.start(FORWARD, portNumber="7"))
        await client.dial()
        stream = Stream(sends=MessageType.INPUT, receives=MessageType.OUTPUT)
        for kind, payload in payloads:
            await client.socket.send_bytes(stream.send(kind, payload, now(), 1))
        said: list[Message] = []
        while not said or not over(said[-1]):
            said.append(decode(await client.socket.receive_bytes(timeout=5)))
        return said


def over(message: Message) -> bool:
    return message.type == MessageType.CLOSED or (
        message.payload_type in (PayloadType.HANDSHAKE_COMPLETE,)
    )


def encoded(fields: object) -> bytes:
    return json.dumps(fields).encode()


async def test_a_client_that_is_silent_is_given_up() -> None:
    said = await answer(timeout=0.05)
    assert parse_closed(said[-1]).startswith("Handshake timed out.")


@pytest.mark.parametrize(
    ("response", "word"),
    [
        (encoded(REFUSED), "The client refused the handshake. no such"),
        (b"{", "The handshake failed"),
        (b"\xff\x00", "The handshake failed"),
        (encoded({**RESPONSE, "ProcessedClientActions": 7}), "The handshake failed"),
    ],
)
async def test_a_client_that_refuses_or_babbles_ends_the_session(
    response: bytes, word: str
) -> None:
    said = await answer((PayloadType.HANDSHAKE_RESPONSE, response))
    assert parse_closed(said[-1]).startswith(word)


async def test_what_comes_before_the_end_of_it_is_acknowledged_and_lost() -> None:
    early = (PayloadType.OUTPUT, b"\x07 no multiplexer would survive this")
    said = await answer(early, (PayloadType.HANDSHAKE_RESPONSE, encoded(RESPONSE)))
    assert said[-1].payload_type == PayloadType.HANDSHAKE_COMPLETE
    assert [m.type for m in said].count(MessageType.ACK) == 2
