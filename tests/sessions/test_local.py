"""The local port: on loopback, or not at all."""

import socket

import pytest

from tui.errors import PortTaken, WrongUse
from tui.sessions.local import local_socket


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "::1", "127.0.0.2"])
def test_any_free_port_on_loopback(host: str) -> None:
    with local_socket(host, 0) as made:
        address, port = made.getsockname()[:2]
        assert port > 0
        assert address in {"127.0.0.1", "::1", "127.0.0.2"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "127.1", "*"])
def test_nothing_that_others_could_reach(host: str) -> None:
    with pytest.raises(WrongUse, match="cannot listen"):
        local_socket(host, 0)


def test_a_port_in_use_is_named_and_zero_suggested() -> None:
    with local_socket("127.0.0.1", 0) as made:
        port = made.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            local_socket("127.0.0.1", port)
    assert f"port {port} is in use" in caught.value.what
    assert "0 for any" in caught.value.hint


def test_a_port_bound_by_another_program_without_listening_is_not_shared() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(PortTaken):
            local_socket("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize("port", [-1, 65_536])
def test_ports_that_cannot_be(port: int) -> None:
    with pytest.raises(WrongUse):
        local_socket("127.0.0.1", port)
