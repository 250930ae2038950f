"""What waits to be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import SessionTrouble
from tui.protocol.message import PayloadType
from tui.protocol.outbox import LARGEST_PAYLOAD, MOST_BYTES, MOST_MESSAGES, Outbox

OUTPUT, SIZE, FLAG = PayloadType.OUTPUT, PayloadType.SIZE, PayloadType.FLAG


def emptied(outbox: Outbox) -> list[tuple[int, bytes]]:
    payloads = []
    while outbox:
        payloads.append(outbox.take())
    assert outbox.bytes == 0
    return payloads


def test_data_is_cut_into_payloads() -> None:
    outbox = Outbox(4)
    outbox.put(OUTPUT, b"123456789")
    assert outbox.bytes == 9
    assert emptied(outbox) == [(OUTPUT, b"1234"), (OUTPUT, b"5678"), (OUTPUT, b"9")]


def test_nothing_is_no_payload() -> None:
    outbox = Outbox(4)
    outbox.put(OUTPUT, b"")
    assert not outbox


def test_keys_are_joined_up_to_a_payload() -> None:
    outbox = Outbox(4)
    for key in (b"ab", b"c", b"de"):
        outbox.put(OUTPUT, key)
    assert emptied(outbox) == [(OUTPUT, b"abc"), (OUTPUT, b"de")]


def test_of_sizes_in_a_row_the_last_is_kept() -> None:
    outbox = Outbox(100)
    outbox.put(SIZE, b"1")
    outbox.put(SIZE, b"22")
    outbox.put(OUTPUT, b"x")
    outbox.put(SIZE, b"3")
    assert outbox.bytes == 4
    assert emptied(outbox) == [(SIZE, b"22"), (OUTPUT, b"x"), (SIZE, b"3")]


def test_flags_are_never_joined() -> None:
    outbox = Outbox(100)
    outbox.put(FLAG, b"\0\0\0\1")
    outbox.put(FLAG, b"\0\0\0\1")
    assert len(emptied(outbox)) == 2


def test_bytes_are_bounded_and_a_refusal_keeps_what_was_there() -> None:
    outbox = Outbox(1 << 20)
    outbox.put(OUTPUT, bytes(MOST_BYTES - 1))
    with pytest.raises(SessionTrouble, match="wait for the target"):
        outbox.put(OUTPUT, b"xx")
    assert outbox.bytes == MOST_BYTES - 1


def test_messages_are_bounded() -> None:
    outbox = Outbox(1)
    outbox.put(OUTPUT, bytes(MOST_MESSAGES))
    with pytest.raises(SessionTrouble, match="wait for the target"):
        outbox.put(OUTPUT, b"x")


@given(st.lists(st.binary(max_size=30)), st.integers(1, 10))
def test_no_byte_is_lost_and_no_payload_too_long(data: list[bytes], size: int) -> None:
    outbox = Outbox(size)
    for each in data:
        outbox.put(OUTPUT, each)
    payloads = [payload for _, payload in emptied(outbox)]
    assert b"".join(payloads) == b"".join(data)
    assert all(0 < len(payload) <= size for payload in payloads)


def test_a_peer_that_sends_larger_payloads_gets_them_too() -> None:
    outbox = Outbox(1_024)
    outbox.learn(1_027)  # Amazon's agent, with the held back part of a character
    outbox.put(PayloadType.OUTPUT, bytes(5_000))
    assert [len(outbox.take()[1]) for _ in range(5)] == [1_024] * 4 + [904]
    outbox.learn(4_096)
    outbox.learn(2_048)
    outbox.put(PayloadType.OUTPUT, bytes(5_000))
    assert [len(outbox.take()[1]) for _ in range(2)] == [4_096, 904]
    outbox.learn(1 << 20)
    outbox.put(PayloadType.OUTPUT, bytes(40_000))
    assert len(outbox.take()[1]) == LARGEST_PAYLOAD
