"""Asking AWS when the clients live on an event loop of their own."""

from collections.abc import Mapping
from functools import partial

from tui.aws.ask import Asking
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
