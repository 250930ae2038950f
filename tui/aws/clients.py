"""The SDK's clients: one for each profile, service and region, made when first needed.

All sessions share the loader of service models and one TLS context. A client is never made twice
at once. When a login is refused, the profile's clients are put away, so that the next call reads
the credentials afresh: a person may have renewed them meanwhile.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import NoCredentialsError
from botocore.loaders import create_loader
from botocore.utils import parse_timestamp

from tui.aws.options import Place, Profile
from tui.aws.tls import shared_tls

Client = Any
"""A client of aiobotocore, which has no types."""
Credentials = Any
"""An access key, its secret and its token, as botocore holds them."""

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 20
_ATTEMPTS = 2
"""Of one call, by the SDK, for what passes by itself; throttled calls are paced by the asker."""
_CONNECTIONS = 16


def _timestamp(value: object) -> object:
    """Numbers stay numbers: reading them as dates is half the cost of a large answer.

    Dates written as text, as STS writes the expiry of credentials, are the SDK's business.
    """
    return value if isinstance(value, (int, float)) else parse_timestamp(value)


@dataclass(eq=False, slots=True)
class _Held:
    """A client in use or ready for it."""

    client: Client
    users: int = 0
    is_retired: bool = False


@dataclass(eq=False, slots=True)
class _Login:
    """A profile's session, and the clients made from it."""

    session: AioSession
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    clients: dict[tuple[str, str, bool], _Held] = field(default_factory=dict)
    is_retired: bool = False
    """Nobody finds it any more; a client that is still being made for it is used once."""


class Clients:
    """The pool. `endpoint_url` overrides every endpoint; empty leaves it to the configuration."""

    def __init__(self, endpoint_url: str = "") -> None:
        for library in ("boto3", "botocore", "aiobotocore"):
            # Below this level the SDK logs requests and answers, with tokens inside.
            logging.getLogger(library).setLevel(logging.WARNING)
        self._endpoint_url = endpoint_url or None
        self._loader = create_loader()
        self._loading = asyncio.Lock()
        self._logins: dict[str, _Login] = {}
        tls = shared_tls()
        self._config, self._config_once = (
            AioConfig(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                max_pool_connections=_CONNECTIONS,
                retries={"mode": "standard", "total_max_attempts": attempts},
                http_session_cls=tls,
            )
            for attempts in (_ATTEMPTS, 1)
        )

    @asynccontextmanager
    async def use(
        self, place: Place, service: str, *, once: bool = False
    ) -> AsyncGenerator[Client, None]:
        """A client for as long as the block lasts; `once` for one that never repeats a call.

        Raises the SDK's errors.
        """
        held = await self._held(place, service, once)
        held.users += 1
        try:
            yield held.client
        finally:
            held.users -= 1
            if held.is_retired and not held.users:
                await _close(held)

    async def credentials(self, profile: Profile) -> Credentials:
        """The profile's credentials, frozen: access key, secret and token that belong together."""
        login = self._login(profile)
        async with login.making:
            return await (await _credentials(login.session)).get_frozen_credentials()

    async def forget(self, profile: Profile) -> None:
        """Puts the profile's clients away; each is closed when its last call is over."""
        login = self._logins.pop(profile.name, None)
        if login is None:
            return
        login.is_retired = True
        for held in tuple(login.clients.values()):
            held.is_retired = True
            if not held.users:
                await _close(held)

    async def close(self) -> None:
        """Closes all clients; calls on their way end with a connection error."""
        async with AsyncExitStack() as stack:
            for login in self._logins.values():
                login.is_retired = True
                for held in login.clients.values():
                    stack.push_async_callback(_close, held)
            self._logins.clear()

    async def _held(self, place: Place, service: str, once: bool) -> _Held:
        login = self._login(place.profile)
        key = (service, place.region, once)
        if key not in login.clients:
            async with login.making:
                if key not in login.clients:
                    made = await self._make(login.session, place, service, once)
                    login.clients[key] = _Held(made, is_retired=login.is_retired)
        return login.clients[key]

    async def _make(self, session: AioSession, place: Place, service: str, once: bool) -> Client:
        await self._load(service)
        await _credentials(session)
        maker = session.create_client(
            service,
            region_name=place.region or None,
            endpoint_url=self._endpoint_url,
            config=self._config_once if once else self._config,
        )
        return await maker.__aenter__()

    async def _load(self, service: str) -> None:
        """Reads the service's model in a thread; the loader keeps it."""
        async with self._loading:
            for part in ("service-2", "endpoint-rule-set-1"):
                await asyncio.to_thread(self._loader.load_service_model, service, part)

    def _login(self, profile: Profile) -> _Login:
        login = self._logins.get(profile.name)
        if login is None:
            session = AioSession(profile=profile.name or None)
            session.register_component("data_loader", self._loader)
            session.get_component("response_parser_factory").set_parser_defaults(
                timestamp_parser=_timestamp
            )
            # The clients that fetch credentials are bound by the same timeouts.
            session.set_default_client_config(self._config)
            login = self._logins[profile.name] = _Login(session)
        return login


async def _credentials(session: AioSession) -> Credentials:
    """The session's credentials, which it then keeps; a client made without any never heals."""
    found = await session.get_credentials()
    if found is None:
        raise NoCredentialsError
    return found


async def _close(held: _Held) -> None:
    await held.client.__aexit__(None, None, None)
