"""Small files that the system keeps locked for as long as their process lives.

The lock goes with the process, however that ends: kill -9 and power loss included, and no process
number that is used again can be mistaken for its owner. Whoever gets the lock of a file that
somebody else made knows that its maker is dead, and that nobody else is cleaning up after it.
"""

import os
import stat
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LONGEST = 16_384
"""Octets that such a file may have."""
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FAR = 1 << 30
"""Where Windows locks an octet: not where somebody wants to read."""


class LockFile:
    """A file that is open and locked by this process."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd

    def append(self, line: bytes) -> None:
        """Write a line at the end, in one call, so that it is there as a whole or not."""
        os.write(self._fd, line + b"\n")

    def read(self) -> bytes:
        """All of it, up to `LONGEST` octets and one."""
        os.lseek(self._fd, 0, os.SEEK_SET)
        return os.read(self._fd, LONGEST + 1)

    def release(self) -> None:
        """Let go of it; the file stays."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def remove(self) -> None:
        """Let go of it, and take it away."""
        if self._fd < 0:
            return
        if sys.platform == "win32":  # open files cannot be removed there
            self.release()
        self.path.unlink(missing_ok=True)
        self.release()


def make(path: Path) -> LockFile | None:
    """A new, empty file with mode 0600, locked; None when somebody took it for a dead one's.

    Raises OSError when there cannot be one.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | _NO_FOLLOW
    return _locked(path, os.open(path, flags, 0o600))


def claim(path: Path) -> LockFile | None:
    """Somebody else's file, locked; None when its maker lives, or somebody else was faster.

    Raises OSError for what cannot be opened or locked, and is no plain file of this user alone.
    """
    fd = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | _NO_FOLLOW)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or not _is_private(found):
        os.close(fd)
        raise PermissionError(f"{path.name} is not a file of this user alone")
    return _locked(path, fd)


def _is_private(found: os.stat_result) -> bool:
    if sys.platform == "win32":
        return True
    return found.st_uid == os.getuid() and found.st_mode & 0o077 == 0 and found.st_nlink == 1


def _locked(path: Path, fd: int) -> LockFile | None:
    try:
        _lock(fd)
        if _is_still_there(path, fd):
            return LockFile(path, fd)
    except BlockingIOError:
        pass
    except OSError:
        os.close(fd)
        raise
    os.close(fd)
    return None


def _lock(fd: int) -> None:
    if sys.platform == "win32":
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still_there(path: Path, fd: int) -> bool:
    """Whether the path still means this file: between opening and locking it may have gone."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(fd))
    except FileNotFoundError:
        return False
