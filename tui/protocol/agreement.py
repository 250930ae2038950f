"""What a client and an agent agree on before data flows: the handshake, and maybe encryption.

Most shells begin without either. A handshake that asks for a KMS key is answered once there is a
key or a reason why there is none; then the agent sends a challenge, and only its answer lets the
handshake be completed. From the moment a key is there, nothing is sent or believed unsealed.
"""

from tui.errors import ProtocolTrouble, Unsupported
from tui.model.wish import DataKey
from tui.protocol.crypto import SEALED, Cipher, key_result
from tui.protocol.events import KeyWanted
from tui.protocol.handshake import (
    Answer,
    HandshakeComplete,
    HandshakeResponse,
    answer,
    parse_complete,
    parse_request,
)
from tui.protocol.message import Message


class Agreement:
    """The client's side of the handshake."""

    def __init__(self, client_version: str, *, must_encrypt: bool) -> None:
        """With `must_encrypt` a session that turns out to be in the clear is trouble."""
        self._client_version = client_version
        self._cipher: Cipher | None = None
        self._proven = False
        self.must_encrypt = must_encrypt
        self.made: Answer | None = None
        """Our answer, once the agent has asked."""
        self.agent_version = ""

    @property
    def encrypted(self) -> bool:
        """Whether there is a key."""
        return self._cipher is not None

    @property
    def key_wanted(self) -> KeyWanted | None:
        """The key that the response waits for; None when it waits for none."""
        settled = self.made is None or self.made.refusal or self.encrypted
        return None if settled or self.made is None else self.made.key_wanted

    def begin(self, payload: bytes) -> bytes:
        """The agent asks: the response, empty while it waits for a key.

        A response that says no is to be sent, and then `made.refusal` is to be raised.
        """
        if self.made:
            raise ProtocolTrouble("The agent asked for a handshake in the middle of the session.")
        request = parse_request(payload)
        self.agent_version = request.agent_version
        self.made = answer(request)
        return b"" if self.key_wanted else self._response()

    def supply(self, key: DataKey) -> bytes:
        """There is a key: the response that carries it."""
        wanted = self.key_wanted
        if self.made is None or wanted is None:
            raise ProtocolTrouble("A key came that nobody wanted.")
        self._cipher = Cipher(key, client=True)
        self.made.settle_key(key_result(key, challenged=bool(wanted.challenge)))
        return self._response()

    def refuse(self, reason: str) -> bytes:
        """There is no key: the response that says so."""
        if self.made is None:
            raise ProtocolTrouble("A key was refused that nobody wanted.")
        self.made.settle_key(None, reason)
        return self._response()

    def challenged(self, payload: bytes) -> bytes:
        """The agent wants to see that we have the key: the answer."""
        if self._cipher is None or self._proven:
            raise ProtocolTrouble("The agent sent an encryption challenge out of place.")
        answered = self._cipher.answer(payload)
        self._proven = True
        return answered

    def complete(self, payload: bytes) -> tuple[Answer, HandshakeComplete]:
        """The agent is content: what was agreed."""
        if not self.made:
            raise ProtocolTrouble("The agent completed a handshake that had not begun.")
        if self.made.key_wanted and not self._proven:
            raise ProtocolTrouble("The agent completed the handshake before there was a key.")
        if not self.encrypted:
            self._refuse_the_clear()
        return self.made, parse_complete(payload)

    def do_without(self) -> None:
        """Data came first: there is no handshake."""
        if self.made:
            raise ProtocolTrouble("The agent sent output in the middle of the handshake.")
        self._refuse_the_clear()

    def seal(self, kind: int, payload: bytes) -> bytes:
        """A payload as it goes out."""
        return self._cipher.seal(payload) if self._cipher and kind in SEALED else payload

    def opened(self, message: Message) -> bytes:
        """The payload of a message that came in; ProtocolTrouble if it should be sealed."""
        if self._cipher and message.payload_type in SEALED:
            return self._cipher.open(message.payload)
        return message.payload

    def _response(self) -> bytes:
        actions = tuple(self.made.actions) if self.made else ()
        return HandshakeResponse(self._client_version, actions).encode()

    def _refuse_the_clear(self) -> None:
        if self.must_encrypt:
            raise Unsupported(
                "The cluster demands sessions that are encrypted with its KMS key, and the agent "
                "opened this one in the clear.",
                "Nothing was typed into it. A new task may know the key; or take the key out of "
                "the cluster's execute command configuration.",
            )
