"""A channel whose agent wants a KMS key: nothing passes in the clear, and nothing damaged."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.traces import ENCRYPTED, from_client, of_type, to_client
from tui.errors import ProtocolTrouble, Unsupported
from tui.model.wish import DataKey
from tui.protocol.channel import Channel
from tui.protocol.crypto import Challenge, Cipher, read_key_result
from tui.protocol.events import Event, ExitCode, FlagReceived, KeyWanted, Opened, Output, Stderr
from tui.protocol.handshake import (
    Action,
    HandshakeComplete,
    HandshakeRequest,
    parse_response,
    session_type_action,
)
from tui.protocol.message import Flag, MessageType, PayloadType, decode
from tui.protocol.stream import Stream

NOW, DATE = 1000.0, 1_795_362_442_888
KEY = DataKey(bytes(range(64)), b"sealed by KMS")
KEY_ID = "arn:aws:kms:eu-west-1:111122223333:key/k"
COMPLETE = HandshakeComplete(1, "This session is encrypted using AWS KMS.").encode()


class Far:
    """A channel together with an agent that wants encryption."""

    def __init__(self, *, must_encrypt: bool = False) -> None:
        self.channel = Channel(token="t", must_encrypt=must_encrypt)
        self.agent = Stream(sends=MessageType.OUTPUT, receives=MessageType.INPUT)
        self.cipher = Cipher(KEY, client=False)
        self.challenge = Challenge(self.cipher)

    def says(self, kind: int, payload: bytes) -> list[Event]:
        return self.channel.feed(self.agent.send(kind, payload, NOW, DATE), NOW, DATE)

    def hears(self) -> list[tuple[int, bytes]]:
        sent = [decode(frame) for frame in self.channel.take()]
        return [(m.payload_type, m.payload) for m in sent if m.type == MessageType.INPUT]

    def asks(self, challenge: str = "eA==") -> list[Event]:
        parameters = {"KMSKeyId": KEY_ID, **({"Challenge": challenge} if challenge else {})}
        actions = (
            session_type_action("Standard_Stream", None),
            Action("KMSEncryption", parameters),
        )
        return self.says(PayloadType.HANDSHAKE_REQUEST, HandshakeRequest("3.3", actions).encode())

    def supplies(self) -> None:
        self.asks()
        self.channel.supply_key(KEY, NOW, DATE)

    def challenges(self) -> list[Event]:
        return self.says(PayloadType.ENCRYPTION_CHALLENGE_REQUEST, self.challenge.encode())

    def opens(self) -> list[Event]:
        self.supplies()
        self.challenges()
        return self.says(PayloadType.HANDSHAKE_COMPLETE, COMPLETE)


@pytest.mark.parametrize("challenge", ["eA==", ""])
def test_the_response_waits_for_the_key(challenge: str) -> None:
    far = Far()
    far.channel.send(b"secret", NOW, DATE)
    assert far.asks(challenge) == [KeyWanted(KEY_ID, challenge)]
    assert far.hears() == []
    far.channel.supply_key(KEY, NOW, DATE)
    assert far.channel.key_wanted is None
    ((kind, payload),) = far.hears()
    assert kind == PayloadType.HANDSHAKE_RESPONSE
    response = parse_response(payload)
    assert response.accepted
    assert read_key_result(response.actions[1].result) == (KEY.ciphertext, bool(challenge))
    assert far.challenges() == []
    ((kind, payload),) = far.hears()
    assert kind == PayloadType.ENCRYPTION_CHALLENGE_RESPONSE
    far.challenge.check(payload)
    (opened,) = far.says(PayloadType.HANDSHAKE_COMPLETE, COMPLETE)
    assert isinstance(opened, Opened)
    assert opened.encrypted
    ((kind, sealed),) = far.hears()
    assert kind == PayloadType.OUTPUT
    assert far.cipher.open(sealed) == b"secret"


def test_only_data_is_sealed() -> None:
    far = Far()
    far.opens()
    far.hears()
    far.channel.send(b"ls\r", NOW, DATE)
    far.channel.send_size(80, 24, NOW, DATE)
    far.channel.send_flag(Flag.TERMINATE_SESSION, NOW, DATE)
    (_, keys), (_, size), (_, flag) = far.hears()
    assert far.cipher.open(keys) == b"ls\r"
    assert json.loads(size) == {"cols": 80, "rows": 24}
    assert flag == b"\0\0\0\2"
    for kind, data, event in (
        (PayloadType.OUTPUT, b"out", Output(b"out")),
        (PayloadType.STDERR, b"err", Stderr(b"err")),
        (PayloadType.EXIT_CODE, b"EXIT_CODE: 7", ExitCode(7)),
    ):
        assert far.says(kind, far.cipher.seal(data)) == [event]
    assert far.says(PayloadType.FLAG, b"\0\0\0\3") == [FlagReceived(3)]


@pytest.mark.parametrize("kind", [PayloadType.OUTPUT, PayloadType.STDERR, PayloadType.EXIT_CODE])
def test_data_in_the_clear_ends_an_encrypted_session(kind: PayloadType) -> None:
    far = Far()
    far.opens()
    with pytest.raises(ProtocolTrouble):
        far.says(kind, b"EXIT_CODE: 0, or anything else that is long enough")
    assert far.channel.closed


@given(st.binary(min_size=1, max_size=60), st.data())
def test_damaged_data_never_passes(data: bytes, chosen: st.DataObject) -> None:
    far = Far()
    far.opens()
    sealed = bytearray(far.cipher.seal(data))
    sealed[chosen.draw(st.integers(0, len(sealed) - 1))] ^= chosen.draw(st.integers(1, 255))
    with pytest.raises(ProtocolTrouble):
        far.says(PayloadType.OUTPUT, bytes(sealed))
    assert far.channel.closed


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 5, 7, 8, 10, 11, 12]), st.binary(max_size=40))
        | st.sampled_from([(7, COMPLETE), (8, b'{"Challenge":"AAAA"}')]),
        max_size=8,
    ),
    st.booleans(),
)
def test_whatever_an_agent_says_nothing_opens_without_the_key(
    said: list[tuple[int, bytes]], supplied: bool
) -> None:
    far = Far(must_encrypt=True)
    far.channel.send(b"secret", NOW, DATE)
    far.asks()
    if supplied:
        far.channel.supply_key(KEY, NOW, DATE)
    events: list[Event] = []
    for kind, payload in said:
        with suppress(ProtocolTrouble):
            events += far.says(kind, payload)
    assert not far.channel.ready
    assert not any(isinstance(event, Opened | Output | Stderr) for event in events)
    assert b"secret" not in b"".join(far.channel.take())


def test_a_handshake_cannot_be_completed_without_the_key_or_its_proof() -> None:
    for stage in (Far.asks, Far.supplies):
        far = Far()
        stage(far)
        with pytest.raises(ProtocolTrouble, match="before there was a key"):
            far.says(PayloadType.HANDSHAKE_COMPLETE, COMPLETE)
        assert far.channel.closed


def test_a_challenge_is_answered_once() -> None:
    far = Far()
    far.supplies()
    far.challenges()
    with pytest.raises(ProtocolTrouble, match="out of place"):
        far.challenges()


def test_no_key_is_said_to_the_agent() -> None:
    far = Far()
    far.asks()
    far.channel.refuse_key("denied", NOW, DATE)
    assert far.channel.closed
    ((_, payload),) = far.hears()
    response = parse_response(payload)
    assert [(a.status, a.error) for a in response.actions] == [(1, ""), (2, "denied")]
    far.channel.supply_key(KEY, NOW, DATE)
    assert far.hears() == []


def test_a_key_that_is_none_changes_nothing() -> None:
    far = Far()
    far.asks()
    with pytest.raises(ProtocolTrouble):
        far.channel.supply_key(DataKey(b"short", b"x"), NOW, DATE)
    assert far.channel.key_wanted
    assert far.hears() == []


def test_nobody_needs_a_key_without_being_asked() -> None:
    far = Far()
    far.channel.supply_key(KEY, NOW, DATE)
    far.channel.refuse_key("denied", NOW, DATE)
    assert far.says(PayloadType.OUTPUT, b"$ ")[1:] == [Output(b"$ ")]
    assert far.hears() == []


class TestMustEncrypt:
    def test_a_session_that_begins_in_the_clear_ends_unused(self) -> None:
        far = Far(must_encrypt=True)
        far.channel.send(b"secret", NOW, DATE)
        far.channel.presume_shell(NOW, DATE)
        with pytest.raises(Unsupported, match="in the clear") as raised:
            far.says(PayloadType.OUTPUT, b"$ ")
        assert "Nothing was typed" in raised.value.hint
        assert far.channel.closed
        assert far.hears() == []

    def test_a_handshake_that_asks_for_no_key_is_not_enough(self) -> None:
        far = Far(must_encrypt=True)
        far.channel.send(b"secret", NOW, DATE)
        actions = (session_type_action("InteractiveCommands", None),)
        far.says(PayloadType.HANDSHAKE_REQUEST, HandshakeRequest("3.3", actions).encode())
        with pytest.raises(Unsupported, match="in the clear"):
            far.says(PayloadType.HANDSHAKE_COMPLETE, COMPLETE)
        assert [kind for kind, _ in far.hears()] == [PayloadType.HANDSHAKE_RESPONSE]

    def test_an_encrypted_one_opens(self) -> None:
        assert [type(event) for event in Far(must_encrypt=True).opens()] == [Opened]


def test_the_recorded_agent_wants_what_the_recorded_client_gave() -> None:
    channel = Channel(token="t", client_version="1.2.707.0")
    request, challenge, *_ = of_type(to_client(ENCRYPTED), MessageType.OUTPUT)
    recorded = of_type(from_client(ENCRYPTED), MessageType.INPUT)[0]
    agent = Stream(sends=MessageType.OUTPUT, receives=MessageType.INPUT)

    def feed(kind: int, payload: bytes) -> list[Event]:
        return channel.feed(agent.send(kind, payload, NOW, DATE), NOW, DATE)

    (wanted,) = feed(request.payload_type, request.payload)
    assert wanted == KeyWanted(
        "arn:aws:kms:us-east-1:111122223333:key/holdout", "i07bHm/mC2fx6Kvv2V0cwQ=="
    )
    blob, _ = read_key_result(parse_response(recorded.payload).actions[1].result)
    channel.supply_key(DataKey(bytes(64), blob), NOW, DATE)
    said = [decode(frame) for frame in channel.take()]
    (ours,) = [json.loads(m.payload) for m in said if m.type == MessageType.INPUT]
    # the plugin of the recording does not honour the challenge
    assert ours["ProcessedClientActions"][1]["ActionResult"].pop("ChallengeAcknowledgement") is True
    assert ours == json.loads(recorded.payload)
    with pytest.raises(ProtocolTrouble, match="does not open"):
        feed(challenge.payload_type, challenge.payload)
    assert channel.closed
