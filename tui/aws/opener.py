"""The opener of sessions: finds the account of a wish, and leaves no session behind."""

import asyncio
import ipaddress
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tui.aws import kms
from tui.aws import ticket as tickets
from tui.aws.ask import Asking
from tui.aws.options import Place, Profile, no_region
from tui.errors import NoSuchTarget, Trouble
from tui.model.wish import DataKey, StartSession, Ticket, Wish

CLOSE_SECONDS = 5.0
"""How long closing waits for sessions that were being started when nobody wanted them any more."""


class Accounts:
    """Whose credentials serve which account."""

    def __init__(self, shown: Mapping[str, Profile], default: Profile) -> None:
        self._shown = shown
        self._default = default

    def place(self, account: str, region: str) -> Place:
        """Where a call for an account (its address) and a region goes; either may be empty.

        Raises `NoSuchTarget` for an unknown account, `WrongSettings` when no region is known.
        """
        profile = self._shown.get(account) if account else self._default
        if profile is None:
            raise NoSuchTarget(account, sorted(self._shown)[:8])
        where = region or profile.region
        if not where:
            raise no_region(profile)
        return Place(profile, where)


class AwsOpener:
    """Starts, resumes and terminates sessions; see `tui.sessions.opener.Opener`.

    A start that is cancelled while AWS is at it goes on unseen, and the session that comes of it
    is terminated. Leaving the context waits for that, at most `CLOSE_SECONDS`.
    """

    def __init__(self, ask: Asking, accounts: Accounts) -> None:
        self._ask = ask
        self._accounts = accounts
        self._group = asyncio.TaskGroup()
        self._stack = AsyncExitStack()
        self._tasks: set[asyncio.Task[object]] = set()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._group)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                # What was started may, once it is there, still have to be ended: wait for both.
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            # AWS does not answer; it ends an idle session by itself.
            pass
        finally:
            for task in self._tasks:
                task.cancel()
            await self._stack.aclose()

    async def open(self, wish: Wish) -> Ticket:
        """Starts a session (StartSession or ExecuteCommand); raises a `Trouble`."""
        place = self._accounts.place(wish.account, wish.region)
        starting = self._group.create_task(self._start(place, wish))
        self._keep(starting)
        try:
            outcome = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._keep(self._group.create_task(self._abandon(place, starting)))
            raise
        if isinstance(outcome, Trouble):
            raise outcome
        return outcome

    async def resume(self, ticket: Ticket) -> Ticket | None:
        """A fresh token for the same session; None when the session is over."""
        return await tickets.resume(self._ask, self._place_of(ticket), ticket)

    async def terminate(self, ticket: Ticket) -> None:
        """Ends a session; one that is over already is fine."""
        await tickets.terminate(self._ask, self._place_of(ticket), ticket)

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        """The key that encrypts the ticket's session, from KMS; raises a `Trouble`."""
        return await kms.data_key(self._ask, self._place_of(ticket), ticket, key_id, challenge)

    async def headers(self, ticket: Ticket) -> dict[str, str]:
        """The signature for one upgrade to the ticket's stream, made now; raises a `Trouble`."""
        place = self._place_of(ticket)
        return await self._ask.signature(place, ticket.stream_url)

    async def plugin_access(self, ticket: Ticket) -> tuple[str, str]:
        """For a program that calls AWS itself on the ticket's behalf: the name of the profile to
        use, empty for the environment's own credentials, and the endpoint of Systems Manager."""
        place = self._place_of(ticket)
        return place.profile.name, await self._ask.endpoint(place, "ssm")

    def _place_of(self, ticket: Ticket) -> Place:
        return self._accounts.place(ticket.account, ticket.region)

    async def _start(self, place: Place, wish: Wish) -> Ticket | Trouble:
        """Never raises a Trouble, which would end the group."""
        service = "ssm" if isinstance(wish, StartSession) else "ecs"
        try:
            endpoint = await self._ask.endpoint(place, service)
            return await tickets.start(
                self._ask, place, wish, loopback_allowed=is_loopback(endpoint)
            )
        except Trouble as trouble:
            return trouble

    async def _abandon(self, place: Place, starting: "asyncio.Task[Ticket | Trouble]") -> None:
        outcome = await starting
        if isinstance(outcome, Ticket):
            try:
                await tickets.terminate(self._ask, place, outcome)
            except Trouble:
                # Nobody is left to be told; AWS ends an idle session by itself.
                return

    def _keep(self, task: "asyncio.Task[Ticket | Trouble] | asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is on this computer, which no endpoint of AWS is by itself."""
    try:
        host = urlsplit(endpoint).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
