"""The one way to call AWS: at the right pace, within a bounded time, with troubles for errors."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tui.aws.clients import Clients
from tui.aws.fields import Fields
from tui.aws.options import Place
from tui.aws.rates import bucket_of
from tui.aws.signing import signature_headers
from tui.aws.troubles import Call, trouble_of
from tui.errors import LoginExpired, Throttled
from tui.watch.pace import Pace

CALL_TIMEOUT = 60.0
"""Seconds that one call may take in all, with logging in and the SDK's own retries."""
_THROTTLED_ATTEMPTS = 4
_STARTS = frozenset({"StartSession", "ExecuteCommand"})
"""Never repeated by the SDK: an answer that was lost on the way would leave a session behind."""

# What the SDK lets through when an answer's bytes are not what its model says.
_UNREADABLE = (ResponseParserError, ValueError, TypeError, AttributeError, KeyError)
_ERRORS = (ClientError, BotoCoreError, aiohttp.ClientError, OSError, *_UNREADABLE)


class Asker:
    """Calls AWS through the pool of clients, at the pace that all share."""

    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._clients = clients
        self._pace = pace
        self.calls: Counter[str] = Counter()
        """How often each action was called."""
        self._accepted: dict[str, set[tuple[str, str]]] = {}
        """Which services in which regions have accepted a profile's present login."""

    async def __call__(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        """One call. A refusal for too many calls slows the bucket down and is tried again."""
        bucket, rate = bucket_of(service, operation)
        key = (place.account, place.region, bucket)
        for attempt in range(1, _THROTTLED_ATTEMPTS + 1):
            await self._pace.turn(key, rate)
            try:
                return await self._attempt(place, service, operation, parameters or {}, target)
            except Throttled:
                self._pace.refused(key, rate)
                if attempt == _THROTTLED_ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def endpoint(self, place: Place, service: str) -> str:
        """The address at which a service is called there."""
        call = Call(place, service, "")
        with _translated(call):
            async with (
                asyncio.timeout(CALL_TIMEOUT),
                self._clients.use(place, service, once=True) as client,
            ):
                return str(client.meta.endpoint_url)

    async def signature(self, place: Place, url: str) -> dict[str, str]:
        """The headers that sign one websocket upgrade to `url`."""
        with _translated(Call(place, "ssmmessages", "OpenDataChannel")):
            async with asyncio.timeout(CALL_TIMEOUT):
                credentials = await self._clients.credentials(place.profile)
            return signature_headers(url, place.region, credentials)

    async def _attempt(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object],
        target: str,
    ) -> Fields:
        """One call, with what is known of the login before and after it."""
        name = place.profile.name
        accepted = self._accepted.setdefault(name, set())
        elsewhere = bool(accepted) and (service, place.region) not in accepted
        call = Call(place, service, operation, target, works_elsewhere=elsewhere)
        try:
            answer = await self._once(call, parameters)
        except LoginExpired:
            self._accepted.pop(name, None)
            await self._clients.forget(place.profile)
            raise
        accepted.add((service, place.region))
        return answer

    async def _once(self, call: Call, parameters: Mapping[str, object]) -> Fields:
        self.calls[call.action] += 1
        once = call.operation in _STARTS
        with _translated(call):
            async with (
                asyncio.timeout(CALL_TIMEOUT),
                self._clients.use(call.place, call.service, once=once) as client,
            ):
                answer = await getattr(client, xform_name(call.operation))(**parameters)
        return answer if isinstance(answer, dict) else {}


@contextmanager
def _translated(call: Call) -> Iterator[None]:
    """Turns what the SDK raises into troubles."""
    try:
        yield
    except _ERRORS as error:
        # The SDK's own error may quote the request, so it does not become part of a traceback.
        raise trouble_of(error, call) from None
