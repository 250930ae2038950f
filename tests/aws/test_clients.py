"""The pool of clients, against the embedded AWS."""

import asyncio
import inspect
import logging
import ssl

import pytest
from aiobotocore.httpsession import AIOHTTPSession
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from botocore.session import Session

from tests.aws.plain import edit
from tui.aws.clients import Clients
from tui.aws.configuration import Configuration
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
    async with clients.use(PROD, "sts") as client:
        before = await clients.credentials(PROD.profile)
        clients.forget(PROD.profile)
        edit(
            demo.environment["AWS_SHARED_CREDENTIALS_FILE"],
            lambda text: text.replace(before.secret_key, "renewed"),
        )
        assert (await client.get_caller_identity())["Account"]
    assert (await clients.credentials(PROD.profile)).secret_key == "renewed"
    async with clients.use(PROD, "sts") as client:
        with pytest.raises(ClientError):
            await client.get_caller_identity()
    await clients.close()


async def test_a_login_without_credentials_heals_once_there_are_some(
    demo: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = Clients(demo.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    async with clients.use(NOBODY, "sts") as client:
        with pytest.raises(NoCredentialsError):
            await client.get_caller_identity()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", demo.environment["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", demo.environment["AWS_SECRET_ACCESS_KEY"])
    async with clients.use(NOBODY, "sts") as client:
        assert (await client.get_caller_identity())["Account"]
    await clients.close()


def profiles(demo: EmbeddedAws, many: int) -> list[tuple[str, Profile]]:
    """So many profiles in the configuration, each with the account that it opens."""
    numbers = [account.number for account in demo.world.accounts]
    written, found = "", []
    for index in range(many):
        name, number = f"many{index}", numbers[index % len(numbers)]
        written += (
            f"\n[profile {name}]\nregion = eu-west-1\nsource_profile = prod\n"
            f"role_arn = arn:aws:iam::{number}:role/HatchwayDemo\n"
        )
        found.append((number, Profile(name=name, address=name, region="eu-west-1")))
    edit(demo.environment["AWS_CONFIG_FILE"], lambda text: text + written)
    return found


async def test_profiles_share_clients_and_never_mix_credentials(demo: EmbeddedAws) -> None:
    wanted = profiles(demo, 50)
    clients = Clients()
    regions = ("eu-west-1", "us-east-1")

    async def ask(number: str, place: Place) -> None:
        async with clients.use(place, "sts") as client:
            await asyncio.sleep(0)
            assert (await client.get_caller_identity())["Account"] == number

    async with asyncio.TaskGroup() as group:
        for number, profile in wanted:
            for region in regions:
                group.create_task(ask(number, Place(profile, region)))
    assert clients.count() == len(regions)
    await clients.close()


async def test_a_profile_with_an_endpoint_of_its_own_has_clients_of_its_own(
    demo: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, plain), (_, odd), (_, service) = profiles(demo, 3)

    def change(text: str) -> str:
        own = f"endpoint_url = {demo.url}/odd"
        text = text.replace("[profile many1]", f"[profile many1]\n{own}")
        text = text.replace("[profile many2]", "[profile many2]\nservices = own")
        return f"{text}\n[services own]\nsts =\n  endpoint_url = {demo.url}/own\n"

    edit(demo.environment["AWS_CONFIG_FILE"], change)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    clients = Clients()
    seen = []
    for profile in (plain, odd, service):
        async with clients.use(Place(profile, "eu-west-1"), "sts") as client:
            seen.append(client.meta.endpoint_url.rpartition("/")[2])
    assert seen[1:] == ["odd", "own"]
    assert clients.count() == 3
    await clients.close()


async def test_a_profile_that_is_set_up_wrongly_costs_its_kin_nothing(demo: EmbeddedAws) -> None:
    wrong = f"\n[profile wrong]\nendpoint_url = {demo.url}\nsso_session = gone\n"
    wrong += "sso_account_id = 1\nsso_role_name = r\n"
    edit(demo.environment["AWS_CONFIG_FILE"], lambda text: wrong + text)
    clients = Clients()
    broken = Place(Profile(name="wrong", address="wrong", region=""), "eu-west-1")
    async with clients.use(broken, "sts") as client:
        with pytest.raises(BotoCoreError):
            await client.get_caller_identity()
    async with clients.use(PROD, "sts") as client:
        assert (await client.get_caller_identity())["Account"]
    assert clients.count() == 1
    await clients.close()


def test_the_configuration_is_read_once_until_it_changes(demo: EmbeddedAws) -> None:
    assert isinstance(vars(Session)["full_config"], property)
    configuration = Configuration()
    first = configuration.parsed()
    assert "prod" in first["profiles"]
    assert configuration.parsed() is first
    edit(demo.environment["AWS_CONFIG_FILE"], lambda text: text + "\n[profile late]\n")
    assert "late" in configuration.parsed()["profiles"]
    session = configuration.session("prod")
    assert session.get_scoped_config() == first["profiles"]["prod"]


async def test_a_place_without_a_region_has_no_client(demo: EmbeddedAws) -> None:
    clients = Clients()
    with pytest.raises(NoRegionError):
        async with clients.use(Place(PROD.profile, ""), "sts"):
            pass


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
