"""Upgrades to a data channel: what is signed must be signed well."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import WSServerHandshakeError

from tui.aws.signing import signature_headers
from tui.demo.embedded import EmbeddedAws


@pytest.fixture
async def aws() -> AsyncIterator[EmbeddedAws]:
    async with EmbeddedAws() as embedded:
        yield embedded


class Credentials:
    """An access key as botocore holds it."""

    def __init__(self, access_key: str, secret_key: str) -> None:
        self.access_key = access_key
        self.secret_key = secret_key
        self.token = None


async def upgraded(url: str, headers: dict[str, str]) -> int:
    """The HTTP status of an upgrade."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(url, headers=headers):
                return 101
        except WSServerHandshakeError as error:
            return error.status


async def test_a_signed_upgrade_is_checked_and_an_unsigned_one_shows_its_token_later(
    aws: EmbeddedAws,
) -> None:
    url = f"{aws.url.replace('http', 'ws')}/v1/data-channel/x-1?role=publish_subscribe"
    ours = Credentials(aws.key.access_key, aws.key.secret)
    good = signature_headers(url, "eu-west-1", ours)
    assert await upgraded(url, {}) == 101
    assert await upgraded(url, good) == 101
    assert await upgraded(f"{url}&more=1", good) == 403
    assert await upgraded(url, {**good, "Authorization": "AWS4-HMAC-SHA256 nonsense"}) == 403
    wrong = signature_headers(url, "eu-west-1", Credentials(aws.key.access_key, "wrong"))
    assert await upgraded(url, wrong) == 403
    assert await upgraded(url, {"Origin": "http://127.0.0.1"}) == 403
