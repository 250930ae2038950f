"""The user's AWS configuration, read once however many profiles it has.

Each session of botocore reads and parses all of it for itself, and registers some hundred handlers.
With some hundred profiles, each of which is a session, that would take minutes.
"""

from pathlib import Path
from typing import Any

import botocore.session
from aiobotocore.hooks import AioHierarchicalEmitter
from aiobotocore.session import AioSession

Parsed = dict[str, Any]
"""As botocore's `Session.full_config` has it."""
_Stamp = tuple[tuple[str, int, int], ...]


class Configuration:
    """Reads the files again when they have changed."""

    def __init__(self) -> None:
        self._paths = botocore.session.Session(include_builtin_handlers=False)
        self._stamp: _Stamp | None = None
        self._parsed: Parsed = {}
        self._hooks = AioHierarchicalEmitter()
        # It registers botocore's own handlers, which takes longer than all else in a session.
        AioSession(event_hooks=self._hooks)

    def parsed(self) -> Parsed:
        """All profiles; raises botocore's errors. Blocking, but for what the files' dates take."""
        stamp = tuple(
            _stamp(self._paths.get_config_variable(name))
            for name in ("config_file", "credentials_file")
        )
        if stamp != self._stamp:
            session = botocore.session.Session(include_builtin_handlers=False)
            self._parsed = session.full_config
            self._stamp = stamp
        return self._parsed

    def session(self, profile: str) -> "ConfiguredSession":
        """A session of that profile, or of what the environment says when it is empty."""
        return ConfiguredSession(self.parsed(), profile or None, self._hooks)


class ConfiguredSession(AioSession):  # type: ignore[misc]  # aiobotocore has no types
    """A session that is told what the configuration says.

    Clients copy the session's hooks, so sessions may share them.
    """

    def __init__(self, parsed: Parsed, profile: str | None, hooks: AioHierarchicalEmitter) -> None:
        self._told = parsed
        super().__init__(event_hooks=hooks, include_builtin_handlers=False, profile=profile)

    @property
    def full_config(self) -> Parsed:
        """What it was told; botocore's own would read it from the files."""
        return self._told


def _stamp(path: str | None) -> tuple[str, int, int]:
    """A file's name, date and size; zeros for one that is not there."""
    try:
        found = Path(path or "").expanduser().stat()
    except (OSError, RuntimeError):
        return (path or "", 0, 0)
    return (path or "", found.st_mtime_ns, found.st_size)
