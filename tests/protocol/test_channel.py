"""The client's end of a data channel: bytes in, events and bytes out."""

import json
from contextlib import suppress
from itertools import takewhile
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.traces import (
    NAMES,
    UNENCRYPTED,
    as_sent,
    entries,
    from_client,
    of_type,
    opening,
    to_client,
)
from tui.errors import ProtocolTrouble, SessionTrouble, Trouble, Unsupported
from tui.protocol.channel import Channel
from tui.protocol.events import (
    Closed,
    Event,
    ExitCode,
    FlagReceived,
    Opened,
    Output,
    Paused,
    Resumed,
    Stderr,
)
from tui.protocol.gateway import closed_message, parse_open, publication_message
from tui.protocol.handshake import (
    Action,
    HandshakeComplete,
    HandshakeRequest,
    parse_response,
    session_type_action,
)
from tui.protocol.message import Flag, Message, MessageType, PayloadType, decode, encode
from tui.protocol.stream import Limits, Stream

NOW = 1000.0
DATE = 1_795_362_442_888
ID = UUID("00010203-0405-4607-8809-0a0b0c0d0e0f")
SHELL_OPENED = Opened("Standard_Stream", {}, "", "")


class Far:
    """A channel together with a far side that says what a test wants said."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.channel = Channel(token="t", limits=limits) if limits else Channel(token="t")
        self.agent = Stream(sends=MessageType.OUTPUT, receives=MessageType.INPUT)

    def says(self, kind: int, payload: bytes) -> list[Event]:
        return self.channel.feed(self.agent.send(kind, payload, NOW, DATE), NOW, DATE)

    def asks(self, *actions: Action) -> list[Event]:
        request = HandshakeRequest("3.3.0.0", actions).encode()
        return self.says(PayloadType.HANDSHAKE_REQUEST, request)

    def completes(self, message: str = "") -> list[Event]:
        return self.says(PayloadType.HANDSHAKE_COMPLETE, HandshakeComplete(1, message).encode())

    def opens(self, session_type: str = "Standard_Stream") -> None:
        self.asks(session_type_action(session_type, None))
        self.completes()
        self.hears()

    def hears(self) -> list[tuple[int, bytes]]:
        """What arrives of the numbered messages; it acknowledges nothing."""
        sent = [decode(frame) for frame in self.channel.take()]
        return [(m.payload_type, m.payload) for m in sent if m.type == MessageType.INPUT]

    def acknowledges(self) -> list[bytes]:
        """Take what is sent, acknowledge it, and return the payloads that came."""
        got = []
        for frame in self.channel.take():
            received = self.agent.receive(decode(frame), NOW, DATE)
            got += [message.payload for message in received.deliver]
            for reply in received.reply:
                assert self.channel.feed(reply, NOW, DATE) == []
        return got


class TestOpening:
    def test_the_first_frame_carries_the_token(self) -> None:
        channel = Channel(token="secret")
        first, second = parse_open(channel.open()), parse_open(channel.open())
        assert first.token == second.token == "secret"
        assert first.client_version == "1.2.764.0"
        assert first.client_id == second.client_id
        assert first.request_id != second.request_id
        assert UUID(first.client_id).version == UUID(first.request_id).version == 4

    def test_the_token_is_nowhere_else(self) -> None:
        assert "secret" not in repr(Channel(token="secret"))

    def test_a_first_output_is_a_shell_and_is_shown_once(self) -> None:
        far = Far()
        frame = far.agent.send(PayloadType.OUTPUT, b"$ ", NOW, DATE)
        assert far.channel.feed(frame, NOW, DATE) == [SHELL_OPENED, Output(b"$ ")]
        assert far.channel.ready
        assert far.channel.session_type == "Standard_Stream"
        assert far.channel.feed(frame, NOW, DATE) == []
        assert len(far.channel.take()) == 2  # and acknowledged twice

    def test_a_handshake_opens_a_port(self) -> None:
        far = Far()
        assert far.asks(session_type_action("Port", {"portNumber": "80"})) == []
        assert not far.channel.ready
        ack, response = far.channel.take()
        assert decode(ack).type == MessageType.ACK
        assert decode(response).payload_type == PayloadType.HANDSHAKE_RESPONSE
        assert parse_response(decode(response).payload).accepted
        assert far.completes("Mind the gap.") == [
            Opened("Port", {"portNumber": "80"}, "3.3.0.0", "Mind the gap.")
        ]
        assert far.channel.properties == {"portNumber": "80"}
        assert far.channel.agent_version == "3.3.0.0"
        assert far.says(PayloadType.OUTPUT, b"x") == [Output(b"x")]

    def test_the_agents_messages_may_come_in_the_wrong_order(self) -> None:
        far = Far()
        request = HandshakeRequest("3", (session_type_action("Port", {}),)).encode()
        frames = [
            far.agent.send(PayloadType.HANDSHAKE_REQUEST, request, NOW, DATE),
            far.agent.send(PayloadType.HANDSHAKE_COMPLETE, HandshakeComplete().encode(), NOW, DATE),
            far.agent.send(PayloadType.OUTPUT, b"x", NOW, DATE),
        ]
        assert far.channel.feed(frames[2], NOW, DATE) == []
        assert far.channel.feed(frames[1], NOW, DATE) == []
        opened, output = far.channel.feed(frames[0], NOW, DATE)
        assert opened == Opened("Port", {}, "3", "")
        assert output == Output(b"x")

    @pytest.mark.parametrize(
        ("actions", "statuses", "said"),
        [
            ((session_type_action("Video", None),), [2], "unknown type"),
            ((Action("Dance", {}), session_type_action("Port", {})), [3, 1], "“Dance”"),
            ((Action("KMSEncryption", {"KMSKeyId": "k"}), Action("Dance", {})), [2, 3], "“Dance”"),
        ],
    )
    def test_what_we_cannot_do_is_refused_and_said(
        self, actions: tuple[Action, ...], statuses: list[int], said: str
    ) -> None:
        far = Far()
        with pytest.raises(Unsupported, match=said):
            far.asks(*actions)
        assert far.channel.closed
        ((_, payload),) = far.hears()
        assert [action.status for action in parse_response(payload).actions] == statuses
        assert far.completes() == []

    def test_handshakes_out_of_place_are_trouble(self) -> None:
        with pytest.raises(ProtocolTrouble, match="had not begun"):
            Far().completes()
        far = Far()
        far.opens()
        with pytest.raises(ProtocolTrouble, match="in the middle of the session"):
            far.asks()
        assert far.channel.closed
        far = Far()
        far.opens()
        with pytest.raises(ProtocolTrouble, match="had not begun"):
            far.completes()
        far = Far()
        far.asks()
        with pytest.raises(ProtocolTrouble, match="in the middle of the session"):
            far.asks()
        far = Far()
        far.asks()
        with pytest.raises(ProtocolTrouble, match="in the middle of the handshake"):
            far.says(PayloadType.OUTPUT, b"x")


class TestSending:
    def test_what_is_sent_early_waits_for_the_first_output(self) -> None:
        far = Far()
        far.channel.send_size(80, 24, NOW, DATE)
        far.channel.send(b"ls\r", NOW, DATE)
        assert far.channel.take() == []
        assert far.channel.unacked_bytes == 24
        assert far.channel.next_due is None
        far.says(PayloadType.OUTPUT, b"$ ")
        assert far.hears() == [
            (PayloadType.SIZE, b'{"cols":80,"rows":24}'),
            (PayloadType.OUTPUT, b"ls\r"),
        ]

    def test_what_is_sent_early_waits_for_the_end_of_the_handshake(self) -> None:
        far = Far()
        far.channel.send(b"data", NOW, DATE)
        far.asks(session_type_action("Port", {}))
        far.channel.send(b" and more", NOW, DATE)
        assert [kind for kind, _ in far.hears()] == [PayloadType.HANDSHAKE_RESPONSE]
        far.completes()
        assert far.hears() == [(PayloadType.OUTPUT, b"data and more")]

    def test_what_waits_is_bounded(self) -> None:
        channel = Channel(token="t")
        channel.send(bytes(16 << 20), NOW, DATE)
        with pytest.raises(SessionTrouble, match="wait for the target"):
            channel.send(b"x", NOW, DATE)

    def test_data_is_cut_into_messages(self) -> None:
        far = Far()
        far.opens()
        far.channel.send(bytes(2500), NOW, DATE)
        assert [len(payload) for _, payload in far.hears()] == [1024, 1024, 452]
        assert far.channel.unacked_bytes > 2500

    def test_no_data_is_no_message(self) -> None:
        far = Far()
        far.opens()
        far.channel.send(b"", NOW, DATE)
        assert far.channel.take() == []

    def test_the_window_bounds_what_is_on_its_way(self) -> None:
        far = Far(Limits(unacked_messages=2))
        far.says(PayloadType.OUTPUT, b"$ ")
        far.channel.take()
        sent = bytes(range(256)) * 20
        far.channel.send(sent, NOW, DATE)
        assert far.channel.unacked_bytes >= len(sent)
        got = []
        while arrived := far.acknowledges():
            assert len(arrived) <= 2
            got += arrived
        assert b"".join(got) == sent
        assert far.channel.unacked_bytes == 0

    @pytest.mark.parametrize(
        ("cols", "rows", "payload"),
        [
            (132, 43, b'{"cols":132,"rows":43}'),
            (0, -1, b'{"cols":1,"rows":1}'),
            (70_000, 65_535, b'{"cols":65535,"rows":65535}'),
        ],
    )
    def test_a_size_fits_the_agents_16_bits(self, cols: int, rows: int, payload: bytes) -> None:
        far = Far()
        far.opens()
        far.channel.send_size(cols, rows, NOW, DATE)
        assert far.hears() == [(PayloadType.SIZE, payload)]

    def test_a_flag(self) -> None:
        far = Far()
        far.opens()
        far.channel.send_flag(Flag.TERMINATE_SESSION, NOW, DATE)
        assert far.hears() == [(PayloadType.FLAG, b"\0\0\0\2")]

    def test_unacknowledged_messages_are_sent_again(self) -> None:
        far = Far()
        far.opens("Port")
        far.acknowledges()
        far.channel.send(b"x", NOW, DATE)
        frames = far.channel.take()
        due = far.channel.next_due
        assert due is not None
        far.channel.tick(due - 0.01)
        assert far.channel.take() == []
        far.channel.tick(due + 0.01)
        assert far.channel.take()[-1:] == frames

    def test_a_silent_agent_is_given_up(self) -> None:
        far = Far(Limits(give_up=1.0))
        far.says(PayloadType.OUTPUT, b"$ ")
        far.channel.send(b"x", NOW, DATE)
        far.channel.tick(NOW + 0.5)
        with pytest.raises(ProtocolTrouble, match="has not acknowledged"):
            far.channel.tick(NOW + 1.5)
        assert far.channel.closed
        far.channel.tick(NOW + 9)
        assert far.channel.next_due is None


class TestReceiving:
    @pytest.mark.parametrize(
        ("kind", "payload", "event"),
        [
            (PayloadType.OUTPUT, b"out", Output(b"out")),
            (PayloadType.STDERR, b"err", Stderr(b"err")),
            (PayloadType.EXIT_CODE, b"EXIT_CODE: 7", ExitCode(7)),
            (PayloadType.EXIT_CODE, b"EXIT_CODE: -1\n", ExitCode(-1)),
            (PayloadType.FLAG, b"\0\0\0\3", FlagReceived(Flag.CONNECT_TO_PORT_ERROR)),
            (PayloadType.FLAG, b"\0\0\1\0", FlagReceived(256)),
        ],
    )
    def test_what_the_agent_sends_is_an_event(
        self, kind: PayloadType, payload: bytes, event: Event
    ) -> None:
        far = Far()
        far.opens()
        assert far.says(kind, payload) == [event]

    @pytest.mark.parametrize("kind", [PayloadType.STDERR, PayloadType.EXIT_CODE])
    def test_what_a_command_writes_first_opens_the_session_too(self, kind: PayloadType) -> None:
        events = Far().says(kind, b"EXIT_CODE: 1")
        assert events[0] == SHELL_OPENED
        assert len(events) == 2

    @pytest.mark.parametrize("kind", [PayloadType.ENCRYPTION_CHALLENGE_REQUEST, 2, 4, 99])
    def test_other_payloads_are_acknowledged_and_ignored(self, kind: int) -> None:
        far = Far()
        assert far.says(kind, b"x") == []
        assert len(far.channel.take()) == 1
        assert not far.channel.ready

    def test_a_flag_of_another_length_is_ignored(self) -> None:
        assert Far().says(PayloadType.FLAG, b"\3") == []

    @pytest.mark.parametrize("payload", [b"", b"7", b"EXIT_CODE: x", b"EXIT_CODE: " + b"1" * 11])
    def test_an_unreadable_exit_status_is_trouble(self, payload: bytes) -> None:
        far = Far()
        far.opens()
        with pytest.raises(ProtocolTrouble, match="exit status"):
            far.says(PayloadType.EXIT_CODE, payload)

    def test_a_damaged_message_is_dropped_and_its_repetition_taken(self) -> None:
        far = Far()
        frame = far.agent.send(PayloadType.OUTPUT, b"$ ", NOW, DATE)
        assert far.channel.feed(frame[:-1] + b"?", NOW, DATE) == []
        assert far.channel.dropped == 1
        assert far.channel.take() == []
        assert far.channel.feed(frame, NOW, DATE) == [SHELL_OPENED, Output(b"$ ")]

    def test_a_frame_that_is_no_message_is_trouble(self) -> None:
        channel = Channel(token="t")
        with pytest.raises(ProtocolTrouble):
            channel.feed(b"hello", NOW, DATE)
        assert channel.closed
        assert channel.feed(b"hello", NOW, DATE) == []

    @pytest.mark.parametrize("kind", ["agent_session_state", "input_stream_data", "agent_job"])
    def test_messages_for_others_are_ignored(self, kind: str) -> None:
        channel = Channel(token="t")
        message = Message(kind, 0, 3, ID.bytes, 0, b"not even JSON", DATE)
        assert channel.feed(encode(message), NOW, DATE) == []
        assert channel.take() == []

    def test_text_frames_are_read_like_binary_ones(self) -> None:
        channel = Channel(token="t")
        frame = publication_message(MessageType.PAUSE, date_ms=9, message_id=UUID(int=9))
        text = (frame[:80] + bytes(32) + frame[112:]).decode()  # a digest is no text
        assert channel.feed(text, NOW, DATE) == [Paused()]

    @pytest.mark.parametrize("text", ["", "hello", "\ud800", "x" * 200])
    def test_other_text_is_ignored(self, text: str) -> None:
        channel = Channel(token="t")
        assert channel.feed(text, NOW, DATE) == []
        assert not channel.closed


class TestTheGateway:
    def test_a_closing_ends_everything(self) -> None:
        far = Far()
        far.opens()
        far.channel.send(b"x", NOW, DATE)
        closing = closed_message("s", "Idle for too long.", date_ms=DATE)
        assert far.channel.feed(closing, NOW, DATE) == [Closed("Idle for too long.")]
        assert far.channel.closed
        assert far.channel.next_due is None
        far.channel.take()
        far.channel.send(b"x", NOW, DATE)
        assert far.channel.take() == []
        assert far.channel.feed(closing, NOW, DATE) == []

    def test_an_unreadable_closing_is_trouble_and_an_end_all_the_same(self) -> None:
        channel = Channel(token="t")
        message = Message(MessageType.CLOSED, 0, 3, ID.bytes, 0, b"?", DATE)
        with pytest.raises(ProtocolTrouble, match="closing"):
            channel.feed(encode(message), NOW, DATE)
        assert channel.closed

    def test_an_unreadable_acknowledgement_is_trouble(self) -> None:
        message = Message(MessageType.ACK, 0, 3, ID.bytes, 0, b"?", DATE)
        with pytest.raises(ProtocolTrouble, match="acknowledgement"):
            Channel(token="t").feed(encode(message), NOW, DATE)

    def test_publications_are_told_when_they_are_news(self) -> None:
        channel = Channel(token="t")
        start = publication_message(MessageType.START, date_ms=DATE)
        pause = publication_message(MessageType.PAUSE, date_ms=DATE)
        told = [channel.feed(frame, NOW, DATE) for frame in (start, pause, pause, start, start)]
        assert told == [[], [Paused()], [], [Resumed()], []]
        assert channel.take() == []


def shown(events: list[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, Output))


@pytest.mark.parametrize("name", UNENCRYPTED)
def test_a_recorded_session_is_lived_through_again(name: str) -> None:
    """Feed what the real agent sent, send what the real client sent, and compare the wire."""
    recorded_opening = parse_open(opening(name, "client"))
    channel = Channel(token=recorded_opening.token, client_version=recorded_opening.client_version)
    events: list[Event] = []
    ours: list[Message] = []
    incoming = {entry.frame for entry in to_client(name)}
    sent: set[int] = set()
    for entry in entries(name):
        if not entry.binary:
            continue
        message = entry.message
        if entry.frame in incoming:
            events += channel.feed(entry.frame, entry.seconds, message.created)
        elif message.type == MessageType.INPUT and message.sequence not in sent:
            sent.add(message.sequence)
            if message.payload_type != PayloadType.HANDSHAKE_RESPONSE:
                kind = PayloadType(message.payload_type)
                channel.send(message.payload, entry.seconds, message.created, kind)
        ours += map(decode, channel.take())

    theirs = of_type(as_sent(from_client(name)), MessageType.INPUT)
    assert numbered(ours) == numbered(theirs)
    acks = {m.payload for m in ours if m.type == MessageType.ACK}
    assert acks == {m.payload for m in of_type(from_client(name), MessageType.ACK)}
    output = of_type(to_client(name), MessageType.OUTPUT)
    assert shown(events) == b"".join(m.payload for m in output if m.payload_type == 1)
    assert [type(event) for event in events].count(Opened) == 1
    assert isinstance(events[-1], Closed | Paused | Output)
    in_time = takewhile(lambda entry: entry.message.type != MessageType.CLOSED, to_client(name))
    answers = of_type(in_time, MessageType.ACK)
    freed = {json.loads(m.payload)["AcknowledgedMessageSequenceNumber"] for m in answers}
    left = [encode(m) for m in theirs if m.sequence not in freed]
    assert channel.unacked_bytes == sum(map(len, left))


def numbered(messages: list[Message]) -> list[tuple[int, int, bytes]]:
    inputs = (m for m in messages if m.type == MessageType.INPUT)
    return [(m.sequence, m.payload_type, m.payload) for m in inputs]


EXPECTED: dict[str, list[Event]] = {
    "shell_no_handshake": [
        Paused(),
        Resumed(),
        SHELL_OPENED,
        Output(b"$ "),
        Output(b"echo hello-$((6*7))\r\n"),
        Output(b"hello-42\r\n$ "),
        Output(b"exit\r\n"),
        Closed(""),
    ],
    "noninteractive_handshake": [
        Paused(),
        Resumed(),
        Opened("NonInteractiveCommands", {}, "3.3.0.0", ""),
        Output(b"out\n"),
        Closed(""),
    ],
    "session_failed_by_agent": [
        Opened(
            "Port",
            {
                "host": "169.254.169.254",
                "localPortNumber": "46751",
                "portNumber": "80",
                "type": "LocalPortForwarding",
            },
            "3.3.0.0",
            "",
        ),
        Paused(),
        Closed("Forwarding to IP address 169.254.169.254 is forbidden."),
    ],
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_recorded_agent_means_these_events(name: str) -> None:
    channel = Channel(token="t")
    events = [e for entry in to_client(name) for e in channel.feed(entry.frame, NOW, DATE)]
    assert events == EXPECTED[name]


frames = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=50),
    st.builds(
        lambda kind, sequence, payload_type, payload: encode(
            Message(kind, sequence, 0, ID.bytes, payload_type, payload, DATE)
        ),
        st.sampled_from([*MessageType, "agent_job"]),
        st.integers(0, 3),
        st.integers(0, 13),
        st.binary(max_size=12)
        | st.sampled_from(
            [
                b"{}",
                b'{"Output":"\\ud800"}',
                b"EXIT_CODE: 1",
                b'{"AcknowledgedMessageSequenceNumber":0}',
                b'{"HandshakeTimeToComplete":1}',
                HandshakeRequest("3", (session_type_action("Port", {}),)).encode(),
            ]
        ),
    ),
)


@given(st.lists(frames, max_size=12))
def test_whatever_arrives_is_events_or_trouble(arriving: list[bytes | str]) -> None:
    channel = Channel(token="t")
    channel.send(b"x", NOW, DATE)
    opened = 0
    for frame in arriving:
        with suppress(Trouble):
            events = channel.feed(frame, NOW, DATE)
            opened += sum(isinstance(event, Opened) for event in events)
    assert opened <= 1
    assert bool(opened) >= channel.ready or channel.closed
    for frame in channel.take():
        assert decode(frame)


def test_every_trace_is_used() -> None:
    assert len(NAMES) == 10
