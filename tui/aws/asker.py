"""The one way to call AWS: at the right pace, within a bounded time, with troubles for errors."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tui.aws.clients import Clients
from tui.aws.fields import Fields
from tui.aws.meter import Meter
from tui.aws.options import Place
from tui.aws.rates import bucket_of
from tui.aws.signing import signature_headers
from tui.aws.troubles import Call, has_passing_cause, trouble_of
from tui.clock import Clock, RealClock, sleep_until
from tui.errors import LoginExpired, Throttled, Trouble
from tui.model.calls import CallReport
from tui.watch.pace import Pace

CALL_TIMEOUT = 60.0
"""Seconds that one call may take in all, with logging in."""
_THROTTLED_ATTEMPTS = 6
_PAUSE = 0.5
"""Seconds, on average, after which a call that failed by chance is made again, once."""
_SOON = 10.0
"""Seconds; what took longer to fail is not made again."""
_NEVER_REPEATED = frozenset({"StartSession", "ExecuteCommand"})
"""An answer that was lost on the way would leave a session behind."""

# What the SDK lets through when an answer's bytes are not what its model says.
_UNREADABLE = (ResponseParserError, ValueError, TypeError, AttributeError, KeyError)
_ERRORS = (ClientError, BotoCoreError, aiohttp.ClientError, OSError, *_UNREADABLE)


class Asker:
    """Calls AWS through the pool of clients, at the pace that all share."""

    def __init__(self, clients: Clients, pace: Pace, clock: Clock | None = None) -> None:
        self._clients = clients
        self._pace = pace
        self._clock = clock or RealClock()
        self._meter = Meter(self._clock)
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
        """One call. A refusal for too many calls slows the bucket down and is tried again; what
        failed by chance is tried once more, unless repeating it could do harm."""
        bucket, rate = bucket_of(service, operation)
        key = (place.account, place.region, bucket)
        throttled, repeatable = 0, operation not in _NEVER_REPEATED
        began = self._clock.monotonic()
        while True:
            await self._pace.turn(key, rate)
            try:
                with self._meter.call(f"{service}:{operation}", f"{place}: {bucket}"):
                    return await self._attempt(place, service, operation, parameters or {}, target)
            except Throttled:
                self._pace.refused(key, rate)
                throttled += 1
                if throttled == _THROTTLED_ATTEMPTS:
                    raise
            except Trouble as trouble:
                now = self._clock.monotonic()
                if not (repeatable and has_passing_cause(trouble)) or now - began > _SOON:
                    raise
                repeatable = False
                await sleep_until(self._clock, now + random.uniform(0.0, 2 * _PAUSE))

    def report(self) -> CallReport:
        """What was called so far, and how fast it goes; may be asked for from any thread."""
        return self._meter.report()

    async def endpoint(self, place: Place, service: str) -> str:
        """The address at which a service is called there."""
        call = Call(place, service, "")
        with _translated(call):
            async with (
                asyncio.timeout(CALL_TIMEOUT),
                self._clients.use(place, service) as client,
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
            self._clients.forget(place.profile)
            raise
        accepted.add((service, place.region))
        return answer

    async def _once(self, call: Call, parameters: Mapping[str, object]) -> Fields:
        self.calls[call.action] += 1
        with _translated(call):
            async with (
                asyncio.timeout(CALL_TIMEOUT),
                self._clients.use(call.place, call.service) as client,
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
