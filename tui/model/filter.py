"""The filter language: what a person types to say which resources are meant.

Words are set apart by spaces and all must hold; upper and lower case are the same.

    api                a part of the resource's text: its address, its name, its private address …
    status:running     a column has the value in it; a clear beginning of a column's name will do
    status:=RUNNING    the column is the value
    age:<10m           younger than ten minutes; also > <= >= and s m h d w
    tag:team           a tag with this in its key
    tag:team=pay       the tag of this key has the value in it; tag:team==pay is the value
    !word              not; before any of these
    "two words"        one word with a space, or with a colon that names no column

A plain word that is part of no text in the whole fleet is looked for by its letters, see
`tui.model.fuzzy`: as soon as it is part of one, only these count. So what is typed in full is
never drowned in what merely looks like it. Only an index knows the whole fleet; without one,
words are parts of texts.
"""

import difflib
import re

from tui.errors import Trouble, WrongUse
from tui.model.columns import AGE, COLUMNS, TAG, Lookup
from tui.model.resource import Resource
from tui.model.terms import COMPARE, Aged, Having, Nonsense, Tagged, Term, Word

LONGEST = 4096
"""Characters of a filter."""
MOST = 32
"""Words of a filter."""

_TOKENS = re.compile(r'(?:"[^"]*"?|[^\s"])+')
_COLUMN = re.compile(r"([a-z]+):(.*)", re.DOTALL)
_AGE = re.compile(r"(<=|>=|<|>)(\d{1,9}(?:\.\d{1,9})?)([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAMES = (*COLUMNS, AGE, TAG)


def nowhere(_: str) -> Resource | None:
    """Knows no resource."""
    return None


class Filter:
    """Words that must all hold, and words that must not, read from a text.

    It never fails: what cannot be understood is in `trouble`, and then nothing matches. The
    empty filter matches everything. `now` is what ages are counted to, in seconds since the epoch.
    """

    def __init__(self, text: str, *, now: float = 0.0) -> None:
        self.wanted: tuple[Term, ...] = ()
        self.unwanted: tuple[Term, ...] = ()
        self.trouble: Trouble | None = None
        """What is wrong with the text, for a person."""
        try:
            self._read(text.casefold(), now)
        except WrongUse as trouble:
            self.trouble = trouble
            self.wanted, self.unwanted = (Nonsense(text),), ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def matches(self, resource: Resource, lookup: Lookup = nowhere) -> bool:
        """Whether all words hold of the resource, given a way to find what is above it."""
        return all(term.holds(resource, lookup) for term in self.wanted) and not any(
            term.holds(resource, lookup) for term in self.unwanted
        )

    def _read(self, text: str, now: float) -> None:
        tokens = _TOKENS.findall(text) if len(text) <= LONGEST else ()
        if len(text) > LONGEST or len(tokens) > MOST:
            raise WrongUse("The filter is too long.", f"At most {MOST} words, please.")
        read = [(token.startswith("!"), _term(token.removeprefix("!"), now)) for token in tokens]
        # repeated words say nothing more
        self.wanted = tuple(dict.fromkeys(t for no, t in read if t and not no))
        self.unwanted = tuple(dict.fromkeys(t for no, t in read if t and no))


def _term(token: str, now: float) -> Term | None:
    """What a token means; nothing if nothing is in it. Raises WrongUse."""
    text = _CONTROL.sub(" ", token.replace('"', ""))
    named = _COLUMN.fullmatch(text) if not token.startswith('"') else None
    if named is None:
        return Word(text) if text else None
    column, value = _column(named[1]), named[2]
    if column == AGE:
        return _aged(value, now)
    if column == TAG:
        return _tagged(value)
    return Having(column, value.removeprefix("="), exact=value.startswith("="))


def _column(name: str) -> str:
    """The column that is meant by the beginning of its name."""
    if name in _NAMES:
        return name
    meant = [one for one in _NAMES if one.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise WrongUse(f"“{name}:” may be one of several columns.", f"One of: {', '.join(meant)}")
    near = difflib.get_close_matches(name, _NAMES, n=3, cutoff=0.5)
    hint = f"Did you mean: {', '.join(near)}?" if near else f"Columns: {', '.join(_NAMES)}."
    raise WrongUse(
        f"There is no column “{name}”.", f'{hint} Quote it to find it as text: "{name}:…"'
    )


def _aged(value: str, now: float) -> Aged:
    read = _AGE.fullmatch(value)
    if read is None:
        signs = " ".join(COMPARE)
        raise WrongUse(
            f"“{AGE}:{value}” compares nothing.",
            f"For example age:<10m or age:>2d; {signs} and {' '.join(_UNITS)} are understood.",
        )
    return Aged(read[1], now - float(read[2]) * _UNITS[read[3]])


def _tagged(value: str) -> Tagged:
    key, equals, wanted = value.partition("=")
    if not equals:
        return Tagged(key)
    return Tagged(key, wanted.removeprefix("="), exact=wanted.startswith("="))
