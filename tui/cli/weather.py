"""What a person in a plain terminal hears of a session whose connection is lost: a line, and one
more when it is back."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.model.plain import plain
from tui.model.session import SessionRecord, SessionState
from tui.model.store import Change, Store


@contextmanager
def reported(store: Store, write: Callable[[str], object] | None = None) -> Iterator[None]:
    """Reports the connections of all sessions in the store, on stderr."""
    stop = store.listen(Weather(store, write or sys.stderr.write).hear)
    try:
        yield
    finally:
        stop()


class Weather:
    """Remembers what was said last of each session, so that it is said once."""

    def __init__(self, store: Store, write: Callable[[str], object]) -> None:
        self._store = store
        self._write = write
        self._said: dict[int, str] = {}

    def hear(self, change: Change) -> None:
        """The store has changed."""
        if change.sessions:
            for record in self._store.sessions():
                self._report(record)

    def _report(self, record: SessionRecord) -> None:
        name = plain(record.title)
        if record.state is SessionState.RECONNECTING:
            trouble = plain(record.trouble)
            if self._said.get(record.number) != trouble:
                self._said[record.number] = trouble
                self._say(f"{name}: {trouble} Reconnecting …")
        elif self._said.pop(record.number, "") and record.state is SessionState.OPEN:
            self._say(f"{name}: connected again.")

    def _say(self, text: str) -> None:
        """One line, also in a terminal that is raw and in the middle of a line."""
        start, end = ("\r\n", "\r\n") if sys.stderr.isatty() else ("", "\n")
        self._write(f"{start}hatchway: {text}{end}")
