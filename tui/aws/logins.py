"""Whose credentials sign a call: a client serves all profiles, and each call says whose it is.

Every profile has a session of its own that finds its credentials and keeps them fresh (keys, SSO,
assumed roles, processes, instance metadata). The sessions that clients are made from find none:
their clients sign with whatever the login of the call gives, which a context variable holds.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioCredentials
from botocore.exceptions import NoCredentialsError

from tui.aws.configuration import ConfiguredSession

Credentials = Any
"""An access key, its secret and its token, as botocore holds them."""

_OF_LOGIN = frozenset({
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token",
    "aws_account_id", "role_arn", "source_profile", "credential_source", "external_id",
    "mfa_serial", "role_session_name", "duration_seconds", "web_identity_token_file",
    "credential_process", "sso_session", "sso_start_url", "sso_region", "sso_account_id",
    "sso_role_name", "sso_registration_scopes", "login_session", "region", "output", "services",
})  # fmt: skip
"""What a profile says of its credentials, and what the region of each call stands in for. All
else (endpoints, certificates, FIPS, and what we have never heard of) makes other clients."""


class Login:
    """A profile's way to its credentials, which are looked for when first needed."""

    def __init__(self, session: ConfiguredSession, loader: object, config: AioConfig) -> None:
        self.session = session
        self.session.register_component("data_loader", loader)
        # The clients that fetch credentials are bound by the same timeouts.
        self.session.set_default_client_config(config)
        self._finding = asyncio.Lock()

    async def credentials(self) -> Credentials:
        """An access key, secret and token that belong together; raises the SDK's errors."""
        async with self._finding:
            found = await self.session.get_credentials()
        if found is None:
            raise NoCredentialsError
        return await found.get_frozen_credentials()

    def kin(self) -> str:
        """Equal for logins that the same clients can serve: all but their credentials is alike."""
        scoped = self.session.get_scoped_config()
        named = self.session.full_config.get("services", {}).get(scoped.get("services"), {})
        other = {key: value for key, value in scoped.items() if key not in _OF_LOGIN}
        return repr(sorted([*other.items(), ("services", named)], key=lambda one: one[0]))


_in_use: ContextVar[Login] = ContextVar("login")


@contextmanager
def using(login: Login) -> Generator[None, None, None]:
    """Calls in the block are signed for that login, in this task only."""
    token = _in_use.set(login)
    try:
        yield
    finally:
        _in_use.reset(token)


class LoginInUse(AioCredentials):  # type: ignore[misc]  # aiobotocore has no types
    """The credentials of a client that serves all: those of the call's own login."""

    def __init__(self) -> None:
        super().__init__(access_key="", secret_key="")

    async def get_frozen_credentials(self) -> Credentials:
        """What the SDK's signer asks for before each request."""
        return await _in_use.get().credentials()

    async def get_account_id(self) -> str | None:
        """For services whose endpoints are the account's own."""
        found: str | None = (await self.get_frozen_credentials()).account_id
        return found


class LoginsInUse:
    """The component of a session that finds its credentials."""

    async def load_credentials(self) -> LoginInUse:
        """Called once for each session."""
        return LoginInUse()


class NoToken:
    """The component of a session that finds bearer tokens, for services that we do not call: one
    profile whose SSO is set up wrongly must not cost its kin their clients."""

    def load_token(self, **_: object) -> None:
        """There is none."""
