"""The agent's side of the handshake that port and command sessions begin with."""

import asyncio
from collections.abc import Mapping
from time import monotonic_ns

from tui.demo.agents.agent import Line, TaskFailed
from tui.demo.behaviour import Behaviour
from tui.errors import ProtocolTrouble
from tui.protocol.handshake import (
    HandshakeComplete,
    HandshakeRequest,
    HandshakeResponse,
    parse_response,
    session_type_action,
)
from tui.protocol.message import PayloadType

# Encryption comes in here: a KMSEncryption action beside the session type, and the challenge
# between the client's response and our completion.


class Handshake:
    """Receives what the client sends until the handshake is complete; the rest of it is lost."""

    backlog = 0

    def __init__(self) -> None:
        self._response: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Take the response; other input in the meantime is acknowledged and ignored."""
        if payload_type == PayloadType.HANDSHAKE_RESPONSE and not self._response.done():
            self._response.set_result(payload)

    async def run(
        self,
        line: Line,
        session_type: str,
        properties: Mapping[str, object] | None,
        behaviour: Behaviour,
    ) -> str:
        """Ask, wait for the answer, complete; return the client's version.

        Raises TaskFailed when the client refuses, answers nonsense or not at all.
        """
        started = monotonic_ns()
        action = session_type_action(session_type, properties)
        request = HandshakeRequest(behaviour.agent_version, (action,))
        line.send(PayloadType.HANDSHAKE_REQUEST, request.encode())
        try:
            async with asyncio.timeout(behaviour.handshake_timeout):
                response = _read(await self._response)
        except TimeoutError as error:
            raise TaskFailed(
                "Handshake timed out. Please ensure that you have the latest version of the "
                "session manager plugin."
            ) from error
        complete = HandshakeComplete(nanoseconds=monotonic_ns() - started)
        line.send(PayloadType.HANDSHAKE_COMPLETE, complete.encode())
        return response.client_version


def _read(payload: bytes) -> HandshakeResponse:
    """The response, if it says that all went well."""
    try:
        response = parse_response(payload)
    except ProtocolTrouble as trouble:
        raise TaskFailed(f"The handshake failed: {trouble.what}") from trouble
    if not response.accepted:
        said = "; ".join(action.error for action in response.actions if action.error)
        raise TaskFailed(f"The client refused the handshake. {said}".strip())
    return response
