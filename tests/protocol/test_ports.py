"""Which way a port session carries its connections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import Unsupported
from tui.protocol.ports import agent_port_mode, needs_keepalive, newer, port_mode

FORWARDING = {"type": "LocalPortForwarding", "portNumber": "80"}


@pytest.mark.parametrize(
    ("version", "than", "is_newer"),
    [
        ("3.1.1511.1", "3.1.1511.0", True),
        ("3.1.1511.0", "3.1.1511.0", False),
        ("3.10.0.0", "3.9.9.9", True),
        ("2.9.9.9", "3.0.0.0", False),
        ("4.0.0", "3.0.0.0", False),  # another count of numbers is never newer
        ("4.0.0.0.0", "3.0.0.0", False),
        ("4.0.0.x", "3.0.0.0", False),
        ("4.0.0.-1", "3.0.0.0", False),
        ("4.0.0.²", "3.0.0.0", False),
        ("4.0.0.9999999999", "3.0.0.0", False),
        ("", "3.0.0.0", False),
        ("4.0.0.0", "", False),
    ],
)
def test_versions_are_compared_as_the_plugin_does(version: str, than: str, is_newer: bool) -> None:
    assert newer(version, than) is is_newer


@pytest.mark.parametrize(
    ("agent_version", "properties", "mode"),
    [
        ("3.3.0.0", FORWARDING, "mux"),
        ("3.0.196.1", FORWARDING, "mux"),
        ("3.0.196.0", FORWARDING, "basic"),
        ("2.3.722.0", FORWARDING, "basic"),
        ("", FORWARDING, "basic"),
        ("3.3.0.0", {"portNumber": "22"}, "stdio"),
        ("3.3.0.0", {"type": 7}, "stdio"),
        ("2.0.0.0", {}, "stdio"),
    ],
)
def test_the_client_decides_by_the_agents_version(
    agent_version: str, properties: dict[str, object], mode: str
) -> None:
    assert port_mode(agent_version, "Port", properties) == mode


def test_a_shell_carries_no_connections() -> None:
    with pytest.raises(Unsupported, match="opens a Standard_Stream session, not a port"):
        port_mode("3.3.0.0", "Standard_Stream", {})


@pytest.mark.parametrize(
    ("client_version", "properties", "mode"),
    [
        ("1.2.764.0", FORWARDING, "mux"),
        ("1.1.70", FORWARDING, "mux"),
        ("1.1.70.0", FORWARDING, "mux"),
        ("1.1.69.9", FORWARDING, "basic"),
        ("1.1", FORWARDING, "basic"),
        ("latest", FORWARDING, "basic"),
        ("1.2.764.0", {}, "stdio"),
    ],
)
def test_the_agent_decides_by_the_clients_version(
    client_version: str, properties: dict[str, object], mode: str
) -> None:
    assert agent_port_mode(client_version, properties) == mode


@pytest.mark.parametrize(
    ("agent_version", "needed"),
    [("3.1.1511.0", True), ("3.1.1511.1", False), ("3.3.0.0", False), ("odd", True)],
)
def test_old_agents_want_a_keepalive(agent_version: str, needed: bool) -> None:
    assert needs_keepalive(agent_version) is needed


@given(st.text(), st.text())
def test_any_text_is_a_version_of_some_kind(version: str, than: str) -> None:
    assert not (newer(version, than) and newer(than, version))
    assert agent_port_mode(version, FORWARDING) in {"mux", "basic"}
