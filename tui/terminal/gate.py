"""The gate in front of the engine: it lets only whole, bounded control sequences through.

An engine that is handed half of a long control string looks through all of it again with each
further piece; a string of 5 MB that never ends takes half a minute that way. So the gate holds an
unfinished sequence itself, looks at each character once, and forgets a sequence that grows over
its limit, up to and including its end.
"""

import re

LONGEST_STRING = 64 * 1024
"""Characters in an OSC or DCS string; a longer one is dropped."""

LONGEST_CSI = 256
"""Characters in a CSI sequence; a longer one is dropped."""

# Text and whole short sequences, in one sweep: nearly all that programs write.
_HARMLESS = re.compile(
    r"(?:[^\x1b\x90\x98\x9b\x9d\x9e\x9f]++"
    r"|\x1b\[[0-?]{0,64}+[ -/]{0,4}+[@-~]"
    r"|\x1b[^\x1b\[\]P_^X])*+"
)
_INTRODUCER = re.compile(r"\x1b[\[\]P_^X]|[\x90\x98\x9b\x9d\x9e\x9f]|\x1b\Z")
_STRING_END = re.compile(r"[\x07\x18\x1a\x1b\x9c]")
_CSI_END = re.compile(r"[@-~\x18\x1a\x1b]")
_CSI_STARTS = ("\x1b[", "\x9b")
_OSC_STARTS = ("\x1b]", "\x9d")
_DCS_STARTS = ("\x1bP", "\x90")


class Gate:
    """Cuts a stream of text where the engine may take it; see the module."""

    def __init__(self) -> None:
        self._start = ""
        self._held: list[str] = []
        self._held_length = 0
        self._escape = False

    def reset(self) -> None:
        """Forget whatever is held."""
        self._start = ""
        self._held = []
        self._held_length = 0
        self._escape = False

    def let_through(self, text: str) -> str:
        """The part of the stream that is whole, given its next piece; the rest is held back."""
        if self._escape:
            text = "\x1b" + text
            self._escape = False
        passed: list[str] = []
        position = 0
        while position < len(text):
            if self._start:
                position = self._inside(text, position, passed)
            else:
                position = self._outside(text, position, passed)
        return "".join(passed)

    def _outside(self, text: str, position: int, passed: list[str]) -> int:
        harmless = _HARMLESS.match(text, position)
        if harmless and harmless.end() > position:
            passed.append(harmless.group())
            return harmless.end()
        found = _INTRODUCER.search(text, position)
        if found is None:
            passed.append(text[position:] if position else text)
            return len(text)
        passed.append(text[position : found.start()])
        if found.group() == "\x1b":
            self._escape = True
        else:
            self._start = found.group()
        return found.end()

    def _inside(self, text: str, position: int, passed: list[str]) -> int:
        csi = self._start in _CSI_STARTS
        found = (_CSI_END if csi else _STRING_END).search(text, position)
        if found is None:
            self._hold(text[position:], LONGEST_CSI if csi else LONGEST_STRING)
            return len(text)
        end = found.group()
        if end == "\x1b" and not csi and found.end() == len(text):
            # The first half of a string terminator may have arrived without the second.
            self._hold(text[position : found.start()], LONGEST_STRING)
            self._escape = True
            return len(text)
        self._hold(text[position : found.start()], LONGEST_CSI if csi else LONGEST_STRING)
        if csi:
            return self._end_csi(found, passed)
        return self._end_string(text, found, passed)

    def _hold(self, piece: str, limit: int) -> None:
        self._held_length += len(piece)
        if self._held_length > limit:
            self._held.clear()
        else:
            self._held.append(piece)

    def _end_csi(self, found: re.Match[str], passed: list[str]) -> int:
        whole = self._start + "".join(self._held) + found.group()
        fits = self._held_length <= LONGEST_CSI
        self.reset()
        if found.group() in "\x18\x1a":
            return found.end()
        if found.group() == "\x1b":
            return found.start()
        if fits:
            passed.append(whole)
        return found.end()

    def _end_string(self, text: str, found: re.Match[str], passed: list[str]) -> int:
        start, body, fits = self._start, "".join(self._held), self._held_length <= LONGEST_STRING
        self.reset()
        if found.group() in "\x18\x1a":
            return found.end()
        end = found.end()
        if found.group() == "\x1b":
            if text[end] != "\\":
                return found.start()
            end += 1
        # Only numbered OSC and DCS strings have a meaning here. The engine would also take the
        # Linux console's "OSC R" and "OSC P", which have no terminator and swallow text.
        if fits and (start in _DCS_STARTS or (start in _OSC_STARTS and body[:1].isdigit())):
            passed.append(start + body + "\x1b\\")
        return end
