"""Queues of SQS's standard kind: messages are taken for a while, and deleted when they are done.

A queue costs nothing before somebody asks for it, and never keeps more than its bound: the oldest
message goes first. Times are seconds since the epoch, by the clock of the embedded AWS.
"""

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

MOST_MESSAGES = 2_000
"""That wait in a queue."""
MOST_IN_FLIGHT = 2_000
"""That have been taken and not deleted yet."""
VISIBILITY = 30
"""Seconds until a message that was taken is there again, unless the receiver says otherwise."""


@dataclass(slots=True, eq=False)
class Message:
    """One message, and what has become of it so far."""

    body: str
    sent: float
    id: str = field(default_factory=lambda: str(uuid4()))
    receipt: str = ""
    """Of the last time it was taken."""
    received: int = 0
    """How many times it was taken."""
    first_received: float = 0.0
    visible_at: float = 0.0

    @property
    def digest(self) -> str:
        """MD5OfBody."""
        return hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest()


class Queue:
    """One queue."""

    def __init__(self, created: float) -> None:
        self.created = created
        self._waiting: deque[Message] = deque(maxlen=MOST_MESSAGES)
        self._flying: OrderedDict[str, Message] = OrderedDict()

    def put(self, body: str, at: float) -> None:
        """A new message; when the queue is full the oldest one goes."""
        self._waiting.append(Message(body, at))

    def ready(self, now: float) -> int:
        """How many may be taken now; those that nobody deleted in time are back."""
        for receipt in [r for r, one in self._flying.items() if one.visible_at <= now]:
            self._return(self._flying.pop(receipt))
        return len(self._waiting)

    @property
    def flying(self) -> int:
        """How many have been taken and not deleted."""
        return len(self._flying)

    def take(self, most: int, seconds: float, now: float) -> list[Message]:
        """Up to `most` messages, which nobody else sees for that long."""
        count = min(most, self.ready(now), MOST_IN_FLIGHT - len(self._flying))
        taken = [self._waiting.popleft() for _ in range(max(0, count))]
        for message in taken:
            message.receipt = uuid4().hex
            message.received += 1
            message.first_received = message.first_received or now
            message.visible_at = now + seconds
            self._flying[message.receipt] = message
        return taken

    def delete(self, receipt: str) -> None:
        """Done with: a receipt that is known no longer means nothing, as in SQS."""
        self._flying.pop(receipt, None)

    def hide(self, receipt: str, seconds: float, now: float) -> bool:
        """Keep a taken message for that long from now on; whether it is still taken."""
        message = self._flying.get(receipt)
        if message is None or message.visible_at <= now:
            return False
        message.visible_at = now + seconds
        return True

    def purge(self) -> None:
        """Forget all messages."""
        self._waiting.clear()
        self._flying.clear()

    def _return(self, message: Message) -> None:
        if len(self._waiting) < MOST_MESSAGES:
            self._waiting.appendleft(message)


class Queues:
    """The queues that somebody has asked for, by account, region and name."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str, str], Queue] = {}

    def get(self, account: str, region: str, name: str, make: Callable[[], Queue]) -> Queue:
        """The queue of that name, made at the first question."""
        key = (account, region, name)
        if key not in self._all:
            self._all[key] = make()
        return self._all[key]
