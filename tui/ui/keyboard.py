"""The keyboard made fit for a terminal inside a terminal.

Textual is written for forms: it reads Esc and a letter as keys of its own, and waits long after
Esc. Nothing here imports Textual by itself, because the wait has to be set before anything does.
(The keys that Textual keeps whoever has the focus, ctrl+q and ctrl+p, the app itself gives up.)
"""

import os

ESCAPE_DELAY_MS = 25
"""How long to wait whether more follows an Esc; vim feels slow with Textual's 100 ms."""

_STARTS_OF_SEQUENCES = frozenset("[O")
"""What begins a longer sequence after Esc, CSI and SS3, and so cannot be an alt key itself."""


def prepare_environment() -> None:
    """Shorten the wait after Esc, unless the person chose one. To be called before Textual is
    imported for the first time.
    """
    os.environ.setdefault("ESCDELAY", str(ESCAPE_DELAY_MS))


def mend_alt_keys() -> None:
    """Make Alt with a character arrive as that key.

    A terminal without the kitty keyboard protocol sends Esc and the character. Textual (8.2) has
    some of these pairs in its table as other keys: Alt+B as ctrl+left, Alt+Backspace as ctrl+w,
    Alt+1 as an inverted exclamation mark. Here every pair becomes alt and the key. The table is
    private to Textual, so tests/ui/test_keyboard.py watches over it.
    """
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

    if not isinstance(ANSI_SEQUENCES_KEYS, dict):
        return
    ANSI_SEQUENCES_KEYS.update(_alt_sequences())


class _AltKey(str):
    """A key's name in the form in which Textual's table holds them: it asks for a `value`."""

    __slots__ = ()

    @property
    def value(self) -> str:
        return str(self)


def _alt_sequences() -> dict[str, tuple[_AltKey, ...]]:
    from textual.keys import _character_to_key

    names = {"\x7f": "backspace", "\x08": "backspace", "\r": "enter", " ": "space"}
    for code in range(ord("!"), ord("~") + 1):
        character = chr(code)
        if character.isupper():
            names[character] = f"shift+{character.lower()}"
        else:
            names[character] = _character_to_key(character)
    return {
        f"\x1b{character}": (_AltKey(f"alt+{name}"),)
        for character, name in names.items()
        if character not in _STARTS_OF_SEQUENCES
    }


def key_name(shown: str) -> str:
    """Textual's name of a key as a person writes it: `ctrl+]` is `ctrl+right_square_bracket`."""
    from textual.keys import _character_to_key

    before, plus, last = shown.strip().lower().rpartition("+")
    return before + plus + (_character_to_key(last) if len(last) == 1 else last)
