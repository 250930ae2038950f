"""The private AWS configuration: who can read it, what it holds, and that it goes away."""

import configparser
import stat
from pathlib import Path

from tui.demo.embedded import EmbeddedAws


def _sections(aws: EmbeddedAws, name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None)
    found.read_string(Path(aws.environment[name]).read_text(encoding="utf-8"))
    return found


async def test_the_configuration_is_private_and_goes_away() -> None:
    async with EmbeddedAws() as aws:
        files = [
            Path(aws.environment[name])
            for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "HATCHWAY_RDP_KEY")
        ]
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (files[0].parent, *files)]
    assert modes == [0o700, 0o600, 0o600, 0o600]
    assert not files[0].parent.exists()


async def test_only_the_first_profile_has_a_key_and_the_others_assume_roles() -> None:
    async with EmbeddedAws() as aws:
        credentials = _sections(aws, "AWS_SHARED_CREDENTIALS_FILE")
        config = _sections(aws, "AWS_CONFIG_FILE")
    assert credentials.sections() == ["prod"]
    assert credentials["prod"]["aws_secret_access_key"] == aws.key.secret
    assert config.sections() == ["profile prod", "profile staging", "profile dev"]
    assert "role_arn" not in config["profile prod"]
    assert config["profile dev"]["role_arn"] == "arn:aws:iam::777788889999:role/HatchwayDemo"
    assert config["profile dev"]["source_profile"] == "prod"
    assert {config[name]["endpoint_url"] for name in config.sections()} == {aws.url}


async def test_clients_do_not_mistake_cached_keys_of_an_earlier_start_for_ours() -> None:
    names = []
    for _ in range(2):
        async with EmbeddedAws() as aws:
            config = _sections(aws, "AWS_CONFIG_FILE")
            names.append(config["profile dev"]["role_session_name"])
    assert names[0] != names[1]


async def test_a_large_fleet_has_a_profile_for_each_account() -> None:
    async with EmbeddedAws(fleet=100_000) as aws:
        config = _sections(aws, "AWS_CONFIG_FILE")
        assert len(config.sections()) == len(aws.world.accounts) > 10
