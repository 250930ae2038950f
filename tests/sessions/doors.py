"""Ways to the embedded AWS's gateway for tests that need no AWS API."""

from dataclasses import replace

from tests.demo.far_side import MACHINES, SMALL, FarSide
from tui.model.wish import DataKey, ExecuteCommand, Ticket, Wish


class Door:
    """An Opener that goes straight to the gateway."""

    def __init__(self, far: FarSide) -> None:
        self._far = far

    async def open(self, wish: Wish) -> Ticket:
        if isinstance(wish, ExecuteCommand):
            machine = SMALL
            issued = self._far.start(machine=SMALL, ecs_command=wish.command)
        else:
            machine = next(m for m in MACHINES if m.target == wish.target)
            single = {name: values[0] for name, values in wish.parameters.items()}
            issued = self._far.start(wish.document, machine, **single)
        return Ticket(
            session_id=issued.session_id,
            stream_url=issued.stream_url,
            token=issued.token,
            account=machine.account,
            region=machine.region,
            target=machine.target,
            loopback_allowed=True,
        )

    async def resume(self, ticket: Ticket) -> Ticket | None:
        gateway = self._far.gateway
        issued = gateway.resume(ticket.account, ticket.region, ticket.session_id)
        return replace(ticket, token=issued.token) if issued else None

    async def terminate(self, ticket: Ticket) -> None:
        self._far.gateway.terminate(ticket.account, ticket.region, ticket.session_id)

    async def data_key(self, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
        raise NotImplementedError
