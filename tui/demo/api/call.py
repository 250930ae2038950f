"""One call of an operation: who calls, with what, and what the handler may use to answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tui.demo.api.gate import Gate
from tui.demo.api.vault import Vault
from tui.demo.conditions import Conditions
from tui.demo.faults import AccessDenied, Fault, InvalidToken
from tui.demo.keys import Key, Keyring
from tui.demo.passwords import Passwords
from tui.demo.queues import Queues
from tui.demo.wire.pages import Pager, page
from tui.demo.world.world import Site, World

T = TypeVar("T")

Answer = dict[str, Any]
"""An answer with botocore's member names; times are seconds since the epoch."""

_PAGING = frozenset({"nextToken", "NextToken", "maxResults", "MaxResults", "limit", "Marker"})

_BAD_TOKEN = {
    "ecs": ("InvalidParameterException", "Invalid token."),
    "ssm": ("InvalidNextToken", "The specified token isn't valid."),
    "organizations": ("InvalidInputException", "You specified an invalid value for nextToken."),
    "ec2": ("InvalidNextToken", "The specified nextToken is not valid."),
    "logs": ("InvalidParameterException", "The specified nextToken is invalid."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What stands behind all calls."""

    world: World
    gateway: Gate
    keyring: Keyring
    conditions: Conditions
    pager: Pager
    passwords: Passwords
    vault: Vault = field(default_factory=Vault)
    queues: Queues = field(default_factory=Queues)
    url: Callable[[], str] = lambda: "http://127.0.0.1"
    """The endpoint, once it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call whose signature and parameters have been checked."""

    service: str
    operation: str
    params: Mapping[str, Any]
    key: Key
    region: str
    backend: Backend

    @property
    def account(self) -> str:
        """The caller's account number."""
        return self.key.account

    @property
    def world(self) -> World:
        """The fleet."""
        return self.backend.world

    @property
    def site(self) -> Site:
        """What stands in the caller's account and region; a region not in use refuses all keys."""
        site = self.world.site(self.account, self.region)
        if site is None:
            raise Fault(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        return site

    def denied(self, resource: str) -> AccessDenied:
        """The refusal of this call."""
        return AccessDenied(self.key.arn, f"{self.service}:{self.operation}", resource)

    def page(
        self,
        items: Sequence[T],
        key: Callable[[T], str],
        size: int,
        token: str | None,
    ) -> tuple[Sequence[T], str]:
        """A page of the items (sorted by `key`) and the token of the next, empty at the end."""
        bound = {
            "account": self.account,
            "region": self.region,
            "action": f"{self.service}:{self.operation}",
            "params": {name: v for name, v in self.params.items() if name not in _PAGING},
        }
        try:
            after = self.backend.pager.last(token, bound) if token else None
        except InvalidToken:
            raise Fault(*_BAD_TOKEN[self.service]) from None
        chosen, last = page(items, key, size, after)
        return chosen, self.backend.pager.token(last, bound) if last else ""


Handler = Callable[[Call], Answer]
"""Answers a call, or raises a Fault."""
Wait = Callable[[Call, Callable[[], bool]], Awaitable[None]]
"""Holds a call back until there is something to answer, or nobody waits for it any longer."""
