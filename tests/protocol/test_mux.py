"""smux frames, byte by byte, for both ends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.traces import from_client, of_type, to_client
from tui.errors import ProtocolTrouble, SessionTrouble
from tui.protocol.message import MessageType, PayloadType
from tui.protocol.mux import Accepted, Data, Finished, Mux, MuxEvent

RECORDED = "port_mux_2_connections"
SYN_3 = bytes.fromhex("0100000003000000")
FIN_3 = bytes.fromhex("0101000003000000")
PSH_3_HI = bytes.fromhex("0102020003000000") + b"hi"
NOP = bytes.fromhex("0103000000000000")


def accepting() -> Mux:
    """The agent's end, with stream 3 open."""
    mux = Mux(client=False)
    assert mux.feed(SYN_3) == [Accepted(3)]
    return mux


class TestOpening:
    def test_streams_are_odd_and_begin_with_3(self) -> None:
        mux = Mux(client=True)
        assert [mux.open(), mux.open(), mux.open()] == [3, 5, 7]
        assert mux.take()[:8] == SYN_3
        assert mux.streams == {3, 5, 7}

    def test_the_client_opens_only_so_many(self) -> None:
        mux = Mux(client=True, most_streams=1)
        mux.open()
        with pytest.raises(SessionTrouble, match="1 connections open already"):
            mux.open()
        mux.close(3)
        assert mux.open() == 5

    def test_the_agent_accepts_once(self) -> None:
        mux = accepting()
        assert mux.feed(SYN_3) == []
        assert mux.streams == {3}

    def test_the_agent_refuses_beyond_the_bound(self) -> None:
        mux = Mux(client=False, most_streams=1)
        assert mux.feed(bytes.fromhex("0100000005000000") + SYN_3) == [Accepted(5)]
        assert mux.take() == FIN_3
        assert mux.feed(PSH_3_HI) == []

    def test_a_client_accepts_nothing(self) -> None:
        mux = Mux(client=True)
        assert mux.feed(SYN_3 + PSH_3_HI) == []
        assert mux.take() == b""


class TestData:
    def test_small_data_is_one_frame(self) -> None:
        mux = accepting()
        mux.send(3, b"hi")
        assert mux.pending == 10
        assert mux.take() == PSH_3_HI
        assert mux.pending == 0
        assert mux.take() == b""

    def test_large_data_is_cut_at_32_kib(self) -> None:
        mux = accepting()
        mux.send(3, b"x" * 65_537)
        sent = mux.take()
        assert len(sent) == 65_537 + 3 * 8
        assert sent[2:4] == (32_768).to_bytes(2, "little")
        assert sent[-9:-7] == bytes.fromhex("0102")
        assert sent[-7:] == bytes.fromhex("010003000000") + b"x"

    def test_no_data_is_no_frame(self) -> None:
        mux = accepting()
        mux.send(3, b"")
        assert mux.take() == b""

    def test_unknown_streams_are_sent_nothing(self) -> None:
        mux = accepting()
        mux.send(5, b"x")
        assert mux.take() == b""

    @pytest.mark.parametrize("size", [1, 32_768, 65_535])
    def test_frames_of_any_legal_size_are_accepted(self, size: int) -> None:
        frame = b"\x01\x02" + size.to_bytes(2, "little") + b"\x03\0\0\0" + b"y" * size
        assert accepting().feed(frame) == [Data(3, b"y" * size)]

    def test_an_empty_frame_says_nothing(self) -> None:
        assert accepting().feed(bytes.fromhex("0102000003000000")) == []

    def test_a_frame_waits_for_its_end(self) -> None:
        mux = accepting()
        assert mux.feed(PSH_3_HI[:4]) == []
        assert mux.feed(PSH_3_HI[4:9]) == []
        assert mux.feed(PSH_3_HI[9:] + PSH_3_HI) == [Data(3, b"hi"), Data(3, b"hi")]

    def test_unknown_streams_are_ignored(self) -> None:
        assert Mux(client=False).feed(PSH_3_HI + FIN_3 + NOP) == []


class TestClosing:
    def test_data_comes_before_the_end(self) -> None:
        assert accepting().feed(PSH_3_HI + FIN_3) == [Data(3, b"hi"), Finished(3)]

    def test_we_close_once_and_forget(self) -> None:
        mux = accepting()
        mux.close(3)
        mux.close(3)
        assert mux.take() == FIN_3
        mux.send(3, b"x")
        assert mux.take() == b""
        assert mux.feed(PSH_3_HI + FIN_3) == []
        assert mux.streams == frozenset()

    def test_the_peer_closes_and_we_answer_when_we_are_done(self) -> None:
        mux = accepting()
        assert mux.feed(FIN_3 + FIN_3 + PSH_3_HI) == [Finished(3)]
        mux.send(3, b"too late")
        assert mux.take() == b""
        assert mux.streams == {3}
        mux.close(3)
        assert mux.take() == FIN_3
        assert mux.streams == frozenset()

    def test_streams_closed_by_the_peer_count_until_we_close_them(self) -> None:
        mux = Mux(client=False, most_streams=1)
        mux.feed(SYN_3 + FIN_3)
        assert mux.feed(bytes.fromhex("0100000005000000")) == []

    def test_an_id_may_come_again_after_its_end(self) -> None:
        mux = accepting()
        mux.close(3)
        assert mux.feed(SYN_3) == [Accepted(3)]


@pytest.mark.parametrize(
    "frame",
    [
        "0200000003000000",  # version 2
        "0000000003000000",
        "0104000003000000",  # UPD exists in version 2 only
        "01ff000003000000",
        "0100010003000000",  # SYN with data
        "0101010003000000",
        "0103010000000000",
    ],
)
def test_what_is_not_smux_is_fatal(frame: str) -> None:
    with pytest.raises(ProtocolTrouble, match="broke the multiplexing"):
        accepting().feed(PSH_3_HI + bytes.fromhex(frame))


def test_the_keepalive() -> None:
    mux = Mux(client=True)
    mux.ping()
    assert mux.take() == NOP
    assert Mux(client=False).feed(NOP) == []


def test_the_recorded_client_as_the_agent_sees_it() -> None:
    mux = Mux(client=False)
    events: list[MuxEvent] = []
    for message in of_type(from_client(RECORDED), MessageType.INPUT):
        if message.payload_type == PayloadType.OUTPUT:
            events += mux.feed(message.payload)
    assert events == [
        Accepted(3),
        Accepted(5),
        Data(3, b"first connection"),
        Data(5, b"second connection"),
        Data(3, b"x" * 3000),
        Finished(5),
        Finished(3),
    ]


def test_the_recorded_client_is_reproduced() -> None:
    mux = Mux(client=True)
    first, second = mux.open(), mux.open()
    mux.send(first, b"first connection")
    mux.send(second, b"second connection")
    mux.send(first, b"x" * 3000)
    mux.close(second)
    mux.close(first)
    sent = of_type(from_client(RECORDED), MessageType.INPUT)
    assert mux.take() == b"".join(
        message.payload for message in sent if message.payload_type == PayloadType.OUTPUT
    )


def test_the_recorded_agent_as_the_client_sees_it() -> None:
    mux = Mux(client=True)
    mux.open()
    mux.open()
    events: list[MuxEvent] = []
    for message in of_type(to_client(RECORDED), MessageType.OUTPUT):
        if message.payload_type == PayloadType.OUTPUT:
            events += mux.feed(message.payload)
    assert events == [
        Data(3, b"first connection"),
        Data(5, b"second connection"),
        Data(3, b"x" * 3000),
        Finished(3),
        Finished(5),
    ]


actions = st.lists(
    st.one_of(
        st.just(("open", 0, b"")),
        st.tuples(st.just("send"), st.integers(0, 4), st.binary(max_size=40)),
        st.tuples(st.just("send"), st.integers(0, 4), st.just(b"z" * 40_000)),
        st.tuples(st.just("close"), st.integers(0, 4), st.just(b"")),
        st.just(("ping", 0, b"")),
    ),
    max_size=30,
)


def played(script: list[tuple[str, int, bytes]]) -> tuple[bytes, dict[int, bytes]]:
    """The bytes of a client that does as the script says, and what it sent on each stream."""
    mux = Mux(client=True)
    sent: dict[int, bytes] = {}
    for what, which, data in script:
        stream = 3 + 2 * which
        if what == "open":
            sent[mux.open()] = b""
        elif what == "ping":
            mux.ping()
        elif what == "close":
            mux.close(stream)
        elif stream in mux.streams:
            mux.send(stream, data)
            sent[stream] += data
    return mux.take(), sent


@given(actions, st.lists(st.integers(0, 50_000), max_size=20))
def test_where_the_bytes_are_cut_makes_no_difference(
    script: list[tuple[str, int, bytes]], cuts: list[int]
) -> None:
    wire, sent = played(script)
    whole = Mux(client=False).feed(wire)
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    mux = Mux(client=False)
    pieces: list[MuxEvent] = []
    for start, end in pairwise(edges):
        pieces += mux.feed(wire[start:end])
    assert pieces == whole
    got = {event.stream: b"" for event in whole if isinstance(event, Accepted)}
    for event in whole:
        if isinstance(event, Data):
            got[event.stream] += event.data
    assert got == sent


@given(st.lists(st.binary(max_size=40)), st.booleans())
def test_any_bytes_are_frames_or_trouble(pieces: list[bytes], client: bool) -> None:
    mux = Mux(client=client)
    try:
        events = [event for piece in pieces for event in mux.feed(piece)]
    except ProtocolTrouble:
        return
    assert not (client and events)
