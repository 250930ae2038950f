"""The SDK's clients: one for each service and region, made when first needed, shared by profiles.

Profiles share a client unless their configuration differs in more than credentials; who signs is
said with each call (`tui.aws.logins`). All sessions share the loader of service models and one TLS
context. A client is never made twice at once. When a login is refused it is forgotten, so that the
next call reads the credentials afresh: a person may have renewed them meanwhile.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiobotocore
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import NoRegionError
from botocore.loaders import create_loader
from botocore.utils import parse_timestamp

from tui.aws.configuration import Configuration
from tui.aws.logins import Credentials, Login, LoginsInUse, NoToken, using
from tui.aws.options import Place, Profile
from tui.aws.parsers import Parsers
from tui.aws.tls import shared_tls

Client = Any
"""A client of aiobotocore, which has no types."""

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 20
LONG_POLL = 20
"""Seconds that a queue may keep a call waiting for a message."""
_LOGIN_ATTEMPTS = 2
"""Of a call for credentials, by the SDK. Our own calls the asker repeats, at the pace: the SDK
would repeat them whenever it likes, throttled ones too."""
_CONNECTIONS = 64
"""Of one client, which serves all accounts."""
_QUEUES = 1_024
"""Of one client of SQS: each queue keeps a connection waiting."""

_USER_AGENT = f"hatchway aiobotocore/{aiobotocore.__version__}"
"""Ready-made: botocore puts its own together anew for each call, which takes a millisecond."""


def _timestamp(value: object) -> object:
    """Numbers stay numbers: reading them as dates is half the cost of a large answer.

    Dates written as text, as STS writes the expiry of credentials, are the SDK's business.
    """
    return value if isinstance(value, (int, float)) else parse_timestamp(value)


@dataclass(eq=False, slots=True)
class _Kin:
    """The session of all logins that are alike but for their credentials, and its clients."""

    session: AioSession
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)


class Clients:
    """The pool. `endpoint_url` overrides every endpoint; empty leaves it to the configuration."""

    def __init__(self, endpoint_url: str = "") -> None:
        for library in ("boto3", "botocore", "aiobotocore"):
            # Below this level the SDK logs requests and answers, with tokens inside.
            logging.getLogger(library).setLevel(logging.WARNING)
        self._endpoint_url = endpoint_url or None
        self._configuration = Configuration()
        self._loader = create_loader()
        self._loading = asyncio.Lock()
        self._logins: dict[str, tuple[Login, _Kin]] = {}
        self._kin: dict[str, _Kin] = {}
        self._tls = shared_tls()
        self._config_of_logins = self._config(_LOGIN_ATTEMPTS)

    @asynccontextmanager
    async def use(self, place: Place, service: str) -> AsyncGenerator[Client, None]:
        """A client that signs for the place's profile, for as long as the block lasts.

        Raises the SDK's errors; it makes no difference here whether there are credentials.
        """
        login, kin = self._login(place.profile)
        client = await self._client(kin, place, service)
        with using(login):
            yield client

    async def credentials(self, profile: Profile) -> Credentials:
        """The profile's credentials, frozen: access key, secret and token that belong together."""
        login, _ = self._login(profile)
        return await login.credentials()

    def forget(self, profile: Profile) -> None:
        """The next call reads the profile's configuration and credentials afresh."""
        self._logins.pop(profile.name, None)

    def count(self) -> int:
        """How many clients there are."""
        return sum(len(kin.clients) for kin in self._kin.values())

    async def close(self) -> None:
        """Closes all clients; calls on their way end with a connection error."""
        async with AsyncExitStack() as stack:
            for kin in self._kin.values():
                for client in kin.clients.values():
                    stack.push_async_callback(client.__aexit__, None, None, None)
            self._kin.clear()
            self._logins.clear()

    async def _client(self, kin: _Kin, place: Place, service: str) -> Client:
        key = (service, place.region)
        if key not in kin.clients:
            async with kin.making:
                if key not in kin.clients:
                    kin.clients[key] = await self._make(kin.session, place.region, service)
        return kin.clients[key]

    async def _make(self, session: AioSession, region: str, service: str) -> Client:
        if not region:
            raise NoRegionError
        await self._load(service)
        config = self._config(1)
        if service == "sqs":
            config = self._config(1, LONG_POLL + 10, _QUEUES)
        maker = session.create_client(
            service,
            region_name=region,
            endpoint_url=self._endpoint_url,
            config=config,
        )
        return await maker.__aenter__()

    async def _load(self, service: str) -> None:
        """Reads the service's model in a thread; the loader keeps it."""
        async with self._loading:
            for part in ("service-2", "endpoint-rule-set-1"):
                await asyncio.to_thread(self._loader.load_service_model, service, part)

    def _login(self, profile: Profile) -> tuple[Login, _Kin]:
        found = self._logins.get(profile.name)
        if found is None:
            session = self._configuration.session(profile.name)
            login = Login(session, self._loader, self._config_of_logins)
            kin = login.kin()
            if kin not in self._kin:
                self._kin[kin] = _Kin(self._shared(profile))
            found = self._logins[profile.name] = (login, self._kin[kin])
        return found

    def _shared(self, profile: Profile) -> AioSession:
        """A session with everything of the profile's but its credentials."""
        session = self._configuration.session(profile.name)
        parsers = Parsers()
        parsers.set_parser_defaults(timestamp_parser=_timestamp)
        session.register_component("data_loader", self._loader)
        session.register_component("response_parser_factory", parsers)
        session.register_component("credential_provider", LoginsInUse())
        session.register_component("token_provider", NoToken())
        return session

    def _config(
        self, attempts: int, read_timeout: float = READ_TIMEOUT, connections: int = _CONNECTIONS
    ) -> AioConfig:
        return AioConfig(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=read_timeout,
            max_pool_connections=connections,
            retries={"mode": "standard", "total_max_attempts": attempts},
            http_session_cls=self._tls,
            user_agent=_USER_AGENT,
        )
