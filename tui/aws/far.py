"""Asking AWS when the clients live on an event loop of their own."""

from collections.abc import Mapping
from functools import partial

from tui.aws.ask import Ask, Asking
from tui.aws.fields import Fields
from tui.aws.options import Place
from tui.watch.side_loop import SideLoop


class FarAsk:
    """Lets `asking` work on the side loop, and waits for it here."""

    def __init__(self, asking: Asking, side: SideLoop) -> None:
        self._asking = asking
        self._side = side

    async def __call__(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        """See `Ask`."""
        return await self._side.run(
            partial(self._asking, place, service, operation, parameters, target=target)
        )

    async def endpoint(self, place: Place, service: str) -> str:
        """See `Asking`."""
        return await self._side.run(partial(self._asking.endpoint, place, service))

    async def signature(self, place: Place, url: str) -> dict[str, str]:
        """See `Asking`."""
        return await self._side.run(partial(self._asking.signature, place, url))


class CourteousAsk:
    """Lets keys go first: nothing is asked, and no answer taken, while one is on its way.

    For what is asked without anybody waiting for it.
    """

    def __init__(self, ask: Ask, side: SideLoop) -> None:
        self._ask = ask
        self._side = side

    async def __call__(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        """See `Ask`."""
        await self._side.courtesy()
        answer = await self._ask(place, service, operation, parameters, target=target)
        await self._side.courtesy()
        return answer
