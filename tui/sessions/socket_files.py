"""Unix socket files that are open, written down for the next start to remove after kill -9.

One small locked file for each (`tui.sessions.lockfile`) holds the path and which file it was, so
that nothing else that stands there by then is ever touched.
"""

import json
import logging
import secrets
import stat
from pathlib import Path

from tui.sessions.lockfile import LockFile, claim, make

FOLDER = "sockets"
"""Below the state folder."""
_SUFFIX = ".socket"
_MOST = 1_000
"""Files that one start looks at."""

_log = logging.getLogger(__name__)


class SocketFiles:
    """The unix sockets of this process, and those that dead processes left."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER

    def note(self, path: Path) -> LockFile | None:
        """Write down that the socket at `path` is ours; None where nothing can be written."""
        try:
            found = path.lstat()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = make(self._folder / f"{secrets.token_hex(12)}{_SUFFIX}")
            if file:
                file.append(json.dumps([str(path), found.st_dev, found.st_ino]).encode())
        except OSError as error:
            _log.warning("the socket %s is not written down: %s", path, error)
            return None
        return file

    def clear(self) -> None:
        """Remove the sockets of dead processes, as long as they are still the same files."""
        try:
            notes = [p for p in self._folder.iterdir() if p.suffix == _SUFFIX][:_MOST]
        except OSError:
            return
        for path in notes:
            try:
                note = claim(path)
                if note is not None:
                    _remove(note.read())
                    note.remove()
            except OSError as error:
                _log.warning("%s cannot be cleared away: %s", path, error)


def _remove(note: bytes) -> None:
    try:
        path, device, inode = json.loads(note)
        found = Path(path).lstat()
    except (ValueError, TypeError, RecursionError, OSError):
        return  # no note of ours, or the socket is gone
    if stat.S_ISSOCK(found.st_mode) and (found.st_dev, found.st_ino) == (device, inode):
        Path(path).unlink(missing_ok=True)
