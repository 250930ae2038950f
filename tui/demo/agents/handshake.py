"""The agent's side of the handshake that port, command and encrypted sessions begin with."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic_ns

from tui.demo.agents.agent import Line, TaskFailed
from tui.demo.agents.encryption import ENCRYPTED, Encryption
from tui.demo.behaviour import Behaviour
from tui.errors import ProtocolTrouble
from tui.protocol.crypto import Challenge, Cipher
from tui.protocol.handshake import (
    HandshakeComplete,
    HandshakeRequest,
    HandshakeResponse,
    parse_response,
    session_type_action,
)
from tui.protocol.message import PayloadType


@dataclass(frozen=True, slots=True)
class Agreed:
    """What came of a handshake."""

    client_version: str
    cipher: Cipher | None
    """What the session's data goes through, if it is encrypted."""


class Handshake:
    """Receives what the client sends until the handshake is complete; the rest of it is lost."""

    backlog = 0

    def __init__(self) -> None:
        self._awaited = PayloadType.HANDSHAKE_RESPONSE
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Take the answer; other input in the meantime is acknowledged and ignored."""
        if payload_type == self._awaited and not self._answer.done():
            self._answer.set_result(payload)

    async def run(
        self,
        line: Line,
        session_type: str,
        properties: Mapping[str, object] | None,
        behaviour: Behaviour,
        encryption: Encryption | None = None,
    ) -> Agreed:
        """Ask, wait for the answer, have it proven if there is a key, complete.

        Raises TaskFailed when the client refuses, answers nonsense or not at all.
        """
        started = monotonic_ns()
        actions = [session_type_action(session_type, properties)]
        if encryption:
            actions.append(encryption.action)
        request = HandshakeRequest(behaviour.agent_version, tuple(actions))
        line.send(PayloadType.HANDSHAKE_REQUEST, request.encode())
        response = _read(await self._answered(behaviour))
        cipher = encryption.cipher(response) if encryption else None
        if cipher:
            await self._prove(line, cipher, behaviour)
        complete = HandshakeComplete(monotonic_ns() - started, ENCRYPTED if cipher else "")
        line.send(PayloadType.HANDSHAKE_COMPLETE, complete.encode())
        return Agreed(response.client_version, cipher)

    async def _prove(self, line: Line, cipher: Cipher, behaviour: Behaviour) -> None:
        """Have the client show that it has the same key."""
        challenge = Challenge(cipher)
        self._awaited = PayloadType.ENCRYPTION_CHALLENGE_RESPONSE
        self._answer = asyncio.get_running_loop().create_future()
        line.send(PayloadType.ENCRYPTION_CHALLENGE_REQUEST, challenge.encode())
        answer = await self._answered(behaviour)
        try:
            challenge.check(answer)
        except ProtocolTrouble as trouble:
            raise TaskFailed(f"The handshake failed: {trouble.what}") from None

    async def _answered(self, behaviour: Behaviour) -> bytes:
        """The client's answer to this step."""
        try:
            async with asyncio.timeout(behaviour.handshake_timeout):
                return await self._answer
        except TimeoutError as error:
            raise TaskFailed(
                "Handshake timed out. Please ensure that you have the latest version of the "
                "session manager plugin."
            ) from error


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
