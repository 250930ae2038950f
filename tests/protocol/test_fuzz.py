"""More than 100,000 hostile inputs: each decoder answers, or raises the protocol's own trouble.

An example of hypothesis is a handful of inputs here, for a fresh example costs far more than a
decoder's look at it. Half of the inputs are noise; the others are good frames with a few octets
changed, cut short, or lengthened, which get much deeper.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.traces import NAMES, from_client, to_client
from tui.errors import ProtocolTrouble, SessionTrouble, Unsupported
from tui.protocol import gateway, handshake
from tui.protocol.channel import Channel
from tui.protocol.message import Message, MessageType, PayloadType, decode, encode
from tui.protocol.mux import Mux
from tui.protocol.stream import Stream

EXAMPLES = 500
INPUTS = 40
"""In each example: 20,000 inputs for each of the decoders."""

NOW, DATE = 1000.0, 1_795_362_442_888
FRAMES = [encode(e.message) for name in NAMES for e in [*from_client(name), *to_client(name)]][:400]
PORT_TYPE = handshake.session_type_action("Port", {"portNumber": "80"})
JSONS = [
    handshake.HandshakeRequest("3.3.0.0", (PORT_TYPE,)).encode(),
    handshake.HandshakeComplete().encode(),
    handshake.HandshakeResponse("1.2.3.4", ()).encode(),
]
MUXED = Mux(client=True)
MUXED.send(MUXED.open(), b"some data")
MUXED.send(MUXED.open(), b"x" * 300)
MUXED.close(3)
STREAM = MUXED.take()

ODD = [0, 1, -1, 2**31, 2**32 - 1, 2**63 - 1, 2**64, 10**400, 1.5, "", "x" * 999, None, True]


def spoiled(die: Random, good: bytes) -> bytes:
    """A good input with something wrong, or noise."""
    fate = die.random()
    if fate < 0.3:
        return die.randbytes(die.choice((0, 1, 7, 8, 9, 119, 120, 121, die.randrange(2000))))
    changed = bytearray(good)
    for _ in range(die.randint(1, 4)):
        if changed:
            changed[die.randrange(len(changed))] = die.choice(
                (0, 1, 0x7F, 0x80, 0xFF, die.randrange(256))
            )
    if fate < 0.5:
        del changed[die.randrange(len(changed) + 1) :]
    elif fate < 0.6:
        changed += die.randbytes(die.randrange(50))
    elif fate < 0.65:
        changed[-4:] = b"\xff\xff\xff\xff"
    return bytes(changed)


def survives(decoder: Callable[[bytes], object], good: list[bytes]) -> None:
    """Feeds all inputs to a decoder; only the typed troubles may come out of it."""
    tried = 0

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.integers(0, 2**64))
    def feed(seed: int) -> None:
        nonlocal tried
        die = Random(seed)
        for _ in range(INPUTS):
            tried += 1
            with suppress(ProtocolTrouble, SessionTrouble, Unsupported):
                decoder(spoiled(die, die.choice(good)))

    feed()
    assert tried >= EXAMPLES * INPUTS


def test_messages() -> None:
    survives(decode, FRAMES)


def test_the_multiplexer() -> None:
    survives(lambda data: Mux(client=True).feed(data), [STREAM])


def test_the_multiplexer_of_an_agent() -> None:
    survives(lambda data: Mux(client=False).feed(data), [STREAM])


@pytest.mark.parametrize(
    "parse",
    [handshake.parse_request, handshake.parse_complete, handshake.parse_response],
)
def test_the_handshake(parse: Callable[[bytes], object]) -> None:
    survives(parse, JSONS)


def test_whole_channels() -> None:
    """One channel is fed several spoiled frames, as far as it lives."""

    def feed(data: bytes) -> None:
        channel = Channel(token="t")
        for _ in range(3):
            channel.feed(data, NOW, DATE)
        channel.tick(NOW + 1)
        channel.take()

    survives(feed, FRAMES)


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(st.integers(0, 2**64))
def test_well_formed_json_of_the_wrong_shape(seed: int) -> None:
    die = Random(seed)

    def thing(depth: int) -> object:
        if depth == 0 or die.random() < 0.5:
            return die.choice(ODD)
        if die.random() < 0.5:
            return [thing(depth - 1) for _ in range(die.randrange(4))]
        names = (
            "ActionType",
            "ActionParameters",
            "SessionType",
            "Properties",
            "ActionStatus",
            "RequestedClientActions",
            "AgentVersion",
            "AcknowledgedMessageSequenceNumber",
            "HandshakeTimeToComplete",
            "CustomerMessage",
            "Output",
        )
        return {die.choice(names): thing(depth - 1) for _ in range(die.randrange(5))}

    for _ in range(INPUTS):
        payload = json.dumps(thing(4)).encode()
        for kind in (
            PayloadType.HANDSHAKE_REQUEST,
            PayloadType.HANDSHAKE_COMPLETE,
            PayloadType.ENCRYPTION_CHALLENGE_REQUEST,
            PayloadType.EXIT_CODE,
        ):
            _fed(MessageType.OUTPUT, kind, payload)
        _fed(MessageType.ACK, PayloadType.NONE, payload)
        _fed(MessageType.CLOSED, PayloadType.NONE, payload)
        with suppress(ProtocolTrouble):
            gateway.parse_open(payload.decode())


def _fed(kind: MessageType, payload_type: PayloadType, payload: bytes) -> None:
    channel = Channel(token="t")
    try:
        channel.feed(encode(Message(kind, 0, 0, bytes(16), payload_type, payload, DATE)), NOW, DATE)
    except (ProtocolTrouble, Unsupported):
        assert channel.closed


def test_a_deep_nest_of_brackets_is_trouble() -> None:
    for parse in (handshake.parse_request, handshake.parse_complete):
        with pytest.raises(ProtocolTrouble):
            parse(b"[" * 100_000)
        with pytest.raises(ProtocolTrouble):
            parse(b'{"a":' * 100_000)


@settings(max_examples=200, deadline=None, database=None)
@given(st.integers(0, 2**64))
def test_any_order_of_any_numbers_keeps_memory_bounded(seed: int) -> None:
    die = Random(seed)
    stream = Stream(
        sends=MessageType.INPUT, receives=MessageType.OUTPUT, new_id=lambda: UUID(int=7)
    )
    due = 0
    for _ in range(100):
        number = die.choice((due, die.randrange(20), -1, 2**63 - 1, due + 1))
        message = Message(MessageType.OUTPUT, number, 0, bytes(16), 1, b"x", DATE)
        received = stream.receive(message, NOW, DATE)
        assert [m.sequence for m in received.deliver] == list(
            range(due, due + len(received.deliver))
        )
        due += len(received.deliver)
