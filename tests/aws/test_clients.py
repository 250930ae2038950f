"""The pool of clients, against the embedded AWS."""

import asyncio
import inspect
import logging
import ssl

import pytest
from aiobotocore.httpsession import AIOHTTPSession
from botocore.exceptions import NoCredentialsError

from tui.aws.clients import Clients
from tui.aws.options import Place, Profile
from tui.aws.tls import shared_tls
from tui.demo.embedded import EmbeddedAws

PROD = Place(Profile(name="prod", address="prod", region="eu-west-1"), "eu-west-1")
NOBODY = Place(Profile(name="", address="default", region="eu-west-1"), "eu-west-1")


async def test_a_client_is_made_once_however_many_want_it_at_once(demo: EmbeddedAws) -> None:
    clients = Clients()
    used = []

    async def use() -> None:
        async with clients.use(PROD, "sts") as client:
            used.append(client)
            await client.get_caller_identity()

    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(use())
    await clients.close()
    assert len(used) == 5
    assert len({id(client) for client in used}) == 1


async def test_a_forgotten_login_is_read_afresh_and_calls_on_their_way_end_in_peace(
    demo: EmbeddedAws,
) -> None:
    clients = Clients()
    async with clients.use(PROD, "sts") as old:
        await clients.forget(PROD.profile)
        assert (await old.get_caller_identity())["Account"]
        async with clients.use(PROD, "sts") as new:
            assert new is not old
            assert (await new.get_caller_identity())["Account"]
    await clients.close()


async def test_without_credentials_no_client_is_made_and_later_ones_may_be(
    demo: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = Clients(demo.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(NoCredentialsError):
        async with clients.use(NOBODY, "sts"):
            pass
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", demo.environment["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", demo.environment["AWS_SECRET_ACCESS_KEY"])
    async with clients.use(NOBODY, "sts") as client:
        assert (await client.get_caller_identity())["Account"]
    await clients.close()


async def test_all_clients_share_one_tls_context() -> None:
    assert "_build_ssl_contexts" in vars(AIOHTTPSession)
    assert list(inspect.signature(AIOHTTPSession._build_ssl_contexts).parameters) == [
        "self",
        "proxy_url",
    ]
    session = shared_tls()
    first, _ = session()._build_ssl_contexts(None)
    again, _ = session()._build_ssl_contexts(None)
    other, _ = session(verify=False)._build_ssl_contexts(None)
    assert first is again
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert other is not first


def test_the_sdk_does_not_log_requests_or_answers() -> None:
    Clients()
    for library in (
        "botocore.endpoint",
        "botocore.parsers",
        "aiobotocore.endpoint",
        "botocore.auth",
    ):
        assert not logging.getLogger(library).isEnabledFor(logging.DEBUG)
