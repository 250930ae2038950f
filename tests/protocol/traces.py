"""The recorded sessions in tests/data/traces: the real plugin talking to the real agent."""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tui.protocol.message import Message, MessageType, decode

FOLDER = Path(__file__).parent.parent / "data" / "traces"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))
ENCRYPTED = "shell_kms_handshake"
UNENCRYPTED = [name for name in NAMES if name != ENCRYPTED]


@dataclass(frozen=True)
class Entry:
    """One websocket message of a recording."""

    seconds: float
    direction: str
    binary: bool
    frame: bytes
    """As it was passed on; in one recording the relay changed the versions in it."""
    sent: bytes
    """As it was sent."""

    @property
    def message(self) -> Message:
        return decode(self.frame)


def entries(name: str) -> list[Entry]:
    lines = (FOLDER / f"{name}.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return [entry(record) for record in records if "frame" in record]


def entry(record: dict[str, str]) -> Entry:
    sent = b64decode(record["frame"])
    passed_on = b64decode(record.get("forwarded", record["frame"]))
    return Entry(float(record["t"]), record["dir"], record["kind"] == "binary", passed_on, sent)


def session_of(name: str) -> str:
    first = (FOLDER / f"{name}.jsonl").read_text().splitlines()[0]
    return str(json.loads(first)["session"])


def to_client(name: str) -> Iterator[Entry]:
    """What reached the client, after it had connected."""
    connected = False
    for entry in entries(name):
        connected = connected or entry.direction == "client>mgs"
        if not entry.binary or not connected:
            continue
        inner = entry.message.type == MessageType.SESSION_STATE
        if entry.direction == "mgs>client" or (entry.direction == "agent>mgs" and not inner):
            yield entry


def from_client(name: str) -> Iterator[Entry]:
    """What the client sent, but for its opening text."""
    return (e for e in entries(name) if e.direction == "client>mgs" and e.binary)


def as_sent(source: Iterator[Entry]) -> Iterator[Entry]:
    """The same messages before the relay changed any."""
    return (replace(entry, frame=entry.sent) for entry in source)


def of_type(source: Iterable[Entry], kind: MessageType) -> list[Message]:
    """The messages of one type, each numbered message once."""
    once: dict[tuple[int, bytes], Message] = {}
    for entry in source:
        message = entry.message
        if message.type == kind:
            once.setdefault((message.sequence, message.identity), message)
    return list(once.values())


def opening(name: str, side: str) -> str:
    """The text frame of `client` or `agent`."""
    texts = (e for e in entries(name) if e.direction == f"{side}>mgs" and not e.binary)
    return next(texts).frame.decode()
