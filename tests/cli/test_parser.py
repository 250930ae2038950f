import pytest

from tui.cli.connect import parameters
from tui.cli.forward import Way, way
from tui.cli.parser import parse
from tui.errors import WrongUse


def test_flags_may_stand_before_or_after_the_verb() -> None:
    before = parse(["--profile", "p", "--region", "r", "ls", "--json", "api", "!envoy"])
    after = parse(["ls", "api", "!envoy", "--json", "--region", "r", "--profile", "p"])
    assert vars(before) == vars(after)
    assert (before.profile, before.region, before.endpoint_url) == ("p", "r", "")
    assert before.filter == ["api", "!envoy"]


def test_without_a_verb_it_is_the_browser() -> None:
    assert parse([]).verb == ""
    assert parse(["--endpoint-url", "http://127.0.0.1:1"]).endpoint_url == "http://127.0.0.1:1"


def test_what_follows_two_dashes_is_the_command() -> None:
    options = parse(["exec", "api", "--", "sh", "-c", "exit 7", "--", "--json"])
    assert options.command == ["sh", "-c", "exit 7", "--", "--json"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "invalid choice"),
        (["ls", "--nonsense"], "--nonsense"),
        (["forward", "api"], "PORT"),
        (["ls", "--", "true"], "belongs to exec"),
        (["demo", "--fleet", "0"], "not a number"),
        (["demo", "--fleet", "²"], "not a number"),
        (["demo", "--port", "65536"], "not a port"),
    ],
)
def test_wrong_use_is_said(words: list[str], said: str) -> None:
    with pytest.raises(WrongUse) as raised:
        parse(words)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", Way(None, "", 80)),
        ("0:80", Way(0, "", 80)),
        ("8080:80", Way(8080, "", 80)),
        ("8080:db.internal:5432", Way(8080, "db.internal", 5432)),
        ("8080:[fd00::1]:5432", Way(8080, "fd00::1", 5432)),
    ],
)
def test_a_forward_is_read(text: str, expected: Way) -> None:
    assert way(text) == expected


@pytest.mark.parametrize(
    "text", ["", "x", "80:", ":80", "70000", "1:2:3:4", "8080:fd00::1:80", "٣"]
)
def test_a_wrong_forward_is_said(text: str) -> None:
    with pytest.raises(WrongUse, match="is not a forward"):
        way(text)


def test_parameters_are_lists_of_strings() -> None:
    assert parameters('{"portNumber": ["80"], "host": "db"}') == {
        "portNumber": ["80"],
        "host": ["db"],
    }


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": [1]}', '{"a": null}'])
def test_wrong_parameters_are_said(text: str) -> None:
    with pytest.raises(WrongUse, match="--parameters"):
        parameters(text)
