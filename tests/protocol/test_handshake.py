"""The handshake, from both sides."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.traces import ENCRYPTED, NAMES, from_client, of_type, to_client
from tui.errors import ProtocolTrouble
from tui.protocol.events import KeyWanted
from tui.protocol.handshake import (
    ENCRYPTION_ACTION,
    SESSION_TYPES,
    Action,
    ActionStatus,
    HandshakeComplete,
    HandshakeRequest,
    HandshakeResponse,
    ProcessedAction,
    answer,
    parse_complete,
    parse_request,
    parse_response,
    session_type_action,
)
from tui.protocol.message import MessageType, PayloadType
from tui.protocol.payload import write_object

PROPERTIES = {"localPortNumber": "40217", "portNumber": "45079", "type": "LocalPortForwarding"}
REQUEST = HandshakeRequest("3.3.0.0", (session_type_action("Port", PROPERTIES),))
REQUEST_JSON = (
    b'{"AgentVersion":"3.3.0.0","RequestedClientActions":[{"ActionType":"SessionType",'
    b'"ActionParameters":{"SessionType":"Port","Properties":{"localPortNumber":"40217",'
    b'"portNumber":"45079","type":"LocalPortForwarding"}}}]}'
)
RESPONSE = HandshakeResponse("1.2.707.0", (ProcessedAction("SessionType", 1),))
RESPONSE_JSON = (
    b'{"ClientVersion":"1.2.707.0","ProcessedClientActions":[{"ActionType":"SessionType",'
    b'"ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}'
)
KMS = Action(ENCRYPTION_ACTION, {"KMSKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k"})


def recorded(name: str, kind: PayloadType) -> list[bytes]:
    side = of_type(to_client(name), MessageType.OUTPUT) + of_type(
        from_client(name), MessageType.INPUT
    )
    return [message.payload for message in side if message.payload_type == kind]


def test_the_request_becomes_these_bytes_and_back() -> None:
    assert REQUEST.encode() == REQUEST_JSON
    assert parse_request(REQUEST_JSON) == REQUEST


def test_the_response_becomes_these_bytes_and_back() -> None:
    assert RESPONSE.encode() == RESPONSE_JSON
    assert parse_response(RESPONSE_JSON) == RESPONSE


def test_the_completion_becomes_these_bytes_and_back() -> None:
    complete = HandshakeComplete(1141273, "This session is encrypted using AWS KMS.")
    text = (
        b'{"HandshakeTimeToComplete":1141273,'
        b'"CustomerMessage":"This session is encrypted using AWS KMS."}'
    )
    assert complete.encode() == text
    assert parse_complete(text) == complete


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_handshakes_are_read_and_reproduced(name: str) -> None:
    for payload in recorded(name, PayloadType.HANDSHAKE_REQUEST):
        assert parse_request(payload).encode() == payload
    for payload in recorded(name, PayloadType.HANDSHAKE_RESPONSE):
        assert parse_response(payload).encode() == payload
        assert parse_response(payload).accepted
    for payload in recorded(name, PayloadType.HANDSHAKE_COMPLETE):
        assert parse_complete(payload).encode() == payload


def test_errors_of_a_client_come_through() -> None:
    response = HandshakeResponse(
        "1.2.764.0",
        (ProcessedAction("KMSEncryption", 2, {"KMSCipherTextKey": "AA=="}, "no key"),),
        ("one", "two"),
    )
    assert parse_response(response.encode()) == response
    assert not response.accepted


def test_the_plugins_status_of_0_is_not_accepted() -> None:
    assert not HandshakeResponse("1.2.707.0", (ProcessedAction("Odd", 0),)).accepted


@pytest.mark.parametrize("session_type", sorted(SESSION_TYPES))
def test_known_session_types_are_accepted(session_type: str) -> None:
    made = answer(HandshakeRequest("3.3.0.0", (session_type_action(session_type, None),)))
    assert (made.session_type, made.properties, made.refusal) == (session_type, {}, None)
    assert made.actions == [ProcessedAction("SessionType", ActionStatus.SUCCESS)]


def test_properties_come_with_a_port() -> None:
    assert answer(parse_request(REQUEST_JSON)).properties == PROPERTIES


def test_an_unknown_session_type_fails() -> None:
    made = answer(HandshakeRequest("3.3.0.0", (session_type_action("Video", None),)))
    assert [action.status for action in made.actions] == [ActionStatus.FAILED]
    assert made.refusal is not None
    assert "“Video”" in made.refusal.what


def test_an_unknown_action_is_unsupported_and_the_rest_is_answered_in_order() -> None:
    request = HandshakeRequest("3", (Action("Dance", {}), *REQUEST.actions, KMS))
    made = answer(request)
    assert [(action.type, action.status) for action in made.actions] == [
        ("Dance", ActionStatus.UNSUPPORTED),
        ("SessionType", ActionStatus.SUCCESS),
        ("KMSEncryption", ActionStatus.FAILED),
    ]
    assert made.refusal is not None
    assert "“Dance”" in made.refusal.what
    assert made.refusal.hint


def test_encryption_waits_for_a_key() -> None:
    payload = recorded(ENCRYPTED, PayloadType.HANDSHAKE_REQUEST)[0]
    made = answer(parse_request(payload))
    wanted = KeyWanted("arn:aws:kms:us-east-1:111122223333:key/holdout", "i07bHm/mC2fx6Kvv2V0cwQ==")
    assert (made.key_wanted, made.refusal) == (wanted, None)
    assert [action.status for action in made.actions] == [1, 2]
    made.settle_key({"KMSCipherTextKey": "AA=="})
    assert made.actions[1] == ProcessedAction("KMSEncryption", 1, {"KMSCipherTextKey": "AA=="})
    made.settle_key(None, "denied")
    assert made.actions[1] == ProcessedAction("KMSEncryption", 2, None, "denied")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"KMSKeyId": ""},
        {"KMSKeyId": 7},
        {"KMSKeyId": "key with spaces"},
        {"KMSKeyId": "k" * 2049},
        {"KMSKeyId": "k", "Challenge": "\x1b[2J"},
        {"KMSKeyId": "k", "Challenge": ["x"]},
    ],
)
def test_encryption_with_something_odd_is_trouble(parameters: dict[str, object]) -> None:
    with pytest.raises(ProtocolTrouble):
        answer(HandshakeRequest("3", (Action(ENCRYPTION_ACTION, parameters),)))


def test_encryption_is_asked_for_once() -> None:
    with pytest.raises(ProtocolTrouble, match="twice"):
        answer(HandshakeRequest("3", (KMS, KMS)))


def test_nothing_asked_is_a_shell() -> None:
    made = answer(parse_request(b"{}"))
    assert (made.session_type, made.actions) == ("Standard_Stream", [])


@pytest.mark.parametrize(
    ("parse", "payload"),
    [
        (parse_request, b"[]"),
        (parse_request, b'{"AgentVersion":3}'),
        (parse_request, b'{"RequestedClientActions":{}}'),
        (parse_request, b'{"RequestedClientActions":["x"]}'),
        (parse_request, b'{"RequestedClientActions":[{"ActionType":1}]}'),
        (parse_request, b'{"RequestedClientActions":[{"ActionParameters":"x"}]}'),
        (parse_request, write_object({"RequestedClientActions": [{}] * 33})),
        (parse_response, b"{"),
        (parse_response, b'{"ProcessedClientActions":[{"ActionType":"x"}]}'),
        (parse_response, b'{"ProcessedClientActions":[{"ActionStatus":1,"ActionResult":2}]}'),
        (parse_response, b'{"Errors":"x"}'),
        (parse_complete, b"7"),
        (parse_complete, b"{}"),
        (parse_complete, b'{"HandshakeTimeToComplete":1,"CustomerMessage":[]}'),
    ],
)
def test_what_cannot_be_read_is_trouble(parse: Callable[[bytes], object], payload: bytes) -> None:
    with pytest.raises(ProtocolTrouble, match="The peer sent a handshake"):
        parse(payload)


@pytest.mark.parametrize(
    "parameters", [{"SessionType": 1}, {"SessionType": "Port", "Properties": []}]
)
def test_unreadable_parameters_are_trouble(parameters: dict[str, object]) -> None:
    with pytest.raises(ProtocolTrouble, match="The peer sent a handshake"):
        answer(HandshakeRequest("3", (Action("SessionType", parameters),)))


def test_a_long_message_for_the_person_is_cut() -> None:
    assert (
        len(parse_complete(HandshakeComplete(1, "x" * 100_000).encode()).customer_message) == 8192
    )


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "AgentVersion", "RequestedClientActions", "ActionType", "ActionParameters",
                    "SessionType", "Properties", "ClientVersion", "ProcessedClientActions",
                    "ActionStatus", "ActionResult", "Error", "Errors",
                    "HandshakeTimeToComplete", "CustomerMessage",
                ]
            ),
            inner,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.binary(max_size=60) | json.map(lambda value: write_object({"": value})[4:-1]))
def test_any_payload_is_a_handshake_or_trouble(payload: bytes) -> None:
    with suppress(ProtocolTrouble):
        answer(parse_request(payload))
    with suppress(ProtocolTrouble):
        assert parse_response(payload).encode()
    with suppress(ProtocolTrouble):
        assert parse_complete(payload).encode()
