"""Bad weather on demand: denials, throttling, failures and delays of chosen calls.

Tests (and the demo's own fleet) set conditions; the front of the embedded AWS asks before each
call. Actions are written as IAM writes them, `ecs:ListTasks`, and may end in a star.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tui.demo.clock import Clock, RealClock
from tui.demo.faults import AccessDenied, Fault
from tui.demo.rates import Heard, Limit, Meter


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, as far as a condition looks at it."""

    action: str
    account: str
    region: str
    caller: str
    resource: str = "*"
    whole: bool = False
    """Whether it asks for all instances at once, of which AWS allows less."""


@dataclass(eq=False, slots=True)
class _Condition:
    action: str
    account: str
    region: str
    fault: Callable[[Asked], Fault] | None = None
    seconds: float = 0.0
    gate: asyncio.Event | None = None
    times: int | None = None

    def applies(self, asked: Asked) -> bool:
        return (
            self.times != 0
            and fnmatchcase(asked.action, self.action)
            and self.account in ("", asked.account)
            and self.region in ("", asked.region)
        )


class Conditions:
    """The conditions in force; each method adds one and returns what takes it away again.

    `action` may hold stars; `account` and `region` narrow it, empty for any; `times` is how many
    calls it meets before it is over, None for all. Rates are those of `clock`, the embedded AWS's.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock if clock is not None else RealClock()
        self._meter = Meter()
        self._all: list[_Condition] = []
        self.calls: list[Asked] = []
        """What was asked lately, oldest first, the last ten thousand."""

    @property
    def heard(self) -> deque[Heard]:
        """When each call came that AWS limits, and whether it was refused for that; bounded."""
        return self._meter.heard

    def limit(self, share: float) -> Callable[[], None]:
        """AWS allows only that share of its published rates: see rates.py."""
        limit = Limit(share)
        self._meter.add(limit)
        return lambda: self._meter.remove(limit)

    def deny(
        self, action: str, account: str = "", region: str = "", times: int | None = None
    ) -> Callable[[], None]:
        """IAM refuses the action."""

        def denied(asked: Asked) -> Fault:
            return AccessDenied(asked.caller, asked.action, asked.resource)

        return self._add(_Condition(action, account, region, fault=denied, times=times))

    def throttle(
        self, action: str, account: str = "", region: str = "", times: int | None = None
    ) -> Callable[[], None]:
        """AWS says that there were too many calls."""
        return self.fail(
            action, Fault("ThrottlingException", "Rate exceeded"), account, region, times
        )

    def fail(
        self,
        action: str,
        fault: Fault,
        account: str = "",
        region: str = "",
        times: int | None = None,
    ) -> Callable[[], None]:
        """The action ends with that fault."""
        return self._add(_Condition(action, account, region, fault=lambda _: fault, times=times))

    def delay(
        self, action: str, seconds: float, account: str = "", region: str = ""
    ) -> Callable[[], None]:
        """The answer comes that many real seconds later."""
        return self._add(_Condition(action, account, region, seconds=seconds))

    def hold(self, action: str, account: str = "", region: str = "") -> asyncio.Event:
        """Answers wait until the event that is returned is set."""
        gate = asyncio.Event()
        self._add(_Condition(action, account, region, gate=gate))
        return gate

    def clear(self) -> None:
        """Fair weather again; held answers go out."""
        for condition in self._all:
            if condition.gate is not None:
                condition.gate.set()
        self._all.clear()
        self._meter.clear()

    def denied(self, asked: Asked) -> bool:
        """Whether IAM would refuse this call, without counting it."""
        return any(
            condition.fault is not None
            and isinstance(condition.fault(asked), AccessDenied)
            and condition.applies(asked)
            for condition in self._all
        )

    async def meet(self, asked: Asked) -> None:
        """Note the call, wait as long as it must, and raise the fault that awaits it."""
        self.calls.append(asked)
        if len(self.calls) > 10_000:
            del self.calls[:5_000]
        self._meter.count(
            asked.action, asked.account, asked.region, self._clock.now(), whole=asked.whole
        )
        for condition in [one for one in self._all if one.applies(asked)]:
            if condition.times is not None:
                condition.times -= 1
            if condition.gate is not None:
                await condition.gate.wait()
            if condition.seconds:
                await asyncio.sleep(condition.seconds)
            if condition.fault is not None:
                raise condition.fault(asked)

    def _add(self, condition: _Condition) -> Callable[[], None]:
        self._all.append(condition)

        def stop() -> None:
            if condition in self._all:
                self._all.remove(condition)

        return stop
