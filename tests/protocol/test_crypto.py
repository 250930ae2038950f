"""Sealed payloads: what the key opens, what it does not, and that nothing secret is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.traces import ENCRYPTED, from_client, of_type, to_client
from tui.errors import ProtocolTrouble
from tui.model.wish import DataKey
from tui.protocol.crypto import (
    OVERHEAD,
    Challenge,
    Cipher,
    encryption_context,
    key_result,
    read_challenge,
    read_key_result,
    write_challenge,
)
from tui.protocol.handshake import parse_response
from tui.protocol.message import MessageType, PayloadType

KEY = DataKey(bytes(range(64)), b"only KMS reads this")


def ends(key: DataKey = KEY) -> tuple[Cipher, Cipher]:
    return Cipher(key, client=True), Cipher(key, client=False)


def test_the_halves_of_the_key_and_the_form_are_those_of_the_peers() -> None:
    # the published test cases 14 of AES-256-GCM: a key, a nonce and 16 octets of zeros
    sealed = bytes(12) + bytes.fromhex(
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )
    agents_half = DataKey(bytes(32) + bytes(range(32)), b"")
    assert Cipher(agents_half, client=True).open(sealed) == bytes(16)
    assert Cipher(agents_half, client=False, first_nonce=(1 << 96) - 1).seal(bytes(16)) == sealed
    clients_half = DataKey(bytes(range(32)) + bytes(32), b"")
    assert Cipher(clients_half, client=False).open(sealed) == bytes(16)
    assert Cipher(clients_half, client=True, first_nonce=-1).seal(bytes(16)) == sealed


@given(st.binary(max_size=3000))
def test_each_end_opens_what_the_other_sealed_and_not_its_own(data: bytes) -> None:
    client, agent = ends()
    assert agent.open(client.seal(data)) == data
    assert client.open(agent.seal(data)) == data
    assert len(client.seal(data)) == len(data) + OVERHEAD
    with pytest.raises(ProtocolTrouble):
        client.open(client.seal(data))


@given(st.binary(max_size=200), st.data())
def test_no_bit_may_differ(data: bytes, chosen: st.DataObject) -> None:
    client, agent = ends()
    sealed = bytearray(agent.seal(data))
    at = chosen.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << chosen.draw(st.integers(0, 7))
    with pytest.raises(ProtocolTrouble) as raised:
        client.open(bytes(sealed))
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@given(st.binary(max_size=100))
def test_what_was_never_sealed_is_trouble(data: bytes) -> None:
    with pytest.raises(ProtocolTrouble):
        ends()[0].open(data)


def test_a_nonce_is_used_once_and_starts_anywhere() -> None:
    client, _ = ends()
    nonces = [client.seal(b"")[:12] for _ in range(1000)]
    assert len(set(nonces)) == 1000
    assert len({Cipher(KEY, client=True).seal(b"")[:12] for _ in range(20)}) == 20


@pytest.mark.parametrize("length", [0, 32, 63, 65, 128])
def test_a_key_of_another_length_is_trouble(length: int) -> None:
    with pytest.raises(ProtocolTrouble):
        Cipher(DataKey(bytes(length), b""), client=True)


def test_no_secret_is_shown() -> None:
    client, _ = ends()
    for shown in (repr(KEY), str(KEY), repr(client), repr(vars(client))):
        assert repr(KEY.plaintext)[2:12] not in shown
        assert "only KMS" not in shown


class TestChallenge:
    def test_the_client_proves_that_it_has_the_key(self) -> None:
        client, agent = ends()
        challenge = Challenge(agent)
        answer = client.answer(challenge.encode())
        challenge.check(answer)
        assert len(read_challenge(answer)) == 64 + OVERHEAD

    def test_the_answer_to_another_challenge_is_none(self) -> None:
        client, agent = ends()
        with pytest.raises(ProtocolTrouble, match="wrongly"):
            Challenge(agent).check(client.answer(Challenge(agent).encode()))

    def test_sending_the_challenge_back_is_no_answer(self) -> None:
        challenge = Challenge(ends()[1])
        with pytest.raises(ProtocolTrouble):
            challenge.check(challenge.encode())

    def test_another_key_is_found_out_by_both(self) -> None:
        client, _ = ends(DataKey(bytes(64), b""))
        challenge = Challenge(ends()[1])
        with pytest.raises(ProtocolTrouble):
            client.answer(challenge.encode())
        with pytest.raises(ProtocolTrouble):
            challenge.check(write_challenge(client.seal(bytes(64))))

    @given(
        st.binary(max_size=200)
        | st.sampled_from(
            [
                b"{}",
                b'{"Challenge":7}',
                b'{"Challenge":"?"}',
                '{"Challenge":"\u00e4"}'.encode(),
                b'{"Challenge":"' + b"A" * 8000 + b'"}',
            ]
        )
    )
    def test_anything_else_is_trouble(self, payload: bytes) -> None:
        client, agent = ends()
        with pytest.raises(ProtocolTrouble):
            client.answer(payload)
        with pytest.raises(ProtocolTrouble):
            Challenge(agent).check(payload)


@pytest.mark.parametrize("challenged", [True, False])
def test_the_ciphertext_of_the_key_travels_in_the_response(challenged: bool) -> None:
    result = key_result(KEY, challenged=challenged)
    assert read_key_result(result) == (KEY.ciphertext, challenged)
    assert ("ChallengeAcknowledgement" in result) is challenged


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        {"KMSCipherTextKey": 1},
        {"KMSCipherTextKey": "*"},
        {"KMSCipherTextKey": "A" * 12000},
    ],
)
def test_a_response_without_a_key_is_trouble(result: dict[str, object] | None) -> None:
    with pytest.raises(ProtocolTrouble):
        read_key_result(result)


def test_the_challenge_is_in_the_context_when_there_is_one() -> None:
    two = {"aws:ssm:SessionId": "s", "aws:ssm:TargetId": "i-1"}
    assert encryption_context("s", "i-1") == two
    assert encryption_context("s", "i-1", "eA==") == {**two, "aws:ssm:RandomChallenge": "eA=="}


def recorded(side: str, kind: PayloadType) -> list[bytes]:
    source = to_client(ENCRYPTED) if side == "agent" else from_client(ENCRYPTED)
    wanted = MessageType.OUTPUT if side == "agent" else MessageType.INPUT
    return [m.payload for m in of_type(source, wanted) if m.payload_type == kind]


def test_the_recorded_peers_use_the_same_forms() -> None:
    """The recording's data key was not kept, so what it seals can only be measured."""
    (request,) = recorded("agent", PayloadType.ENCRYPTION_CHALLENGE_REQUEST)
    (response,) = recorded("client", PayloadType.ENCRYPTION_CHALLENGE_RESPONSE)
    for payload in (request, response):
        sealed = read_challenge(payload)
        assert len(sealed) == 64 + OVERHEAD
        assert write_challenge(sealed) == payload
        with pytest.raises(ProtocolTrouble):
            ends()[0].open(sealed)
    (handshake,) = recorded("client", PayloadType.HANDSHAKE_RESPONSE)
    result = parse_response(handshake).actions[1].result
    blob, challenged = read_key_result(result)
    assert not challenged
    assert key_result(DataKey(b"", blob), challenged=False) == result
    typed = [len(sealed) - OVERHEAD for sealed in recorded("client", PayloadType.OUTPUT)]
    shown = [len(sealed) - OVERHEAD for sealed in recorded("agent", PayloadType.OUTPUT)]
    assert (typed, shown[0]) == ([len("echo sealed\r"), len("exit\r")], len("$ "))
    sizes = recorded("client", PayloadType.SIZE)
    assert sizes == [b'{"cols":80,"rows":24}']
