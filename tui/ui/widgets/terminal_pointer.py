"""Looking back and pointing: the scrollback and the mouse of the embedded terminal."""

from typing import Literal

from textual import events
from textual.message import Message

from tui.terminal.keys import Pointing, encode_key, encode_mouse
from tui.terminal.modes import Mouse
from tui.ui.widgets.terminal_selection import Place, Selection
from tui.ui.widgets.terminal_view import TerminalView

_WHEEL_ROWS = 3
_LEFT = 1
_EVERYTHING = 1_000_000
_UP, _DOWN = 1, 2


class TerminalPointer(TerminalView):
    """A terminal that can be scrolled back, and in which text can be marked.

    The mouse belongs to the remote as long as it asks for it; with shift, and always when it does
    not, dragging marks text and posts `Copied`.
    """

    class Copied(Message, namespace="terminal"):
        """The person marked text, which belongs into the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def _say(self, data: bytes) -> None:
        """Send what was typed, after which the newest output is what matters."""
        if not data or self.ended:
            return
        self._look_back(0)
        self._mark(None)
        self._send_bytes(data)

    # the scrollback

    def _scroll_by_key(self, key: str) -> bool:
        """Scroll, if it is a key for that and there is anything to scroll; whether it was."""
        page = max(1, self.size.height - 1)
        steps = {
            "shift+pageup": page,
            "shift+pagedown": -page,
            "shift+up": 1,
            "shift+down": -1,
            "shift+home": _EVERYTHING,
            "shift+end": -_EVERYTHING,
        }
        if key not in steps or self._emulator.modes.alternate_screen:
            return False
        self._look_back(self._back + steps[key])
        return True

    def _look_back(self, back: int) -> None:
        """Show the rows that begin `back` rows above the screen's top."""
        back = max(0, min(back, self._emulator.history))
        if back != self._back:
            self._back = back
            self._repaint_all()

    # the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to mark text, unless the remote wants the mouse."""
        event.stop()
        if self._point("press", event):
            return
        self._mark(None)
        if event.button == _LEFT:
            place = self._place(event)
            self._marked = Selection(place, place)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark more text or less."""
        event.stop()
        if self._marked is not None and self.app.mouse_captured is self:
            self._mark(Selection(self._marked.anchor, self._place(event)))
        else:
            self._point("move", event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Hand out the marked text; a click without a drag marks nothing."""
        event.stop()
        if self.app.mouse_captured is not self:
            self._point("release", event)
            return
        self.release_mouse()
        if self._marked is None or self._marked.anchor == self._marked.head:
            self._mark(None)
            return
        text = self._marked_text(self._marked)
        if text:
            self.post_message(self.Copied(text))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Turn the wheel back."""
        self._wheel(event, _UP, "up", _WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Turn the wheel forth."""
        self._wheel(event, _DOWN, "down", -_WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, button: int, key: str, rows: int) -> None:
        """The wheel is the remote's if it asks; a full-screen program gets arrows; else scroll."""
        event.stop()
        event.prevent_default()
        if self._point("wheel", event, button):
            return
        if self._emulator.modes.alternate_screen:
            arrow = encode_key(key, None, self._emulator.modes) or b""
            self._say(arrow * _WHEEL_ROWS)
        else:
            self._look_back(self._back + rows)

    def _point(
        self,
        action: Literal["press", "release", "move", "wheel"],
        event: events.MouseEvent,
        button: int | None = None,
    ) -> bool:
        """Tell the remote of the mouse if it asked; whether the mouse is the remote's."""
        modes = self._emulator.modes
        if modes.mouse is Mouse.OFF or event.shift or self._back or self.ended:
            return False
        at = event.get_content_offset_capture(self)
        pointing = Pointing(
            action,
            event.button if button is None else button,
            at.x,
            at.y,
            alt=event.meta,
            ctrl=event.ctrl,
        )
        if report := encode_mouse(pointing, modes):
            self._send_bytes(report)
        return True

    def _place(self, event: events.MouseEvent) -> Place:
        at = event.get_content_offset_capture(self)
        row = max(0, min(at.y, self.size.height - 1))
        column = max(0, min(at.x, self.size.width - 1))
        return self._emulator.scrolled + row - self._back, column

    def _mark(self, selection: Selection | None) -> None:
        if selection != self._marked:
            self._marked = selection
            self._repaint_all()

    def _marked_text(self, selection: Selection) -> str:
        (top, left), (bottom, right) = selection.ordered
        first = self._emulator.scrolled
        return self._emulator.text((top - first, left), (bottom - first, right))
