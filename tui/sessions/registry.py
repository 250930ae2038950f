"""Which sessions are open, written down for the next start to find after a crash or kill -9.

There is one small file for each session, in the state folder, locked for as long as this process
lives (`tui.sessions.lockfile`) and gone when the session is over:

    line 1   before AWS is asked: where, on what, and a mark that only this session has
    line 2   as soon as AWS has answered: the session's id

A process that is killed between the two leaves a session whose id nobody wrote down. The mark
finds it: it is in the `Reason` that AWS keeps of a StartSession. ExecuteCommand takes no reason;
what then counts as ours is in `tui.sessions.reaper`. There is never a token or a credential here.
"""

import json
import logging
import os
import platform
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tui.model.wish import ExecuteCommand, StartSession, Ticket, Wish
from tui.sessions.lockfile import LONGEST, LockFile, claim, make
from tui.sessions.socket_files import SocketFiles

FOLDER = "sessions"
"""Below the state folder."""
_SUFFIX = ".session"
_MOST = 1_000
"""Files that one start looks at."""
_LONGEST_TEXT = 1_024
_LONGEST_REASON = 256
"""Characters that AWS takes."""
_SESSION_ID = re.compile(r"[A-Za-z0-9_.@=+,-]{1,96}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is written down of a session."""

    account: str
    """The address of the account, which names the profile; empty for the default credentials."""
    region: str
    target: str
    """The Systems Manager target; of a container without the runtime id it ends in `_`."""
    endpoint: str
    """The endpoint that was given instead of AWS's own, if any."""
    mark: str
    """What the session's reason holds; empty when it could not be given one."""
    started_at: float
    """When AWS was asked, in seconds since the epoch."""
    host: str
    pid: int
    session_id: str = ""
    """Empty while AWS has not answered."""


class Entry:
    """The record of one session, until it is over."""

    def __init__(self, file: LockFile, record: Record) -> None:
        self._file = file
        self.record = record

    def answered(self, ticket: Ticket) -> None:
        """AWS has started the session."""
        self.record = replace(
            self.record,
            session_id=ticket.session_id,
            region=ticket.region,
            target=ticket.target or self.record.target,
        )
        answer = {"session_id": ticket.session_id, "region": ticket.region, "target": ticket.target}
        try:
            self._file.append(json.dumps(answer).encode())
        except OSError as error:
            _log.warning("session %s is not written down: %s", ticket.session_id, error)

    def over(self) -> None:
        """There is no such session any more, or there never was."""
        try:
            self._file.remove()
        except OSError as error:
            _log.warning("%s cannot be removed: %s", self._file.path, error)

    def leave(self) -> None:
        """Whether there is such a session is for the next start to find out."""
        self._file.release()


class Registry:
    """The records of this process, and those that dead processes left."""

    def __init__(self, state: Path, endpoint: str = "") -> None:
        """`state` is the state folder; `endpoint` what was given instead of AWS's own."""
        self._folder = state / FOLDER
        self.endpoint = endpoint
        self.sockets = SocketFiles(state)
        """The unix sockets of forwards, written down in the same way."""

    def enter(self, wish: Wish) -> tuple[Entry | None, Wish]:
        """Write down what AWS is about to be asked for; the wish comes back with its mark.

        Without an entry, for a disk that is full or read-only, the session works all the same.
        """
        mark = f"hatchway {secrets.token_hex(10)}"
        marked = _marked(wish, mark)
        record = Record(
            account=wish.account,
            region=wish.region,
            target=_target(wish),
            endpoint=self.endpoint,
            mark=mark if marked != wish else "",
            started_at=time.time(),
            host=platform.node(),
            pid=os.getpid(),
        )
        try:
            file = self._new_file()
            file.append(json.dumps(asdict(record)).encode())
        except OSError as error:
            _log.warning("sessions cannot be written down: %s", error)
            return None, wish
        return Entry(file, record), marked

    def left_behind(self) -> Iterator[Entry]:
        """What dead processes left, oldest first, each for nobody else until it is left again.

        What cannot be read is taken away; what belongs to another computer stays.
        """
        for path in self._files():
            try:
                file = claim(path)
            except OSError as error:
                _log.warning("%s is no record of a session: %s", path, error)
                _discard(path)
                continue
            if file is None:
                continue
            record = read(file.read())
            if record is None:
                _log.warning("%s cannot be read and is removed", path)
                file.remove()
            elif record.host != platform.node():
                file.release()
            else:
                yield Entry(file, record)

    def known(self) -> list[Record]:
        """All records that can be read, of the living and of the dead."""
        found = []
        for path in self._files():
            try:
                with path.open("rb") as opened:
                    record = read(opened.read(LONGEST + 1))
            except OSError:
                continue
            if record:
                found.append(record)
        return found

    def _files(self) -> list[Path]:
        try:
            found = [p for p in self._folder.iterdir() if p.suffix == _SUFFIX]
        except OSError:
            return []
        plain = [path for path in found if path.is_file() or path.is_symlink()]
        return sorted(plain, key=_age)[:_MOST]

    def _new_file(self) -> LockFile:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            made = make(self._folder / f"{secrets.token_hex(12)}{_SUFFIX}")
            if made:
                return made


def read(content: bytes) -> Record | None:
    """The record that a file holds; None when it holds none.

    A second line that was not written to its end counts as not written.
    """
    first, _, rest = content.partition(b"\n")
    given = _object(first)
    if given is None or len(content) > LONGEST:
        return None
    second = _object(rest.partition(b"\n")[0]) or {}
    allowed = {"session_id", "region", "target"}
    given = given | {name: value for name, value in second.items() if name in allowed}
    try:
        record = Record(
            account=_text(given, "account"),
            region=_text(given, "region"),
            target=_text(given, "target"),
            endpoint=_text(given, "endpoint"),
            mark=_text(given, "mark"),
            started_at=_number(given, "started_at"),
            host=_text(given, "host"),
            pid=int(_number(given, "pid")),
            session_id=_text(given, "session_id"),
        )
    except ValueError:
        return None
    if record.session_id and not _SESSION_ID.fullmatch(record.session_id):
        return None
    return record


def _object(line: bytes) -> dict[str, object] | None:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT and value.isprintable():
        return value
    raise ValueError(name)


def _number(given: Mapping[str, object], name: str) -> float:
    value = given.get(name)
    if isinstance(value, int | float) and 0 <= value < 2**40:
        return float(value)
    raise ValueError(name)


def _marked(wish: Wish, mark: str) -> Wish:
    """The wish with the mark in its reason, where it takes one that long."""
    if not isinstance(wish, StartSession):
        return wish
    reason = f"{wish.reason} ({mark})" if wish.reason else mark
    return replace(wish, reason=reason) if len(reason) <= _LONGEST_REASON else wish


def _target(wish: Wish) -> str:
    if isinstance(wish, ExecuteCommand):
        cluster, task = wish.cluster.rpartition("/")[2], wish.task.rpartition("/")[2]
        return f"ecs:{cluster}_{task}_{wish.runtime_id}"
    return wish.target


def _age(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
