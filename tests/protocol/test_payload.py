"""JSON of strangers."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import ProtocolTrouble
from tui.protocol.payload import read_object, text_field, whole_number_field, write_object


def test_an_object_is_read_from_bytes_and_text() -> None:
    assert read_object(b'{"a":1}', "x") == {"a": 1}
    assert read_object('{"a":"\u00e9"}', "x") == {"a": "é"}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"a":"\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 5_000 + b"}",
        b"[]",
        b"null",
        b'"text"',
        b"{} {}",
    ],
    ids=lambda payload: payload[:12].decode("latin-1") or "empty",
)
def test_what_is_no_object_is_the_peers_fault(payload: bytes) -> None:
    with pytest.raises(ProtocolTrouble, match="a note that is not"):
        read_object(payload, "a note")


def test_the_trouble_does_not_carry_the_text() -> None:
    with pytest.raises(ProtocolTrouble) as caught:
        read_object('{"TokenValue":"secret"', "an opening")
    assert "secret" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@given(st.binary())
def test_any_bytes_are_an_object_or_trouble(payload: bytes) -> None:
    with suppress(ProtocolTrouble):
        assert isinstance(read_object(payload, "a note"), dict)


def test_objects_are_written_compactly_and_in_order() -> None:
    assert write_object({"b": 1, "a": None, "c": ["é"]}) == b'{"b":1,"a":null,"c":["\\u00e9"]}'


def test_text_is_empty_when_absent_or_null() -> None:
    assert text_field({}, "a", "x") == ""
    assert text_field({"a": None}, "a", "x") == ""
    assert text_field({"a": "b"}, "a", "x") == "b"


def test_text_can_always_be_encoded() -> None:
    fields = read_object(rb'{"a":"x\ud800y"}', "x")
    assert text_field(fields, "a", "x").encode() == b"x?y"


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_text_of_another_type_is_trouble(value: object) -> None:
    with pytest.raises(ProtocolTrouble, match="a note whose a is not text"):
        text_field({"a": value}, "a", "a note")


def test_whole_numbers() -> None:
    assert whole_number_field({"a": 7}, "a", "x") == 7


@pytest.mark.parametrize("value", [None, "1", True, 1.0, [], {}])
def test_what_is_no_whole_number_is_trouble(value: object) -> None:
    with pytest.raises(ProtocolTrouble, match="a note whose a is not a whole number"):
        whole_number_field({"a": value}, "a", "a note")
