"""The words of a filter, each of which holds of a resource or does not.

A resource's text is its address and its own words, and those of everything that its address lies
under: a container is found by its task's private address.
"""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tui.model.columns import COLUMNS, STARTED, Column, Lookup
from tui.model.fuzzy import Fuzzy, readable
from tui.model.kind import Kind
from tui.model.resource import (
    Account,
    Cluster,
    Container,
    Node,
    Resource,
    Service,
    Tags,
    Task,
)

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.ge,
    ">=": operator.le,
    "<": operator.gt,
    ">": operator.lt,
}
"""What may stand before an age, and how the time of the start compares then; longer ones first."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text, in lower case."""

    text: str

    def holds(self, resource: Resource, lookup: Lookup) -> bool:
        """Whether the resource's text has it."""
        if self.text in resource.address.casefold():
            return True
        word = encoded(self.text)
        lines = (searched([line(one)]) for one in (resource, *_above(resource, lookup)))
        return any(word in said for said in lines)

    def holds_nearly(self, resource: Resource) -> bool:
        """Whether its letters are found in the readable names."""
        return fuzzy(self.text).found(readable(resource))

    def narrows(self, other: "Term") -> bool:
        """Whether what holds this holds `other` as well."""
        return isinstance(other, Word) and other.text in self.text


@dataclass(frozen=True, slots=True)
class Having:
    """A column with a value."""

    column: str
    value: str
    exact: bool = False

    @property
    def place(self) -> Column:
        """The column itself."""
        return COLUMNS[self.column]

    def holds(self, resource: Resource, lookup: Lookup) -> bool:
        """Whether one of the column's words has the value."""
        return self.fits(self.place.said(resource, lookup))

    def fits(self, words: tuple[str, ...]) -> bool:
        """Whether the value is one of these words, or a part of one; without a value, any is."""
        if self.exact and self.value:
            return any(self.value == word.casefold() for word in words)
        return any(word and self.value in word.casefold() for word in words)

    def narrows(self, other: "Term") -> bool:
        """Whether what holds this holds `other` as well."""
        if not isinstance(other, Having) or other.column != self.column or other.exact:
            return False
        return other.value in self.value


@dataclass(frozen=True, slots=True)
class Aged:
    """How long ago something started, compared."""

    sign: str
    """One of `COMPARE`."""
    since: float
    """The start of what is exactly that old, in seconds since the epoch."""

    def holds(self, resource: Resource, lookup: Lookup) -> bool:
        """Whether the age is known and compares."""
        key = STARTED.get(resource.kind)
        start = 0.0 if key is None else key(resource)
        return bool(start) and COMPARE[self.sign](start, self.since)

    def narrows(self, other: "Term") -> bool:
        """Nothing that is worth a thought."""
        return False


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag: part of its key; or its whole key, and part of its value or all of it."""

    key: str
    value: str | None = None
    exact: bool = False

    def holds(self, resource: Resource, lookup: Lookup) -> bool:
        """Whether the resource has such a tag; a container has its task's."""
        if resource.kind is Kind.CONTAINER:
            above = lookup(resource.parent)
            return above is not None and self.fits(tags_of(above))
        return self.fits(tags_of(resource))

    def fits(self, tags: Tags) -> bool:
        """Whether one of the tags is such a one."""
        return any(self._is(key.casefold(), value.casefold()) for key, value in tags)

    def narrows(self, other: "Term") -> bool:
        """Whether what holds this holds `other` as well."""
        if not isinstance(other, Tagged) or other.exact:
            return False
        if other.value is None:
            return other.key in self.key
        return other.key == self.key and self.value is not None and other.value in self.value

    def _is(self, key: str, value: str) -> bool:
        if self.value is None:
            return self.key in key
        return self.key == key and (self.value == value if self.exact else self.value in value)


@dataclass(frozen=True, slots=True)
class Nonsense:
    """A word that cannot be understood: nothing has it, and nothing is without it."""

    text: str = ""

    def holds(self, resource: Resource, lookup: Lookup) -> bool:
        """Never."""
        return False

    def narrows(self, other: "Term") -> bool:
        """Nothing: there is nothing."""
        return False


Term = Word | Having | Aged | Tagged | Nonsense


def tags_of(resource: Resource) -> Tags:
    """The tags that AWS shows on this very resource."""
    return resource.tags if isinstance(resource, Cluster | Service | Task | Node) else ()


@lru_cache(maxsize=64)
def fuzzy(word: str) -> Fuzzy:
    """The word, ready to be looked for by its letters."""
    return Fuzzy(word)


def encoded(text: str) -> bytes:
    """A text as it is searched: a part of a text is a part of its bytes, and these are quicker."""
    return text.encode("utf-8", "surrogatepass")


def searched(lines: list[str]) -> bytes:
    """Lines ready to be searched, each begun by a line feed: in lower case, with no other control
    character than the one between the words of a line, which no word of a filter has."""
    text = "".join([f"\n{one}" for one in lines])
    if text.count("\n") != len(lines):
        text = "".join(["\n" + one.replace("\n", " ") for one in lines])
    return encoded(text.casefold()).translate(_PLAIN)


_PLAIN = bytes.maketrans(bytes(set(range(32)) - set(b"\n\x1f")) + b"\x7f", b" " * 31)


def line(resource: Resource) -> str:
    """What is searched of this very resource beside its way."""
    if isinstance(resource, Container):
        return f"{_named(resource)}{_APART}{resource.image.rpartition('/')[2]}"
    if isinstance(resource, Task):
        return _task_line(resource)
    if isinstance(resource, Node):
        return _node_line(resource)
    if isinstance(resource, Account):
        return f"{_named(resource)}{_APART}{resource.account_id}"
    return _named(resource)


_APART = "\x1f"


def _named(resource: Resource) -> str:
    part = resource.address.rpartition("/")[2]
    return part if part == resource.name else f"{part}{_APART}{resource.name}"


def _task_line(task: Task) -> str:
    # with the service in it, when that is not listed and the task hangs under the cluster
    part = task.address.removeprefix(f"{task.parent}/")
    name = part if part.endswith(task.name) else f"{part}{_APART}{task.name}"
    return f"{name}{_APART}{task.task_definition}{_APART}{task.private_ip}"


def _node_line(node: Node) -> str:
    # the name first, where fuzzy search finds it
    name = "" if node.name == node.instance_id else node.name
    part = node.address.rpartition("/")[2]
    return _APART.join((name, part, node.hostname, node.platform_name, node.private_ip))


def _above(resource: Resource, lookup: Lookup) -> Iterator[Resource]:
    """What the address of a resource lies under, the nearest first, as far as it is known."""
    address = resource.address
    while "/" in address:
        address = address.rpartition("/")[0]
        above = lookup(address)
        if above is not None:
            yield above
