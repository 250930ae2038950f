"""What a crashed Hatchway left open is found again and terminated, and nothing else.

A record with a session's id is proof enough, unless AWS says that it is somebody else's. A record
without one was written before AWS was asked, and the process died before the answer was written
down. Then a session is ours when its reason has the record's mark; or, for ECS, which takes no
reason, when all of this holds: the very same caller started it, on the same container, within the
time that the call could take, no client has joined it (ours cannot have), and it is the only one
of that kind. When in doubt it is left alone: AWS ends by itself what nobody uses.

A record goes when AWS has terminated its session or says that it is over. When AWS cannot be
asked, or does not know the session (with other credentials it would not), the record is kept for
the next start, but no longer than such a session can last.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from tui.errors import NotAllowed, Trouble
from tui.model.found import FoundSession
from tui.sessions.registry import Entry, Record, Registry

SECONDS = 60.0
"""The longest that all of it takes."""
_UNJOINED_LIFE = 3_600.0
_LIFE = 86_400.0
"""Seconds after which a session that has lost its client is over: AWS ends it after at most 60
minutes without input or output."""
_EARLIER, _LATER = 5.0, 90.0
"""How far AWS's time of a start may be from ours: clocks differ, and a call takes up to 60 s."""
_OVER = frozenset({"Terminating", "Terminated", "Failed"})


class Book(Protocol):
    """What AWS knows of sessions; every call raises `Trouble`s."""

    async def caller(self, account: str, region: str) -> str:
        """The ARN that AWS takes us for there."""

    async def active(self, account: str, region: str) -> Sequence[FoundSession]:
        """The sessions that are open, anybody's."""

    async def is_over(self, account: str, region: str, session_id: str) -> bool:
        """Whether AWS remembers that it has ended."""

    async def terminate(self, account: str, region: str, session_id: str) -> bool:
        """End one; False when AWS knows none of that name."""


async def reap(registry: Registry, book: Book) -> int:
    """Terminate what dead processes left open; how many sessions that were."""
    places: dict[tuple[str, str], list[Entry]] = {}
    claimed = list(registry.left_behind())
    if not claimed:
        return 0
    known = registry.known()
    try:
        for entry in claimed:
            record = entry.record
            if _is_past(record):
                entry.over()
            elif record.endpoint == registry.endpoint:
                places.setdefault((record.account, record.region), []).append(entry)
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                return await _all(places, book, known)
        return 0
    finally:
        for entry in claimed:
            entry.leave()


async def _all(
    places: dict[tuple[str, str], list[Entry]], book: Book, known: Sequence[Record]
) -> int:
    async with asyncio.TaskGroup() as group:
        work = [
            group.create_task(_Place(book, account, region, known).reap(entries))
            for (account, region), entries in places.items()
        ]
    return sum(task.result() for task in work)


def _is_past(record: Record) -> bool:
    """Whether it cannot be open any more, or its time is nonsense."""
    age = time.time() - record.started_at
    return not -_UNJOINED_LIFE < age < (_LIFE if record.session_id else _UNJOINED_LIFE)


class _Place:
    """One account and region, and what is to be done there."""

    def __init__(self, book: Book, account: str, region: str, known: Sequence[Record]) -> None:
        """`known` are the records of the living as well."""
        self._book = book
        self._at = (account, region)
        self._named = {record.session_id for record in known}
        self._unmarked = [r.target for r in known if not r.mark and not r.session_id]
        self._caller = ""
        self._active: dict[str, FoundSession] | None = None
        """By id; None when we may not know."""

    async def reap(self, entries: Sequence[Entry]) -> int:
        """How many sessions were terminated; a record stays if AWS cannot be asked."""
        try:
            self._caller = await self._book.caller(*self._at)
            self._active = {s.session_id: s for s in await self._book.active(*self._at)}
        except NotAllowed:
            self._active = None
        except Trouble:
            return 0
        ended = 0
        for entry in entries:
            with suppress(Trouble):
                if entry.record.session_id:
                    ended += await self._end_known(entry)
                elif self._active is not None:
                    ended += await self._end_unknown(entry, self._active)
        return ended

    async def _end_known(self, entry: Entry) -> bool:
        """End the session that the record names."""
        session_id = entry.record.session_id
        found = (self._active or {}).get(session_id)
        if found and not is_ours(found.owner, self._caller):
            return False
        if self._active is not None and (found is None or found.status in _OVER):
            if found or await self._book.is_over(*self._at, session_id):
                entry.over()
            return False
        ended = await self._book.terminate(*self._at, session_id)
        entry.over()
        return ended

    async def _end_unknown(self, entry: Entry, active: Mapping[str, FoundSession]) -> bool:
        """Find the session of a start whose answer was lost, and end it."""
        record = entry.record
        left = [s for s in active.values() if s.session_id not in self._named]
        found = [s for s in left if s.status not in _OVER and self._is_of(s, record)]
        if len(found) != 1 or (not record.mark and self._unmarked.count(record.target) != 1):
            return False
        ended = await self._book.terminate(*self._at, found[0].session_id)
        entry.over()
        return ended

    def _is_of(self, session: FoundSession, record: Record) -> bool:
        if record.mark:
            return record.mark in session.reason
        late = session.started_at - record.started_at
        return (
            session.owner == self._caller
            and session.status != "Connected"
            and -_EARLIER <= late <= _LATER
            and _is_on(session.target, record.target)
        )


def _is_on(target: str, wanted: str) -> bool:
    """Whether it is that target; ECS tells a runtime id that the record may not have."""
    if wanted.startswith("ecs:") and wanted.endswith("_"):
        return target.startswith(wanted)
    return target == wanted


def is_ours(owner: str, caller: str) -> bool:
    """Whether two ARNs are the same user, or the same role whatever its session is called.

    Programs that assume a role often call each session differently.
    """
    return owner == caller or (_role(owner) != "" and _role(owner) == _role(caller))


def _role(arn: str) -> str:
    """The ARN of an assumed role without the session's name; empty for anything else."""
    role, slash, _ = arn.rpartition("/")
    return role if slash and ":assumed-role/" in role else ""


def told(ended: int) -> str:
    """What to say of it."""
    one = ended == 1
    were = "session of a crashed Hatchway was" if one else "sessions of a crashed Hatchway were"
    return f"{ended} {were} terminated."
