"""The negotiation of Remote Desktop, against the demo's own server side and against strangers."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.demo.agents.rdp_service import confirm
from tui.errors import ProtocolTrouble
from tui.protocol.rdp import Confirm, connection_request, read_confirm

NEEDS_HYBRID = bytes.fromhex("030000130ed000001234000300080005000000")
"""What a Windows Server says that is left at its defaults and was not offered CredSSP."""


def test_the_request_is_the_one_of_the_specification() -> None:
    # [MS-RDPBCGR] 4.1.1 without its cookie, with PROTOCOL_SSL
    assert connection_request().hex() == "030000130ee00000000000" + "0100080001000000"


def test_the_demo_answers_it() -> None:
    assert read_confirm(confirm(connection_request())) == Confirm(login_first=False)


def test_a_server_that_wants_the_password_first() -> None:
    assert read_confirm(NEEDS_HYBRID) == Confirm(login_first=True)


def test_a_server_from_before_the_negotiation() -> None:
    assert read_confirm(bytes.fromhex("0300000b06d00000123400")) == Confirm(login_first=False)


def test_an_answer_comes_in_pieces() -> None:
    assert [read_confirm(NEEDS_HYBRID[:n]) for n in range(len(NEEDS_HYBRID))] == [None] * 19


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x03\x00\xff\xff",
        b"\x03\x00\x00\x04",
        connection_request(),
        NEEDS_HYBRID[:11] + b"\x09" + NEEDS_HYBRID[12:],
        struct.pack(">BBH", 3, 0, 13) + bytes.fromhex("08d0000012340003") + b"\0",
    ],
)
def test_other_services_are_known_for_what_they_are(answer: bytes) -> None:
    with pytest.raises(ProtocolTrouble, match="not Remote Desktop"):
        read_confirm(answer)


@given(st.binary(max_size=64) | st.binary(max_size=30).map(lambda b: b"\x03\0\0\x13\x0e\xd0" + b))
def test_no_answer_does_harm(answer: bytes) -> None:
    try:
        said = read_confirm(answer)
    except ProtocolTrouble:
        return
    assert said is None or isinstance(said, Confirm)
