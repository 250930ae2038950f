"""The user's AWS configuration, in files that the test writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tui.aws.options import Options
from tui.aws.profiles import default_profile, known_regions, read_profiles
from tui.errors import WrongSettings

Write = Callable[[str], None]

CONFIG = """
[default]
region = eu-west-1

[profile ops]
region = us-east-2
sso_session = company

[profile plain/odd]

[sso-session company]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    def write(config: str) -> None:
        path = tmp_path / "config"
        path.write_text(config, encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))

    return write


def test_every_profile_is_an_account_with_its_own_region(write: Write) -> None:
    write(CONFIG)
    found = {one.name: one for one in read_profiles(Options())}
    assert {name: one.region for name, one in found.items()} == {
        "default": "eu-west-1",
        "ops": "us-east-2",
        "plain/odd": "",
    }
    assert found["ops"].is_sso
    assert not found["default"].is_sso
    assert found["plain/odd"].address == "plain%2Fodd"


def test_only_the_profiles_that_were_asked_for_are_shown_in_that_order(write: Write) -> None:
    write(CONFIG)
    asked = Options(profiles=("ops", "default", "ops"))
    found = read_profiles(asked)
    assert [one.name for one in found] == ["ops", "default"]
    assert default_profile(asked, found).name == "ops"


def test_a_region_that_was_asked_for_goes_before_that_of_the_profile(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(CONFIG)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-2")
    found = {one.name: one.region for one in read_profiles(Options())}
    assert found == {
        "default": "eu-west-1",
        "ops": "us-east-2",
        "plain/odd": "ap-southeast-2",
    }
    assert {one.region for one in read_profiles(Options(region="sa-east-1"))} == {"sa-east-1"}


def test_without_profiles_the_environment_speaks_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    (found,) = read_profiles(Options())
    assert (found.name, found.address, found.region) == ("", "default", "eu-north-1")
    assert default_profile(Options(), (found,)) is found


def test_a_wish_without_an_account_is_served_as_boto3_would(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(CONFIG)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    shown = read_profiles(Options())
    default = default_profile(Options(), shown)
    assert (default.name, default.region) == ("", "eu-north-1")


def test_a_profile_that_is_not_there_is_named_with_those_that_are(write: Write) -> None:
    write(CONFIG)
    with pytest.raises(WrongSettings, match="no profile “prod”") as caught:
        read_profiles(Options(profiles=("prod",)))
    assert caught.value.exit_status == 2
    assert "ops" in caught.value.hint


def test_a_profile_of_the_environment_that_is_not_there_is_a_wrong_setting(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(CONFIG)
    monkeypatch.setenv("AWS_PROFILE", "gone")
    with pytest.raises(WrongSettings, match="gone"):
        default_profile(Options(), read_profiles(Options()))


def test_a_broken_file_is_a_wrong_setting(write: Write) -> None:
    write("[profile a\nregion")
    with pytest.raises(WrongSettings, match="cannot be read"):
        read_profiles(Options())


def test_the_sdk_knows_the_regions_of_a_partition() -> None:
    assert "eu-west-1" in known_regions("us-east-1")
    assert "cn-north-1" not in known_regions("us-east-1")
    assert "cn-north-1" in known_regions("cn-northwest-1")
    assert known_regions("nowhere") == []
