"""The seam between what is asked and who asks: one call, all pages, or several calls at once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from tui.aws.fields import Fields
from tui.aws.options import Place
from tui.errors import Trouble

_MOST_PAGES = 2000

T = TypeVar("T")


class Ask(Protocol):
    """Calls AWS; raises `Trouble`."""

    async def __call__(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        """The answer of `operation`; `target` is what a session is asked for."""


class Asking(Ask, Protocol):
    """What sessions need besides calls."""

    async def endpoint(self, place: Place, service: str) -> str:
        """The address at which a service is called there."""

    async def signature(self, place: Place, url: str) -> dict[str, str]:
        """The headers that sign one websocket upgrade to `url`."""


async def pages(
    ask: Ask,
    place: Place,
    service: str,
    operation: str,
    parameters: Mapping[str, object],
    *,
    token: str = "nextToken",
) -> AsyncGenerator[Fields, None]:
    """All pages of a listing. It ends at a token that was given before, or after 2,000 pages."""
    seen: set[str] = set()
    following: dict[str, object] = {}
    for _ in range(_MOST_PAGES):
        answer = await ask(place, service, operation, {**parameters, **following})
        yield answer
        next_page = answer.get(token)
        if not isinstance(next_page, str) or not next_page or next_page in seen:
            return
        seen.add(next_page)
        following = {token: next_page}


async def each(calls: Sequence[Callable[[], Awaitable[T]]], at_once: int = 4) -> list[T]:
    """The results of all calls, in their order, some at once; raises the first trouble.

    After a trouble no further call is begun.
    """
    results: dict[int, T] = {}
    troubles: list[Trouble] = []
    waiting = list(enumerate(calls))[::-1]

    async def work() -> None:
        while waiting and not troubles:
            number, call = waiting.pop()
            try:
                results[number] = await call()
            except Trouble as trouble:
                troubles.append(trouble)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(calls))):
            group.create_task(work())
    if troubles:
        raise troubles[0]
    return [results[number] for number in range(len(calls))]
