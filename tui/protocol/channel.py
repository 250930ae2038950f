"""The client's end of a data channel: frames in, events out; keys in, frames out.

    text frame  open()                    the token, once for each connection
    binary      feed(frame) -> [Event]    everything that arrives
    binary      take() -> [frame]         everything to put on the wire, in order

After any call, `take` what is to be sent; call `tick` at `next_due`. Most shells start without a
handshake: the first message of the agent decides. Until then, and until a handshake is complete,
the agent would throw input away although it acknowledges it, so what is sent is held here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from tui.errors import ProtocolTrouble, Trouble
from tui.model.wish import DataKey
from tui.protocol.agreement import Agreement
from tui.protocol.events import (
    Closed,
    Event,
    FlagReceived,
    KeyWanted,
    Opened,
    Paused,
    Resumed,
    content,
)
from tui.protocol.gateway import OpenDataChannel, parse_closed
from tui.protocol.handshake import SHELL
from tui.protocol.message import DigestMismatch, Flag, Message, MessageType, PayloadType, decode
from tui.protocol.outbox import Outbox
from tui.protocol.payload import write_size
from tui.protocol.stream import Limits, Stream

CLIENT_VERSION = "1.2.764.0"
"""What we say to be: four numbers, so that agents multiplex and want no keepalive."""
WINDOW = Limits(unacked_messages=8_192, unacked_bytes=16 << 20)
"""What may be on its way at once; the plugin itself keeps 10,000 messages."""
_NUMBERS = frozenset({MessageType.OUTPUT, MessageType.ACK, MessageType.CLOSED})


class Channel:
    """One session, from the opening to the close, over as many connections as it takes."""

    def __init__(
        self,
        *,
        token: str,
        client_version: str = CLIENT_VERSION,
        new_id: Callable[[], UUID] = uuid4,
        payload_size: int = 1_024,
        limits: Limits = WINDOW,
        must_encrypt: bool = False,
    ) -> None:
        """`token` comes from StartSession; it is only ever written into the opening frame.

        `payload_size` is the bytes of data in one message: 1,024, as both peers send, until the
        agent itself sends larger ones (see `Outbox.learn`). With `must_encrypt` nothing is ever
        let out in the clear, and a session that begins without encryption ends before anything was
        sent to it.
        """
        self._new_id = new_id
        self._opening = OpenDataChannel(
            token=token, client_id=str(new_id()), request_id="", client_version=client_version
        )
        self._outbox = Outbox(payload_size)
        self._stream = Stream(
            sends=MessageType.INPUT, receives=MessageType.OUTPUT, new_id=new_id, limits=limits
        )
        self._out: list[bytes] = []
        self._agreement = Agreement(client_version, must_encrypt=must_encrypt)
        self._paused = False
        self._presumed = False  # ready without having heard anything
        self.ready = False
        """Whether the session is open and what is sent goes out."""
        self.closed = False
        """Whether the gateway or a failed handshake ended it; what is sent then is discarded."""
        self.session_type = ""
        self.properties: Mapping[str, object] = {}
        self.agent_version = ""
        self.dropped = 0
        """Messages that arrived damaged; the peer sends them again."""
        self.noise = 0
        """Frames in a row that were damaged or meant nothing to anybody."""

    @property
    def unacked_bytes(self) -> int:
        """Bytes held or not acknowledged; a caller stops reading its source while it is high."""
        return self._stream.unacked_bytes + self._outbox.bytes

    @property
    def key_wanted(self) -> KeyWanted | None:
        """The key that the handshake waits for, see `supply_key`; None when it waits for none."""
        return None if self.closed else self._agreement.key_wanted

    @property
    def shaking_hands(self) -> bool:
        """Whether a handshake has begun and is not complete."""
        return self._agreement.made is not None and not self.ready and not self.closed

    @property
    def next_due(self) -> float | None:
        """When to call `tick`; None while there is nothing to send again."""
        return None if self.closed else self._stream.next_due

    def open(self) -> str:
        """The text frame to send first on a connection."""
        return replace(self._opening, request_id=str(self._new_id())).encode()

    def renew(self, token: str, now: float) -> None:
        """Go on over a new connection, with the token for it; `open` is sent first, as always.

        What the agent has not acknowledged goes out again at once, and so do the latest
        acknowledgements, for some were lost with the old connection. Nothing else is repeated.
        """
        self._opening = replace(self._opening, token=token)
        self._out = [] if self.closed else self._stream.repeat(now)

    def take(self) -> list[bytes]:
        """The frames to put on the wire now, in order; they are handed out once."""
        taken, self._out = self._out, []
        return taken

    def tick(self, now: float) -> None:
        """Queue what must be sent again.

        Raises ProtocolTrouble when the agent has acknowledged nothing for too long (see
        `Stream.due`): the session is lost, and `closed`.
        """
        if self.closed:
            return
        try:
            self._out += self._stream.due(now)
        except Trouble:
            self.closed = True
            raise

    # what is sent

    def send(
        self, data: bytes, now: float, date_ms: int, kind: PayloadType = PayloadType.OUTPUT
    ) -> None:
        """Send bytes to the target, cut into messages of `payload_size`.

        Raises SessionTrouble, and sends nothing of `data`, when 16 MiB are waiting already: a
        caller that heeds `unacked_bytes` never meets it.
        """
        if self.closed:
            return
        self._outbox.put(kind, data)
        self._flush(now, date_ms)

    def send_size(self, cols: int, rows: int, now: float, date_ms: int) -> None:
        """Tell the target the size of the terminal, in cells."""
        self.send(write_size(cols, rows), now, date_ms, PayloadType.SIZE)

    def send_flag(self, flag: Flag, now: float, date_ms: int) -> None:
        """Send a flag, after all that was sent before it."""
        self.send(int(flag).to_bytes(4), now, date_ms, PayloadType.FLAG)

    def presume_shell(self, now: float, date_ms: int) -> None:
        """Let out what is held although the agent is silent: it may wait for input itself.

        A handshake that begins later is still answered; what was let out is lost to it then. Of
        a session that must be encrypted nothing is let out.
        """
        if not (self.ready or self._agreement.made or self._agreement.must_encrypt):
            self.ready = self._presumed = True
            self._flush(now, date_ms)

    def _flush(self, now: float, date_ms: int) -> None:
        """Frame what is held, as far as the session is open and the window has room."""
        while self._outbox and self.ready and not self._stream.full:
            kind, payload = self._outbox.take()
            sealed = self._agreement.seal(kind, payload)
            self._out.append(self._stream.send(kind, sealed, now, date_ms))

    # the key of a session that is to be encrypted

    def supply_key(self, key: DataKey, now: float, date_ms: int) -> None:
        """The key that `KeyWanted` asked for; ProtocolTrouble, and nothing done, if it is none."""
        if self.key_wanted:
            self._respond(self._agreement.supply(key), now, date_ms)

    def refuse_key(self, reason: str, now: float, date_ms: int) -> None:
        """There is none, for a reason that the agent is told: the session is `closed`."""
        if self.key_wanted:
            self._respond(self._agreement.refuse(reason), now, date_ms)
            self.closed = True

    def _respond(self, response: bytes, now: float, date_ms: int) -> None:
        self._out.append(self._stream.send(PayloadType.HANDSHAKE_RESPONSE, response, now, date_ms))

    # what arrives

    def feed(self, frame: bytes | str, now: float, date_ms: int) -> list[Event]:
        """A frame arrived: what it means for the owner.

        Damaged, unknown and repeated messages mean nothing. Raises ProtocolTrouble when the peer
        does not speak the protocol, and Unsupported when the session needs something that this
        program cannot do; the session is `closed` then, and what `take` still gives tells the
        agent why.
        """
        if self.closed:
            return []
        try:
            return self._feed(frame, now, date_ms)
        except DigestMismatch:
            self.dropped += 1
            self.noise += 1
            return []
        except Trouble:
            self.closed = True
            raise

    def _feed(self, frame: bytes | str, now: float, date_ms: int) -> list[Event]:
        """The message in a frame, handed to whom it concerns."""
        try:
            message = decode(frame.encode() if isinstance(frame, str) else frame)
        except (UnicodeEncodeError, ProtocolTrouble):
            if isinstance(frame, str):  # of no use, but no reason to end
                self.noise += 1
                return []
            raise
        self.noise = 0 if message.type in _NUMBERS else self.noise + 1
        match message.type:
            case MessageType.OUTPUT:
                return self._numbered(message, now, date_ms)
            case MessageType.ACK:
                self._stream.acked(message, now)
                self._flush(now, date_ms)
            case MessageType.CLOSED:
                self.closed = True
                return [Closed(parse_closed(message))]
            case MessageType.START | MessageType.PAUSE:
                return self._publication(paused=message.type == MessageType.PAUSE)
        return []

    def _publication(self, *, paused: bool) -> list[Event]:
        """The gateway said whether the agent is there; an event when that is news."""
        if paused == self._paused:
            return []
        self._paused = paused
        return [Paused() if paused else Resumed()]

    def _numbered(self, message: Message, now: float, date_ms: int) -> list[Event]:
        """A stream message arrived: acknowledge it, and handle all whose turn has come."""
        received = self._stream.receive(message, now, date_ms)
        self._out += received.reply
        events: list[Event] = []
        for each in received.deliver:
            events += self._deliver(each, now, date_ms)
        return events

    def _deliver(self, message: Message, now: float, date_ms: int) -> list[Event]:
        """A stream message, in its turn; payload types that we do not know are ignored."""
        kind = message.payload_type
        match kind:
            case PayloadType.OUTPUT | PayloadType.STDERR | PayloadType.EXIT_CODE:
                self._outbox.learn(len(message.payload))
                opened = self.ready and not self._presumed
                events = [] if opened else self._open_shell(now, date_ms)
                return [*events, content(kind, self._agreement.opened(message))]
            case PayloadType.FLAG if len(message.payload) == 4:
                return [FlagReceived(int.from_bytes(message.payload))]
            case PayloadType.HANDSHAKE_REQUEST:
                return self._begin_handshake(message.payload, now, date_ms)
            case PayloadType.ENCRYPTION_CHALLENGE_REQUEST if self._agreement.encrypted:
                answer = self._agreement.challenged(message.payload)
                kind = PayloadType.ENCRYPTION_CHALLENGE_RESPONSE
                self._out.append(self._stream.send(kind, answer, now, date_ms))
            case PayloadType.HANDSHAKE_COMPLETE:
                return self._complete_handshake(message.payload, now, date_ms)
        return []

    def _begin_handshake(self, payload: bytes, now: float, date_ms: int) -> list[Event]:
        """Answer the agent's request; Unsupported when the answer has to be no."""
        if self.ready and not self._presumed:
            raise ProtocolTrouble("The agent asked for a handshake in the middle of the session.")
        self.ready = False
        agreement = self._agreement
        response = agreement.begin(payload)
        self.agent_version = agreement.agent_version
        if response:
            self._respond(response, now, date_ms)
        if agreement.made and agreement.made.refusal:
            raise agreement.made.refusal
        return [agreement.key_wanted] if agreement.key_wanted else []

    def _complete_handshake(self, payload: bytes, now: float, date_ms: int) -> list[Event]:
        """The agent is content: the session opens."""
        if self.ready:
            raise ProtocolTrouble("The agent completed a handshake that had not begun.")
        agreed, complete = self._agreement.complete(payload)
        self.session_type = agreed.session_type
        self.properties = agreed.properties
        return self._open(complete.customer_message, now, date_ms)

    def _open_shell(self, now: float, date_ms: int) -> list[Event]:
        """Output came first: a shell without a handshake."""
        self._agreement.do_without()
        self.session_type = SHELL
        return self._open("", now, date_ms)

    def _open(self, customer_message: str, now: float, date_ms: int) -> list[Event]:
        """Let out what was held."""
        self.ready, self._presumed = True, False
        self._flush(now, date_ms)
        about = (self.session_type, self.properties, self.agent_version, customer_message)
        return [Opened(*about, encrypted=self._agreement.encrypted)]
