"""The embedded terminal: a session's screen, and everything typed, pasted or clicked in it."""

from collections.abc import Callable

from textual import events
from textual.message import Message

from tui.terminal.keys import encode_focus, encode_key, encode_paste
from tui.ui.widgets.terminal_pointer import TerminalPointer
from tui.ui.widgets.terminal_prefix import (
    CANCEL,
    FIRST_PREFIX,
    SECOND_PREFIX,
    Prefix,
    PrefixKey,
)


class Terminal(TerminalPointer):
    """An embedded terminal with a keyboard and a mouse.

    Every key goes to the remote but the prefix, and what follows that one is posted as a message.
    The scrollback is read with shift and Page Up, Page Down, Up, Down, Home and End, or with the
    wheel. The mouse belongs to the remote as long as it asks for it; with shift, and always when
    it does not, dragging marks text and posts `Copied`.
    """

    class Detached(Message):
        """The person goes back to the tree; the session goes on."""

    class CloseRequested(Message):
        """The person wants the session closed."""

    class NextRequested(Message):
        """The person wants the next session."""

    class ZoomRequested(Message):
        """The person wants the terminal to fill the window, or no longer to."""

    class RecordRequested(Message):
        """The person wants the session recorded, or no longer."""

    class SessionChosen(Message):
        """The person wants the session with that number, 1 to 9."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class PrefixChanged(Message):
        """The prefix was pressed, or what followed it."""

        def __init__(self, active: bool) -> None:
            super().__init__()
            self.active = active

    def __init__(
        self,
        *,
        send: Callable[[bytes], None],
        resize: Callable[[int, int], None],
        pause: Callable[[], None] | None = None,
        resume: Callable[[], None] | None = None,
        prefix: str = FIRST_PREFIX,
        second_prefix: str = SECOND_PREFIX,
        scrollback: int = 2000,
    ) -> None:
        super().__init__(
            send=send, resize=resize, pause=pause, resume=resume, scrollback=scrollback
        )
        self._prefix = Prefix((prefix, second_prefix), _prefix_keys())

    # the keyboard

    def on_key(self, event: events.Key) -> None:
        """Give a key to the prefix, the scrollback or the remote, in that order."""
        event.stop()
        event.prevent_default()
        if self._prefix.active:
            self._follow_prefix(event.key)
        elif event.key in self._prefix.keys:
            self._switch_prefix(on=True)
        elif not self._scroll_by_key(event.key):
            self._type(event.key, event.character)

    def _follow_prefix(self, key: str) -> None:
        message = self._prefix.message(key)
        if message is not None:
            self._switch_prefix(on=False)
            self.post_message(message)
        elif key in self._prefix.keys:
            self._switch_prefix(on=False)
            self._type(key, None)
        elif key == CANCEL:
            self._switch_prefix(on=False)

    def _switch_prefix(self, *, on: bool) -> None:
        self._prefix.active = on
        self._hint_text = self._prefix.hint if on else ""
        self._repaint_note()
        self.post_message(self.PrefixChanged(on))

    def _type(self, key: str, character: str | None) -> None:
        if self.ended:
            self._leave(key)
            return
        self._say(encode_key(key, character, self._emulator.modes) or b"")

    def _leave(self, key: str) -> None:
        """After the end two keys lead away; letters do not, for they may still have been meant
        for the remote."""
        if key == "escape":
            self.post_message(self.Detached())
        elif key == "enter":
            self.post_message(self.CloseRequested())

    def on_paste(self, event: events.Paste) -> None:
        """Send pasted text, cleaned of whatever could act as keys."""
        event.stop()
        event.prevent_default()
        self._say(encode_paste(event.text, self._emulator.modes))

    def on_focus(self) -> None:
        """Tell a remote that wants to know it."""
        self._tell_focus(gained=True)

    def on_blur(self) -> None:
        """Tell a remote that wants to know it, and forget a prefix that nothing followed."""
        self._tell_focus(gained=False)
        if self._prefix.active:
            self._switch_prefix(on=False)

    def _tell_focus(self, *, gained: bool) -> None:
        report = encode_focus(gained, self._emulator.modes)
        if report and not self.ended:
            self._send_bytes(report)


def _prefix_keys() -> tuple[PrefixKey, ...]:
    return (
        PrefixKey(("d", "escape"), "d tree", lambda _: Terminal.Detached()),
        PrefixKey(("q",), "q close", lambda _: Terminal.CloseRequested()),
        PrefixKey(("tab",), "Tab next", lambda _: Terminal.NextRequested()),
        PrefixKey(tuple("123456789"), "1-9", lambda key: Terminal.SessionChosen(int(key))),
        PrefixKey(("r",), "r rec", lambda _: Terminal.RecordRequested()),
        PrefixKey(("z",), "z zoom", lambda _: Terminal.ZoomRequested()),
    )
