"""A lost connection is one line, each new reason another, and its return the last."""

from dataclasses import replace

from tui.cli.weather import reported
from tui.model.session import SessionKind, SessionRecord, SessionState
from tui.model.store import Store

RECORD = SessionRecord(
    number=1, kind=SessionKind.SHELL, title="app", address="", state=SessionState.OPEN
)


def test_each_thing_is_said_once() -> None:
    store, said = Store(), list[str]()
    store.put_session(RECORD)
    lost = replace(RECORD, state=SessionState.RECONNECTING, trouble="The data channel broke.")
    with reported(store, said.append):
        store.put_session(lost)
        store.put_session(replace(lost, attempts=1))
        store.put_session(replace(lost, attempts=2, trouble="The login has \x1b[2Jexpired."))
        store.put_session(RECORD)
        store.put_session(replace(RECORD, number=2))
    store.put_session(lost)
    assert [line.strip() for line in said] == [
        "hatchway: app: The data channel broke. Reconnecting …",
        "hatchway: app: The login has ␛[2Jexpired. Reconnecting …",
        "hatchway: app: connected again.",
    ]


def test_what_is_over_is_not_connected_again() -> None:
    store, said = Store(), list[str]()
    with reported(store, said.append):
        store.put_session(replace(RECORD, state=SessionState.RECONNECTING, trouble="Lost."))
        store.put_session(replace(RECORD, state=SessionState.CLOSED))
    assert len(said) == 1
