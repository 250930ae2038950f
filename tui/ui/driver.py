"""Textual's driver for Unix terminals, but Esc arrives as soon as the wait for more is over.

Textual (8.2) looks whether it is over only when something is typed, and every 100 ms. So Esc takes
100 ms whatever `ESCDELAY` says, in every dialog and in every vim of a session.
"""

import os
import selectors
from codecs import getincrementaldecoder
from typing import Protocol, runtime_checkable

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import InputEvent
from textual.message import Message

from tui.watch.hurry import Hurry

_READ = 4096
"""Octets that are read at once, at most."""
_REST = 0.1
"""Seconds between two looks whether the program ends."""


@runtime_checkable
class Hurried(Protocol):
    """An app in which some make room for a key that is on its way."""

    hurry: Hurry


class UnixDriver(LinuxDriver):
    """Reads the keyboard, in a thread of its own."""

    def process_message(self, message: Message) -> None:
        """Hand over what was read; of what a person does, the others hear at once."""
        if isinstance(message, InputEvent) and isinstance(self._app, Hurried):
            self._app.hurry.begins()
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Hand over what is typed until the program ends."""
        parser = XTermParser(self._debug)
        decoder = getincrementaldecoder("utf-8")(errors="replace")
        wait = _REST
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(wait):
                    typed = os.read(self.fileno, _READ)
                    if not typed:  # nobody will type any more, and select would say so all the time
                        self.exit_event.wait(_REST)
                        continue
                    if text := decoder.decode(typed):  # to feed nothing is to say that it has ended
                        for message in parser.feed(text):
                            self.process_message(message)
                    wait = constants.ESCAPE_DELAY  # it may have ended with an Esc
                else:
                    wait = _REST
                for message in parser.tick():
                    self.process_message(message)
