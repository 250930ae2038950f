"""What the gateway hears and says for itself."""

from contextlib import suppress
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.traces import NAMES, of_type, opening, session_of, to_client
from tui.errors import ProtocolTrouble
from tui.protocol.gateway import (
    OpenDataChannel,
    closed_message,
    parse_closed,
    parse_open,
    publication_message,
)
from tui.protocol.message import Message, MessageType, decode

ID = UUID("00010203-0405-4607-8809-0a0b0c0d0e0f")
DATE = 1_795_362_442_888
OPENING = OpenDataChannel(
    token="AAEAAb", client_id="client", request_id="request", client_version="1.2.764.0"
)
OPENING_JSON = (
    '{"MessageSchemaVersion":"1.0","RequestId":"request","TokenValue":"AAEAAb",'
    '"ClientId":"client","ClientVersion":"1.2.764.0"}'
)


def test_the_opening_becomes_this_text_and_back() -> None:
    assert OPENING.encode() == OPENING_JSON
    assert parse_open(OPENING_JSON) == OPENING
    assert parse_open(OPENING_JSON.encode()) == OPENING


def test_an_older_client_names_no_version() -> None:
    older = OpenDataChannel(token="t", client_id="c", request_id="r")
    assert "ClientVersion" not in older.encode()
    assert parse_open(older.encode()) == older


def test_the_token_is_not_printed() -> None:
    assert "AAEAAb" not in repr(OPENING)


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_openings_are_read(name: str) -> None:
    client = parse_open(opening(name, "client"))
    assert client.client_version == "1.2.707.0"
    assert UUID(client.client_id)
    assert UUID(client.request_id)
    assert client.token.startswith("AAEAA")
    assert parse_open(opening(name, "agent")).client_id == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        '{"TokenValue":"secret"',
        '"secret"',
        '{"TokenValue":["secret"]}',
        '{"RequestId":"secret"}',
        '{"TokenValue":""}',
        '{"TokenValue":"secret","ClientId":5}',
        '{"TokenValue":"secret"}' + " " * 70_000,
    ],
    ids=range(9),
)
def test_what_is_no_opening_is_trouble_that_keeps_the_secret(text: str) -> None:
    with pytest.raises(ProtocolTrouble, match="opening of the data channel") as caught:
        parse_open(text)
    assert "secret" not in str(caught.value)


@given(st.text() | st.binary())
def test_any_text_is_an_opening_or_trouble(text: str | bytes) -> None:
    with suppress(ProtocolTrouble):
        assert parse_open(text).token


def test_a_closing_says_why() -> None:
    message = decode(
        closed_message("s-1", "It is “over”.", date_ms=DATE, destination_id="i-1", message_id=ID)
    )
    assert (message.type, message.id, message.created) == (MessageType.CLOSED, ID, DATE)
    assert (message.sequence, message.flags, message.payload_type) == (0, 3, 0)
    assert message.payload == (
        b'{"MessageType":"channel_closed","MessageId":"00010203-0405-4607-8809-0a0b0c0d0e0f",'
        b'"DestinationId":"i-1","SessionId":"s-1","SchemaVersion":1,'
        b'"CreatedDate":"1795362442888","Output":"It is \\u201cover\\u201d."}'
    )
    assert parse_closed(message) == "It is “over”."


def test_a_closing_needs_no_more_than_a_session() -> None:
    message = decode(closed_message("s-1", "", date_ms=DATE))
    assert parse_closed(message) == ""
    assert message.id.version == 4


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_closings_are_read(name: str) -> None:
    forbidden = "Forwarding to IP address 169.254.169.254 is forbidden."
    for message in of_type(to_client(name), MessageType.CLOSED):
        assert session_of(name).encode() in message.payload
        assert parse_closed(message) == (forbidden if "failed" in name else "")


def test_a_long_closing_is_cut() -> None:
    assert len(parse_closed(decode(closed_message("s", "x" * 100_000, date_ms=DATE)))) == 8192


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"Output":1}', b"\xff"])
def test_an_unreadable_closing_is_trouble(payload: bytes) -> None:
    with pytest.raises(ProtocolTrouble, match="closing of the data channel"):
        parse_closed(Message(MessageType.CLOSED, 0, 3, ID.bytes, 0, payload, DATE))


@pytest.mark.parametrize("kind", [MessageType.START, MessageType.PAUSE])
def test_a_publication(kind: Literal[MessageType.START, MessageType.PAUSE]) -> None:
    message = decode(publication_message(kind, date_ms=DATE, message_id=ID))
    assert message == Message(kind, 0, 3, ID.bytes, 0, b"{}", DATE)
    assert decode(publication_message(kind, date_ms=DATE)).id.version == 4
