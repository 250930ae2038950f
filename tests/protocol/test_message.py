"""The AgentMessage, byte by byte."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.protocol.traces import NAMES, entries
from tui.errors import ProtocolTrouble
from tui.protocol.message import (
    MAX_FRAME,
    DigestMismatch,
    Message,
    MessageType,
    PayloadType,
    decode,
    encode,
    identities,
)

ID = UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
HELLO = Message(MessageType.INPUT, 258, 3, ID.bytes, PayloadType.OUTPUT, b"hi", 0x0102030405)
HELLO_FRAME = bytes.fromhex(
    "00000074"  # header length
    "696e7075745f73747265616d5f64617461202020202020202020202020202020"
    "00000001"  # schema
    "0000000102030405"  # date
    "0000000000000102"  # sequence
    "0000000000000003"  # flags
    "08090a0b0c0d0e0f0001020304050607"  # id, halves swapped
    "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
    "00000001"  # payload type
    "00000002"  # payload length
    "6869"
)


def patched(offset: int, replacement: bytes, frame: bytes = HELLO_FRAME) -> bytes:
    return frame[:offset] + replacement + frame[offset + len(replacement) :]


def test_a_message_becomes_these_bytes_and_back() -> None:
    assert encode(HELLO) == HELLO_FRAME
    assert decode(HELLO_FRAME) == HELLO
    assert decode(memoryview(HELLO_FRAME)) == HELLO
    assert decode(HELLO_FRAME).id == ID
    assert isinstance(decode(HELLO_FRAME).type, MessageType)


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_frame_is_reproduced_exactly(name: str) -> None:
    frames = [entry.frame for entry in entries(name) if entry.binary]
    assert frames
    assert [encode(decode(frame)) for frame in frames] == frames


@pytest.mark.parametrize(
    ("padded", "kind"),
    [
        (b"input_stream_data".ljust(32, b"\0"), MessageType.INPUT),
        (b"input_stream_data \0 ".ljust(32, b"\0"), MessageType.INPUT),
        (b"  acknowledge".ljust(32), MessageType.ACK),
        (b"x" * 32, "x" * 32),
        (b"agent_task_complete".ljust(32), "agent_task_complete"),
    ],
)
def test_types_are_padded_with_anything_and_may_be_unknown(padded: bytes, kind: str) -> None:
    assert decode(patched(4, padded)).type == kind


def test_unknown_types_are_written_padded_with_spaces() -> None:
    frame = encode(HELLO._replace(type="agent_job"))
    assert frame[4:36] == b"agent_job".ljust(32)


@pytest.mark.parametrize("kind", ["x" * 33, "é"])
def test_a_type_that_does_not_fit_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"32 characters|ascii"):
        encode(HELLO._replace(type=kind))


def test_an_empty_payload_is_read() -> None:
    frame = encode(HELLO._replace(payload=b""))
    assert len(frame) == 120
    assert decode(frame).payload == b""
    assert decode(patched(80, bytes(32), frame)).payload == b""


def test_a_longer_header_is_read() -> None:
    longer = patched(0, (118).to_bytes(4), HELLO_FRAME[:116] + b"??" + HELLO_FRAME[116:])
    assert decode(longer) == HELLO


def test_the_payload_length_is_not_used() -> None:
    assert decode(patched(116, b"\xff\xff\xff\xff")).payload == b"hi"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (b"", "frame of 0 bytes"),
        (HELLO_FRAME[:119], "frame of 119 bytes"),
        (HELLO_FRAME + bytes(MAX_FRAME), "which is no AgentMessage"),
        (patched(0, bytes(4)), "header of 0 bytes"),
        (patched(0, (115).to_bytes(4)), "header of 115 bytes"),
        (patched(0, (119).to_bytes(4)), "header of 119 bytes"),
        (patched(0, b"\xff" * 4), "header of 4294967295 bytes"),
        (patched(0, (5000).to_bytes(4), HELLO_FRAME + bytes(9000)), "header of 5000 bytes"),
        (patched(4, b" \0" * 16), "without a type"),
        (patched(4, b"\xc3"), "type is not text"),
        (patched(40, bytes(8)), "without a date"),
    ],
)
def test_what_is_no_message_is_trouble(frame: bytes, said: str) -> None:
    with pytest.raises(ProtocolTrouble, match=said) as caught:
        decode(frame)
    assert not isinstance(caught.value, DigestMismatch)


@pytest.mark.parametrize("offset", [80, 111, 120, 121])
def test_a_damaged_payload_is_told_apart(offset: int) -> None:
    with pytest.raises(DigestMismatch):
        decode(patched(offset, bytes([HELLO_FRAME[offset] ^ 1])))


@pytest.mark.parametrize("kind", [MessageType.START, MessageType.PAUSE])
def test_publications_need_neither_date_nor_digest(kind: MessageType) -> None:
    frame = encode(HELLO._replace(type=kind, created=0))
    assert decode(patched(80, bytes(32), frame)).type == kind


def test_an_acknowledgement_needs_no_date() -> None:
    assert decode(encode(HELLO._replace(type=MessageType.ACK, created=0))).created == 0


messages = st.builds(
    Message,
    type=st.sampled_from(MessageType)
    | st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=32),
    sequence=st.integers(-(2**63), 2**63 - 1),
    flags=st.integers(0, 2**64 - 1),
    identity=st.binary(min_size=16, max_size=16),
    payload_type=st.integers(0, 2**32 - 1),
    payload=st.binary(max_size=3000),
    created=st.integers(1, 2**64 - 1),
    schema=st.integers(0, 2**32 - 1),
)


@given(messages)
def test_every_message_survives_the_wire(message: Message) -> None:
    assert decode(encode(message)) == message


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda tail: HELLO_FRAME[:116] + tail))
@example(HELLO_FRAME[:120])
def test_any_bytes_are_a_message_or_trouble(frame: bytes) -> None:
    with suppress(ProtocolTrouble):
        assert frame.endswith(decode(frame).payload)


@given(st.integers(0, len(HELLO_FRAME) - 1), st.integers(0, 255))
@example(3, 118)  # a longer header that leaves no payload at all
def test_one_changed_byte_never_changes_the_payload_unseen(offset: int, value: int) -> None:
    with suppress(ProtocolTrouble):
        assert decode(patched(offset, bytes([value]))).payload == b"hi"


def test_the_digest_is_that_of_the_payload() -> None:
    assert HELLO_FRAME[80:112] == sha256(b"hi").digest()


def test_identities_differ_and_ask_for_one_uuid_only() -> None:
    asked: list[UUID] = []

    def new_id() -> UUID:
        asked.append(uuid4())
        return asked[-1]

    following: Callable[[], bytes] = identities(new_id)
    made = [following() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert len(asked) == 1
    assert {UUID(bytes=each).version for each in made} == {4}


def test_identities_of_the_greatest_uuid_fit() -> None:
    assert len(identities(lambda: UUID(int=2**128 - 1))()) == 16
