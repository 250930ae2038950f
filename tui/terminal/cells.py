"""What a screen is made of: colours, styles, runs of text, and characters that are safe to draw."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

Colour = int | str | None
"""A palette index (0-255), an exact colour as "#rrggbb", or None for the terminal's own default."""

REPLACEMENT = "\ufffd"
"""Stands for a character that may not be drawn."""

_LONGEST_CLUSTER = 16
"""Code points drawn in one cell; a remote may pile hundreds of marks onto one letter."""

_JOINER = "\u200d"
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, invisible format characters (among them the bidirectional overrides, which would
turn round the text beside the terminal), lone surrogates, and line and paragraph separators."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of cells looks; a plain value, so that it can key a cache."""

    foreground: Colour = None
    background: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    blink: bool = False
    reverse: bool = False
    conceal: bool = False
    strike: bool = False
    overline: bool = False


PLAIN = Style()
"""The style of a cell that nobody has written to."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells of one style.

    Either every code point of `text` fills one cell, or `cluster` is set and `text` is one glyph
    (a wide character, or a letter with its marks) that fills `width` cells, one or two.
    """

    text: str
    style: Style
    width: int
    cluster: bool = False


@lru_cache(maxsize=4096)
def safe(glyph: str) -> str:
    """One cell's text without anything that could act on the terminal it is drawn in.

    A glyph made only of unsafe characters becomes the replacement character. The joiner stays
    inside a cluster, where it makes one emoji out of several.
    """
    if len(glyph) == 1:
        return REPLACEMENT if unicodedata.category(glyph) in _UNSAFE else glyph
    kept = "".join(
        char
        for char in glyph[:_LONGEST_CLUSTER]
        if char == _JOINER or unicodedata.category(char) not in _UNSAFE
    )
    return kept.strip(_JOINER) or REPLACEMENT


def one_line(text: str, limit: int) -> str:
    """Text of the remote as one harmless line of at most `limit` characters, for titles."""
    cut = text[: limit * 4]
    kept = "".join(char for char in cut if unicodedata.category(char) not in _UNSAFE)
    return " ".join(kept.split())[:limit]
