"""Numbers, acknowledgements, order, and sending again, against a clock of our own."""

import json
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.traces import NAMES, from_client, of_type, to_client
from tui.errors import ProtocolTrouble, SessionTrouble
from tui.protocol.message import Message, MessageType, PayloadType, decode, encode
from tui.protocol.payload import write_object
from tui.protocol.stream import RECENT_ACKNOWLEDGEMENTS, Limits, Received, Stream

NOW = 1000.0
DATE = 1_795_362_442_888
ID = UUID("00010203-0405-4607-8809-0a0b0c0d0e0f")


DEFAULT = Limits()


def client(limits: Limits = DEFAULT) -> Stream:
    return Stream(sends=MessageType.INPUT, receives=MessageType.OUTPUT, limits=limits)


def agent(limits: Limits = DEFAULT) -> Stream:
    return Stream(sends=MessageType.OUTPUT, receives=MessageType.INPUT, limits=limits)


def output(sequence: int, payload: bytes = b"x") -> Message:
    return Message(MessageType.OUTPUT, sequence, 0, ID.bytes, PayloadType.OUTPUT, payload, DATE)


def ack(sequence: object) -> Message:
    payload = write_object({"AcknowledgedMessageSequenceNumber": sequence})
    return Message(MessageType.ACK, 0, 3, ID.bytes, PayloadType.NONE, payload, DATE)


def acked(received: Received) -> list[int]:
    payloads = [json.loads(decode(frame).payload) for frame in received.reply]
    return [payload["AcknowledgedMessageSequenceNumber"] for payload in payloads]


def delivered(received: Received) -> list[int]:
    return [message.sequence for message in received.deliver]


def sequences(frames: list[bytes]) -> list[int]:
    return [decode(frame).sequence for frame in frames]


def fill(stream: Stream, count: int, now: float = NOW) -> list[bytes]:
    return [stream.send(PayloadType.OUTPUT, b"%d" % n, now, DATE) for n in range(count)]


class TestSending:
    def test_messages_are_numbered_from_0_and_remembered(self) -> None:
        stream = client()
        frames = fill(stream, 3)
        assert sequences(frames) == [0, 1, 2]
        assert stream.unacked_messages == 3
        assert stream.unacked_bytes == sum(map(len, frames))
        assert [decode(frame).created for frame in frames] == [DATE] * 3
        assert len({decode(frame).id for frame in frames}) == 3

    def test_only_an_agents_first_message_has_a_flag(self) -> None:
        assert [decode(frame).flags for frame in fill(agent(), 2)] == [1, 0]
        assert [decode(frame).flags for frame in fill(client(), 2)] == [0, 0]

    def test_an_acknowledged_message_is_forgotten(self) -> None:
        stream = client()
        fill(stream, 2)
        stream.acked(ack(0), NOW)
        stream.acked(ack(1), NOW)
        assert stream.unacked_bytes == stream.unacked_messages == 0
        assert stream.next_due is None
        assert stream.due(NOW + 100) == []

    @pytest.mark.parametrize("sequence", [1, -1, 10**30])
    def test_an_acknowledgement_of_nothing_is_ignored(self, sequence: int) -> None:
        stream = client()
        fill(stream, 1)
        stream.acked(ack(sequence), NOW)
        assert stream.unacked_messages == 1

    @pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b"{}", b"\xff"])
    def test_an_unreadable_acknowledgement_is_trouble(self, payload: bytes) -> None:
        with pytest.raises(ProtocolTrouble, match="acknowledgement"):
            client().acked(ack(0)._replace(payload=payload), NOW)

    def test_sending_stops_at_the_bound_of_messages(self) -> None:
        stream = client(Limits(unacked_messages=2))
        fill(stream, 2)
        assert stream.full
        with pytest.raises(SessionTrouble, match="not acknowledged"):
            fill(stream, 1)
        stream.acked(ack(0), NOW)
        assert sequences(fill(stream, 1)) == [2]

    def test_sending_stops_at_the_bound_of_bytes(self) -> None:
        stream = client(Limits(unacked_bytes=100))
        fill(stream, 1)
        with pytest.raises(SessionTrouble, match="Send more slowly"):
            fill(stream, 1)


class TestSendingAgain:
    def test_the_same_bytes_go_out_after_200_ms(self) -> None:
        stream = client()
        frames = fill(stream, 2)
        assert stream.next_due == pytest.approx(NOW + 0.2, abs=1e-6)
        assert stream.due(NOW + 0.19) == []
        assert stream.due(NOW + 0.21) == frames

    def test_the_pauses_grow_while_nothing_is_acknowledged(self) -> None:
        stream = client()
        fill(stream, 1)
        now = NOW
        pauses = []
        for _ in range(8):
            due = stream.next_due
            assert due is not None
            pauses.append(round(due - now, 3))
            now = due + 0.0001
            assert stream.due(now)
        assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 4.0, 4.0, 4.0]

    def test_an_acknowledgement_ends_the_growth(self) -> None:
        stream = client()
        fill(stream, 2)
        stream.due(NOW + 0.2001)
        stream.due(NOW + 0.7)
        assert stream.timeout == pytest.approx(0.8)
        stream.acked(ack(0), NOW + 0.8)
        assert stream.timeout <= 1.0
        assert stream.timeout != pytest.approx(0.8)

    def test_a_round_is_bounded_and_rounds_are_a_tick_apart(self) -> None:
        stream = client(Limits(burst=3))
        fill(stream, 6)
        stream.acked(ack(0), NOW + 0.1)
        assert sequences(stream.due(NOW + 0.21)) == [1, 2, 3]
        assert stream.next_due == pytest.approx(NOW + 0.31, abs=1e-6)
        assert stream.due(NOW + 0.3) == []
        assert sequences(stream.due(NOW + 0.3101)) == [4, 5]

    def test_giving_up_after_five_minutes_of_trying(self) -> None:
        stream = client()
        fill(stream, 1)
        for tenth in range(2950):
            stream.due(NOW + tenth / 10)
        with pytest.raises(ProtocolTrouble, match="for 300 seconds"):
            stream.due(NOW + 305)

    def test_a_computer_that_slept_does_not_give_up(self) -> None:
        stream = client()
        frames = fill(stream, 1)
        assert stream.due(NOW + 86_400) == frames

    def test_a_slow_peer_lengthens_the_timeout_up_to_a_second(self) -> None:
        stream = client()
        for number in range(40):
            stream.send(PayloadType.OUTPUT, b"x", NOW, DATE)
            stream.acked(ack(number), NOW + 30)
        assert stream.timeout == 1.0

    def test_a_fast_peer_shortens_it_down_to_a_tick(self) -> None:
        stream = client()
        for number in range(80):
            stream.send(PayloadType.OUTPUT, b"x", NOW, DATE)
            stream.acked(ack(number), NOW + 0.001)
        assert stream.timeout == 0.1

    def test_the_timeout_follows_the_peers_formula(self) -> None:
        stream = client()
        fill(stream, 1)
        stream.acked(ack(0), NOW + 0.3)
        # variation 1/4 * |0.1 - 0.3|, round trip 7/8 * 0.1 + 1/8 * 0.3, timeout their 4:1 sum
        assert stream.timeout == pytest.approx(0.125 + 4 * 0.05)

    def test_a_clock_that_runs_backwards_is_survived(self) -> None:
        stream = client()
        fill(stream, 1)
        stream.acked(ack(0), NOW - 5)
        assert 0.1 <= stream.timeout <= 1.0


class TestANewConnection:
    def test_everything_unacknowledged_goes_out_at_once_in_order(self) -> None:
        stream = client()
        frames = fill(stream, 600)
        stream.acked(ack(1), NOW)
        assert stream.due(NOW + 0.21) != []  # which changes the order of the next round
        assert stream.repeat(NOW + 0.3) == [frames[0], *frames[2:]]
        assert stream.next_due == pytest.approx(NOW + 0.3 + stream.timeout)
        assert stream.due(NOW + 0.31) == []

    def test_the_latest_acknowledgements_are_said_again(self) -> None:
        stream = client()
        said = [stream.receive(output(n), NOW, DATE).reply[0] for n in range(600)]
        assert stream.repeat(NOW) == said[-RECENT_ACKNOWLEDGEMENTS:]

    def test_the_pauses_begin_anew(self) -> None:
        stream = client()
        fill(stream, 1)
        for later in (0.21, 0.7, 1.6, 3.5):
            stream.due(NOW + later)
        assert stream.timeout > 2
        stream.repeat(NOW + 4)
        assert stream.timeout == pytest.approx(0.2)


class TestReceiving:
    def test_in_order_is_delivered_and_acknowledged(self) -> None:
        stream = client()
        first = stream.receive(output(0), NOW, DATE)
        assert (delivered(first), acked(first)) == ([0], [0])
        second = stream.receive(output(1), NOW, DATE)
        assert (delivered(second), acked(second)) == ([1], [1])

    def test_the_acknowledgement_is_the_peers_to_the_byte(self) -> None:
        frame = client().receive(output(0), NOW, DATE).reply[0]
        message = decode(frame)
        assert message.payload == (
            b'{"AcknowledgedMessageType":"output_stream_data",'
            b'"AcknowledgedMessageId":"00010203-0405-4607-8809-0a0b0c0d0e0f",'
            b'"AcknowledgedMessageSequenceNumber":0,"IsSequentialMessage":true}'
        )
        assert (message.type, message.sequence, message.flags) == (MessageType.ACK, 0, 3)
        assert (message.payload_type, message.created) == (PayloadType.NONE, DATE)

    def test_a_duplicate_is_acknowledged_again_and_not_delivered(self) -> None:
        stream = client()
        stream.receive(output(0), NOW, DATE)
        again = stream.receive(output(0), NOW, DATE)
        assert (delivered(again), acked(again)) == ([], [0])

    def test_duplicates_take_no_room(self) -> None:
        stream = client(Limits(early_messages=1))
        stream.receive(output(0), NOW, DATE)
        stream.receive(output(0), NOW, DATE)
        assert acked(stream.receive(output(2), NOW, DATE)) == [2]
        assert acked(stream.receive(output(2), NOW, DATE)) == [2]
        assert delivered(stream.receive(output(1), NOW, DATE)) == [1, 2]

    def test_early_messages_wait_for_their_turn(self) -> None:
        stream = client()
        for sequence in (2, 1, 2):
            early = stream.receive(output(sequence), NOW, DATE)
            assert (delivered(early), acked(early)) == ([], [sequence])
        at_last = stream.receive(output(0), NOW, DATE)
        assert (delivered(at_last), acked(at_last)) == ([0, 1, 2], [0])

    def test_early_messages_beyond_the_count_are_left_to_the_peer(self) -> None:
        stream = client(Limits(early_messages=1))
        stream.receive(output(2), NOW, DATE)
        refused = stream.receive(output(3), NOW, DATE)
        assert (delivered(refused), acked(refused)) == ([], [])
        stream.receive(output(0), NOW, DATE)
        assert delivered(stream.receive(output(1), NOW, DATE)) == [1, 2]
        assert delivered(stream.receive(output(3), NOW, DATE)) == [3]

    def test_early_messages_beyond_the_bytes_are_left_to_the_peer(self) -> None:
        stream = client(Limits(early_bytes=10))
        assert acked(stream.receive(output(1, b"123456"), NOW, DATE)) == [1]
        assert acked(stream.receive(output(2, b"12345"), NOW, DATE)) == []
        assert acked(stream.receive(output(3, b"1234"), NOW, DATE)) == [3]
        stream.receive(output(0), NOW, DATE)  # 1 goes, and makes room for 2 ahead of 3
        assert delivered(stream.receive(output(2, b"12345"), NOW, DATE)) == [2, 3]
        assert acked(stream.receive(output(5, b"1234567890"), NOW, DATE)) == [5]

    def test_the_other_directions_messages_are_not_ours(self) -> None:
        stream = client()
        theirs = output(0)._replace(type=MessageType.INPUT)
        assert stream.receive(theirs, NOW, DATE) == Received([], [])

    def test_a_negative_number_is_an_old_one(self) -> None:
        received = client().receive(output(-5), NOW, DATE)
        assert (delivered(received), acked(received)) == ([], [-5])


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_client_is_received_and_answered_as_by_the_agent(name: str) -> None:
    stream = agent()
    got: list[Message] = []
    acks: set[bytes] = set()
    for entry in from_client(name):
        received = stream.receive(entry.message, NOW, DATE)
        got += received.deliver
        acks |= {decode(frame).payload for frame in received.reply}
    sent = of_type(from_client(name), MessageType.INPUT)
    assert got == sent
    theirs = {m.payload for m in of_type(to_client(name), MessageType.ACK)}
    assert acks == theirs


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_agents_messages_are_sent_alike_and_freed_by_its_client(name: str) -> None:
    stream = agent()
    for recorded in of_type(to_client(name), MessageType.OUTPUT):
        made = decode(stream.send(recorded.payload_type, recorded.payload, NOW, recorded.created))
        assert made._replace(identity=recorded.identity) == recorded
    assert stream.unacked_messages > 0
    for recorded in of_type(from_client(name), MessageType.ACK):
        stream.acked(recorded, NOW)
    assert stream.unacked_messages == 0


@dataclass
class Pipe:
    """Two ends joined by a wire that loses, delays, reorders and repeats; seconds are pretended."""

    random: Random
    loss: float
    ends: dict[str, Stream] = field(default_factory=lambda: {"client": client(), "agent": agent()})
    got: dict[str, list[bytes]] = field(default_factory=lambda: {"client": [], "agent": []})
    wire: list[tuple[float, int, str, bytes]] = field(default_factory=list)
    now: float = NOW
    count: int = 0

    def put(self, towards: str, frames: list[bytes]) -> None:
        for frame in frames:
            for _ in range(self.random.choice((1, 1, 1, 2))):
                if self.random.random() >= self.loss:
                    self.count += 1
                    at = self.now + self.random.uniform(0.0, 0.5)
                    heappush(self.wire, (at, self.count, towards, frame))

    def step(self) -> None:
        """Go to the next thing that happens: an arrival, or an end that sends again."""
        dues = [e.next_due for e in self.ends.values() if e.next_due is not None]
        arrivals = [self.wire[0][0]] if self.wire else []
        self.now = max(self.now, min(dues + arrivals)) + 1e-6
        for name, end in self.ends.items():
            self.put("agent" if name == "client" else "client", end.due(self.now))
        while self.wire and self.wire[0][0] <= self.now:
            _, _, name, frame = heappop(self.wire)
            self.arrive(name, decode(frame))

    def arrive(self, name: str, message: Message) -> None:
        if message.type == MessageType.ACK:
            self.ends[name].acked(message, self.now)
            return
        received = self.ends[name].receive(message, self.now, DATE)
        self.got[name] += [each.payload for each in received.deliver]
        self.put("agent" if name == "client" else "client", received.reply)

    @property
    def busy(self) -> bool:
        return bool(self.wire) or any(end.unacked_messages for end in self.ends.values())


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    loss=st.floats(0.0, 0.5),
    keys=st.lists(st.binary(min_size=1, max_size=8), max_size=40),
    screen=st.lists(st.binary(min_size=1, max_size=8), max_size=40),
)
def test_a_bad_wire_delivers_everything_once_and_in_order(
    seed: int, loss: float, keys: list[bytes], screen: list[bytes]
) -> None:
    pipe = Pipe(Random(seed), loss)
    for payload in keys:
        frame = pipe.ends["client"].send(PayloadType.OUTPUT, payload, pipe.now, DATE)
        pipe.put("agent", [frame])
    for payload in screen:
        frame = pipe.ends["agent"].send(PayloadType.OUTPUT, payload, pipe.now, DATE)
        pipe.put("client", [frame])
    while pipe.busy:
        pipe.step()
    assert pipe.got == {"agent": keys, "client": screen}


@given(st.binary(max_size=80))
def test_any_acknowledgement_is_read_or_trouble(payload: bytes) -> None:
    stream = client()
    frame = fill(stream, 1)[0]
    try:
        stream.acked(decode(encode(ack(0)._replace(payload=payload))), NOW)
    except ProtocolTrouble:
        assert stream.unacked_bytes == len(frame)
