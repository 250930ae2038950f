"""Text from outside made safe to show: one line that draws what it says.

Names come from AWS and may hold anything that a tag may hold. What could move the cursor, turn the
writing direction or hide is replaced by something that can be seen.
"""

import unicodedata
from functools import lru_cache

LONGEST = 1024
"""Characters of a text that are looked at; no line on a screen is longer."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by category that are drawn as nothing: Hangul fillers, braille blank."""

_MARKS = 2
"""Combining marks allowed on one character; more would pile up without taking a cell."""

_CONTROL_PICTURES = 0x2400


def plain(text: str) -> str:
    """`text` as one line that draws what it says.

    Control characters become control pictures; bidirectional overrides, zero-width and other
    invisible characters, lone surrogates and piled-up marks become U+FFFD. At most `LONGEST`
    characters are kept.
    """
    text = text[:LONGEST]
    if text.isascii() and text.isprintable():
        return text
    return _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    out: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        out.append(REPLACEMENT if marks > _MARKS else _shown(character))
    return "".join(out)


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category[0] in "CZ" or character in _INVISIBLE or "\ufe00" <= character <= "\ufe0f":
        return REPLACEMENT
    return character
