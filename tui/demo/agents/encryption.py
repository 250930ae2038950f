"""The agent's side of an encrypted session: the key from KMS, the challenge, sealed data."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui.demo.agents.agent import Agent, Line, TaskFailed
from tui.demo.faults import Fault
from tui.errors import ProtocolTrouble
from tui.model.wish import DataKey
from tui.protocol.crypto import SEALED, Cipher, encryption_context, read_key_result
from tui.protocol.handshake import ENCRYPTION_ACTION, Action, HandshakeResponse
from tui.protocol.message import PayloadType

ENCRYPTED = "This session is encrypted using AWS KMS."
"""What the real agent has a person told."""
_CHALLENGE = 16

Decrypt = Callable[[bytes, Mapping[str, str]], bytes]
"""kms:Decrypt as the target's own role may call it; raises a Fault."""


def _challenge() -> str:
    return b64encode(secrets.token_bytes(_CHALLENGE)).decode("ascii")


@dataclass(frozen=True, slots=True)
class Encryption:
    """How one session is to be encrypted."""

    key_id: str
    session_id: str
    target: str
    decrypt: Decrypt
    requires_challenge: bool = False
    """Whether a client that leaves the challenge out of the context is refused."""
    challenge: str = field(default_factory=_challenge)

    @property
    def action(self) -> Action:
        """What is asked of the client."""
        return Action(ENCRYPTION_ACTION, {"KMSKeyId": self.key_id, "Challenge": self.challenge})

    def cipher(self, response: HandshakeResponse) -> Cipher:
        """What the client's key makes; TaskFailed when KMS does not know it."""
        result = next((a.result for a in response.actions if a.type == ENCRYPTION_ACTION), None)
        try:
            blob, acknowledged = read_key_result(result)
            if self.requires_challenge and not acknowledged:
                raise TaskFailed("The client did not acknowledge the KMS challenge.")
            challenge = self.challenge if acknowledged else ""
            context = encryption_context(self.session_id, self.target, challenge)
            return Cipher(DataKey(self.decrypt(blob, context), blob), client=False)
        except Fault as fault:
            raise TaskFailed(f"Failed to decrypt the data key: {fault}") from None
        except ProtocolTrouble as trouble:
            raise TaskFailed(f"The handshake failed: {trouble.what}") from None


class EncryptedAgent:
    """Another agent behind the session's cipher; see `Agent`."""

    def __init__(
        self, agent: Agent, cipher: Cipher, payload_bytes: int, end: Callable[[str], None]
    ) -> None:
        """`end` is told why, when the client sends something that does not open."""
        self._agent = agent
        self._cipher = cipher
        self._payload_bytes = payload_bytes
        self._end = end

    @property
    def backlog(self) -> int:
        """Bytes received that the program has not taken yet."""
        return self._agent.backlog

    def receive(self, payload_type: int, payload: bytes) -> None:
        """Open what the client sealed: keys and other data, nothing else."""
        if payload_type == PayloadType.OUTPUT:
            try:
                payload = self._cipher.open(payload)
            except ProtocolTrouble as trouble:
                self._end(trouble.what)
                return
        self._agent.receive(payload_type, payload)

    async def run(self, line: Line) -> None:
        """Let the agent work on a line that seals."""
        await self._agent.run(_SealingLine(line, self._cipher, self._payload_bytes))


class _SealingLine:
    """A line that seals what carries data; see `Line`."""

    def __init__(self, line: Line, cipher: Cipher, payload_bytes: int) -> None:
        self._line = line
        self._cipher = cipher
        self._payload_bytes = payload_bytes

    async def write(self, payload_type: int, data: bytes) -> None:
        """Send `data`, cut into payloads that are sealed one by one."""
        for start in range(0, len(data), self._payload_bytes):
            await self.put(payload_type, data[start : start + self._payload_bytes])

    async def put(self, payload_type: int, payload: bytes) -> None:
        """Send one payload; waits while too much is unacknowledged."""
        await self._line.put(payload_type, self._sealed(payload_type, payload))

    def send(self, payload_type: int, payload: bytes) -> None:
        """Send one small payload at once."""
        self._line.send(payload_type, self._sealed(payload_type, payload))

    def relieved(self) -> None:
        """Pass it on."""
        self._line.relieved()

    def _sealed(self, payload_type: int, payload: bytes) -> bytes:
        return self._cipher.seal(payload) if payload_type in SEALED else payload
