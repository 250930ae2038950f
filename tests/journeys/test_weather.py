"""Bad weather: what does not answer says so on its row, and the rest works."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.journey import LARGE, SMALL, Journey, journey

API = "prod/eu-west-1/payments/api"
NOWHERE = "http://127.0.0.1:9"
"""The discard port, where nothing listens."""


async def _works(me: Journey) -> None:
    """A shell in prod opens."""
    await me.goes_to(API)
    await me.presses("s")
    await me.is_inside()


def _with_profile(
    config: str, credentials: str, folder: Path, given: dict[str, str]
) -> dict[str, str]:
    """An environment whose AWS configuration has more in it."""
    for variable, more in (
        ("AWS_CONFIG_FILE", config),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials),
    ):
        text = Path(given[variable]).read_text()
        mine = folder / variable.lower()
        mine.write_text(f"{text}\n{more}")
        given[variable] = str(mine)
    del given["AWS_ENDPOINT_URL"]  # it would go before what the profiles say
    return given


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_nothing_answers_at_all(size: tuple[int, int]) -> None:
    async with journey(size, "--endpoint-url", NOWHERE) as me:
        await me.sees("prod", "staging", "dev", "3 listings failed")
        await me.goes_to("prod")
        await me.reads("prod in eu-west-1 cannot be reached")
        await me.presses("s")
        await me.reads("prod is not a place to step into")
        await me.presses("ctrl+r")
        await me.sees("Asking again: prod")


async def test_one_endpoint_is_dead_and_the_others_work(tmp_path: Path) -> None:
    config = f"[profile attic]\nregion = eu-west-1\nendpoint_url = {NOWHERE}\n"
    keys = "[attic]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"
    async with journey(LARGE, altered=partial(_with_profile, config, keys, tmp_path)) as me:
        await me.until(lambda: "✖" in me.row("◈ attic"), "The failure on its row")
        await me.sees("1 listing failed")
        await me.goes_to("attic")
        await me.reads("attic in eu-west-1 cannot be reached", "Look at the network")
        await _works(me)


async def test_keys_that_aws_does_not_know(tmp_path: Path) -> None:
    def config(given: dict[str, str]) -> dict[str, str]:
        more = f"[profile former]\nregion = eu-west-1\nendpoint_url = {given['AWS_ENDPOINT_URL']}\n"
        keys = "[former]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"
        return _with_profile(more, keys, tmp_path, given)

    async with journey(LARGE, altered=config) as me:
        await me.until(lambda: "login expired" in me.row("◈ former"), "The refusal on its row")
        await me.goes_to("former")
        await me.reads(
            "AWS does not accept profile former", "Renew the credentials of profile former"
        )
        await _works(me)


async def test_a_secret_that_is_wrong_is_not_shown(tmp_path: Path) -> None:
    def config(given: dict[str, str]) -> dict[str, str]:
        key, secret = given["AWS_ACCESS_KEY_ID"], "hunter2-hunter2"
        more = f"[profile typo]\nregion = eu-west-1\nendpoint_url = {given['AWS_ENDPOINT_URL']}\n"
        keys = f"[typo]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        return _with_profile(more, keys, tmp_path, given)

    async with journey(LARGE, altered=config) as me:
        await me.until(lambda: "login expired" in me.row("◈ typo"), "The refusal on its row")
        await me.goes_to("typo")
        await me.reads("AWS does not accept profile typo")
        assert "hunter2" not in me.text


async def test_a_machine_without_any_credentials() -> None:
    def bare(given: dict[str, str]) -> dict[str, str]:
        return {
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": given["AWS_ENDPOINT_URL"],
        }

    async with journey(altered=bare) as me:
        await me.sees("1 listing failed")
        await me.reads("AWS does not accept the environment's credentials")


async def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    def broken(given: dict[str, str]) -> dict[str, str]:
        (tmp_path / "config").write_text("[profile prod\nregion = \n")
        return given | {"AWS_CONFIG_FILE": str(tmp_path / "config")}

    async with journey(altered=broken) as me:
        await me.reads("The AWS configuration cannot be read")


async def test_an_account_where_nothing_is_allowed() -> None:
    async with journey(LARGE) as me:
        staging = next(one for one in me.aws.world.accounts if one.name == "staging")
        me.aws.conditions.deny("*", staging.number)
        await me.until(lambda: "not allowed" in me.row("◈ staging"), "The refusal on its row")
        await me.goes_to("staging")
        await me.reads("You may not call", "profile staging")
        await _works(me)


async def test_a_region_where_one_thing_is_not_allowed() -> None:
    async with journey(LARGE) as me:
        me.aws.conditions.deny("ssm:DescribeInstance*", me.aws.key.account, "eu-west-1")
        await me.goes_to("prod/eu-west-1/managed nodes")
        await me.until(lambda: "not allowed" in me.row("▤ managed nodes"), "The refusal")
        await me.reads("You may not call ssm:DescribeInstanceInformation")
        await _works(me)


@pytest.mark.parametrize(
    "weather", [lambda aws: aws.throttle, lambda aws: aws.deny], ids=["throttled", "denied"]
)
async def test_weather_that_passes(weather: Callable[..., Callable[..., object]]) -> None:
    async with journey() as me:
        clears = weather(me.aws.conditions)("ecs:DescribeTasks", me.aws.key.account)
        await me.goes_to("prod/eu-west-1/payments")
        await me.presses("right")
        await me.until(lambda: "✖" in me.row("▦ payments"), "The failure on its row")
        assert callable(clears)
        clears()
        await me.presses("ctrl+r")
        await me.sees("◆ api")
        await me.until(lambda: "✖" not in me.row("▦ payments"), "The end of it")
        await _works(me)


async def test_a_refresh_that_fails_leaves_what_was_known() -> None:
    async with journey(LARGE) as me:
        await me.goes_to(API)  # waits for all of the cluster
        await me.goes_to("prod/eu-west-1/payments")
        await me.sees("◆ api", "◆ web")
        me.aws.conditions.deny("ecs:*")
        await me.presses("ctrl+r")
        await me.until(lambda: "stale" in me.row("▦ payments"), "The failure on its row")
        await me.sees("◆ api", "◆ web", "You may not call ecs:")
        await me.reads("Shown as of")


async def test_aws_dies_and_comes_back() -> None:
    async with journey(LARGE) as me:
        await me.goes_to(API)  # waits for all of the cluster
        await me.goes_to("prod/eu-west-1/payments")
        await me.sees("◆ api", "◆ web")
        await me.aws.crash()
        await me.until(lambda: "stale" in me.row("▦ payments"), "The loss on its row")
        await me.sees("◆ api", "◆ web", "cannot be reached")
        await me.aws.restart()
        await me.until(lambda: "stale" not in me.row("▦ payments"), "That it heals by itself")
        await me.sees_no("cannot be reached")
        await _works(me)
