"""Reads what a Textual program paints, as far as it takes to see a cursor move.

A terminal emulator in Python would cost more than the program that is measured. Textual always goes
to a place, then writes runs of text, each with its whole style in front; so the text painted on a
background is found with one regular expression, and the cursor's row is the text on the cursor's
background. A row that is painted again for another reason has the same text, so a cursor has moved
when another name stands on its colour.
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    rb"\x1b\[(?P<y>\d+);(?P<x>\d+)H|\x1b\[(?P<style>[\d;]*)m|\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^\[\]]|(?P<text>[^\x1b]+)(?=\x1b)"
)
_PLAIN = b""
_LONGEST_TAIL = 1 << 16


@dataclass(slots=True)
class Run:
    """Text in one go on one background."""

    y: int
    x: int
    """Where its line was begun; the top left is 1, 1."""
    background: bytes
    text: str


@dataclass(slots=True)
class Painted:
    """`feed` gives the runs that are finished with these bytes."""

    lines: dict[int, dict[bytes, str]] = field(default_factory=dict)
    """By line, what was painted last from the first column on, by background."""
    texts: dict[int, str] = field(default_factory=dict)
    """By line, all that was painted last from the first column on; set once it is complete."""
    _line: list[str] = field(default_factory=list)
    _tail: bytes = b""
    _at: tuple[int, int] = (0, 0)
    _background: bytes = _PLAIN
    _pieces: list[bytes] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)

    def feed(self, data: bytes) -> list[Run]:
        """Take in what came from the pty."""
        data = self._tail + data
        end = 0
        for token in _TOKEN.finditer(data):
            if token.start() != end:
                break
            end = token.end()
            self._take(token)
        self._tail = data[end:][-_LONGEST_TAIL:]
        done, self._runs = self._runs, []
        return done

    @property
    def rest(self) -> str:
        """What is not finished yet; after a crash, the traceback."""
        return self._tail.decode(errors="replace")

    def _take(self, token: re.Match[bytes]) -> None:
        if (text := token["text"]) is not None:
            self._pieces.append(text)
        elif (style := token["style"]) is not None:
            background = background_of(style)
            # a reset between two runs of one colour does not part them
            if style not in {b"", b"0"} and background != self._background:
                self._finish()
                self._background = background
        elif token["y"] is not None:
            self._finish()
            self._begin(int(token["y"]), int(token["x"]))

    def _begin(self, y: int, x: int) -> None:
        if self._line:
            self.texts[self._at[0]] = "".join(self._line)
            self._line = []
        self._at = y, x
        if x == 1:
            self.lines[y] = {}

    def _finish(self) -> None:
        if not self._pieces:
            return
        y, x = self._at
        text = b"".join(self._pieces).decode(errors="replace")
        self._pieces = []
        run = Run(y, x, self._background, text)
        self._runs.append(run)
        if x == 1:
            self._line.append(text)
            line = self.lines.setdefault(y, {})
            line[run.background] = line.get(run.background, "") + text


def background_of(style: bytes) -> bytes:
    """The part of an SGR sequence that sets the background."""
    words = style.split(b";")
    found = _PLAIN
    at = 0
    while at < len(words):
        word = words[at]
        wide = {b"2": 5, b"5": 3}.get(words[at + 1] if at + 1 < len(words) else b"", 1)
        if word == b"48":
            found = b";".join(words[at : at + wide])
        elif len(word) == 2 and word.startswith(b"4") and word != b"49":
            found = word
        at += wide if word in {b"38", b"48"} else 1
    return found


def name_of(text: str) -> str:
    """The name in a row of the tree: what stands before the first gap between columns."""
    words = re.split(r"\s{2,}", text.strip().lstrip("│├└─▾▸▼▶ "), maxsplit=1)
    return words[0]
