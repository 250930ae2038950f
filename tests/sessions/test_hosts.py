"""Who may receive a token."""

import pytest

from tui.errors import ProtocolTrouble
from tui.sessions.hosts import stream_allowed

PATH = "/v1/data-channel/s-1?role=publish_subscribe&cell-number=AAE%3D"


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("ssmmessages.eu-west-1.amazonaws.com", "eu-west-1"),
        ("ssmmessages.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("ssmmessages-fips.us-east-1.amazonaws.com", "us-east-1"),
        ("ssmmessages.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("ssmmessages.ap-southeast-2.api.aws", "ap-southeast-2"),
        ("ssmmessages-fips.us-east-1.api.aws", "us-east-1"),
        ("vpce-0a1-b2c3.ssmmessages.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("vpce-0a1-b2c3-eu-west-1a.ssmmessages.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("ssmmessages.eu-west-1.amazonaws.com:443", "eu-west-1"),
    ],
)
def test_gateways_of_aws_are_dialled_at_the_address_as_it_was_given(host: str, region: str) -> None:
    url = f"wss://{host}{PATH}"
    allowed = stream_allowed(url, region, loopback_allowed=False)
    assert allowed.raw_host == host.removesuffix(":443")
    assert allowed.raw_path_qs == PATH


@pytest.mark.parametrize(
    "url",
    [
        "ws://ssmmessages.eu-west-1.amazonaws.com/",
        "https://ssmmessages.eu-west-1.amazonaws.com/",
        "wss://ssmmessages.us-east-1.amazonaws.com/",
        "wss://ssm.eu-west-1.amazonaws.com/",
        "wss://ssmmessages.eu-west-1.amazonaws.com:8443/",
        "wss://ssmmessages.eu-west-1.amazonaws.com./",
        "wss://ssmmessages.eu-west-1.amazonaws.com.evil.example/",
        "wss://ssmmessages.eu-west-1.amazonaws.com.co/",
        "wss://ssmmessages.eu-west-1.amazonaws.com@evil.example/",
        "wss://user@ssmmessages.eu-west-1.amazonaws.com/",
        "wss://@ssmmessages.eu-west-1.amazonaws.com/",
        "wss://evil.example/ssmmessages.eu-west-1.amazonaws.com",
        "wss://evil.example#ssmmessages.eu-west-1.amazonaws.com",
        "wss://evil.example?ssmmessages.eu-west-1.amazonaws.com",
        "wss://evil.example\\@ssmmessages.eu-west-1.amazonaws.com/",
        "wss://ssmmessages.eu-west-1.amazonaws.com\\.evil.example/",
        "wss://ssmmessages.eu-west-1.amazonaws.com%2eevil.example/",
        "wss://evil-ssmmessages.eu-west-1.amazonaws.com/",
        "wss://ssmmessages.eu-west-1.amazonaws.com\n.evil.example/",
        "wss://ssmmessagesXeu-west-1.amazonaws.com/",
        "wss://ssmmessages。eu-west-1.amazonaws.com/",
        "wss://evil.vpce-1.ssmmessages.eu-west-1.vpce.amazonaws.com/",
        "wss://vpce-.evil.example.ssmmessages.eu-west-1.vpce.amazonaws.com/",
        "wss://ssmmessages.eu-west-1.vpce.amazonaws.com/",
        "wss://vpce-1.ssm.eu-west-1.vpce.amazonaws.com/",
        "wss://127.0.0.1/",
        "ws://127.0.0.1:8080/",
        "wss://[::1]/",
        "wss://h:1:2/",
        "wss://h:99999/",
        "wss:///path",
        "wss:ssmmessages.eu-west-1.amazonaws.com",
        "",
        "wss://" + "a" * 10_000 + "/",
    ],
)
def test_nobody_else_is(url: str) -> None:
    with pytest.raises(ProtocolTrouble):
        stream_allowed(url, "eu-west-1", loopback_allowed=False)


@pytest.mark.parametrize("region", ["", "eu-west-1.evil", "*", "eu-west-1@", "EU-WEST-1"])
def test_a_region_that_is_none_allows_nothing(region: str) -> None:
    with pytest.raises(ProtocolTrouble):
        stream_allowed(f"wss://ssmmessages.{region}.amazonaws.com/", region, False)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:8080/x", "wss://127.0.0.1/x", "ws://127.9.8.7:1/", "ws://[::1]:81/x"]
)
def test_an_embedded_gateway_is_allowed_on_loopback_only_when_asked_for(url: str) -> None:
    assert str(stream_allowed(url, "eu-west-1", loopback_allowed=True)) == url
    with pytest.raises(ProtocolTrouble):
        stream_allowed(url, "eu-west-1", loopback_allowed=False)


@pytest.mark.parametrize(
    "url",
    [
        "ws://localhost:8080/",
        "ws://127.1/",
        "ws://2130706433/",
        "ws://0x7f.0.0.1/",
        "ws://127.0.0.1.evil.example/",
        "ws://127.0.0.1@evil.example/",
        "ws://0.0.0.0/",
        "ws://10.0.0.1/",
        "ws://[::ffff:127.0.0.1]/",
        "ws://[::1%25eth0]/",
        "http://127.0.0.1/",
    ],
)
def test_loopback_means_a_literal_address(url: str) -> None:
    with pytest.raises(ProtocolTrouble):
        stream_allowed(url, "eu-west-1", loopback_allowed=True)


def test_the_trouble_names_the_host_and_keeps_the_query() -> None:
    with pytest.raises(ProtocolTrouble) as caught:
        stream_allowed("wss://evil.example:444/x?X-Amz-Signature=abc", "eu-west-1", False)
    assert "evil.example, port 444" in str(caught.value)
    assert "abc" not in str(caught.value)
