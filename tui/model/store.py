"""The truth in one place: what exists, what is open, and who listens.

`watch/` puts resources, `sessions/` puts sessions and forwards, everybody else listens. A listener
first hears what exists and then every change, in order. Whatever is put again unchanged is no
change and nobody hears of it.

The store is changed on one event loop only. `get`, `everything`, `loaded_at` and `owned` may be
called from another thread at any time: they see it as it was before or after a change, for they
only copy what one step of the interpreter copies.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tui.errors import Trouble
from tui.model.forward import ForwardRecord
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.session import SessionRecord
from tui.model.tally import Sum, Tally

_ORDER = {kind: number for number, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the children of a resource can be trusted."""

    loading: bool = False
    """AWS is being asked now."""
    loaded_at: float = 0.0
    """When the last complete answer came, in seconds since the epoch; 0.0 is never."""
    trouble: Trouble | None = None
    """Why the last attempt failed; what was known before stays, stale."""
    remembered: bool = False
    """What is known comes from an earlier run, which loaded it at `loaded_at`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became different in one go."""

    put: tuple[Resource, ...] = ()
    """New and changed resources, parents before children."""
    gone: tuple[str, ...] = ()
    """Addresses that exist no more."""
    freshness: tuple[str, ...] = ()
    """Addresses whose freshness changed."""
    sessions: bool = False
    """Whether any session record changed."""
    forwards: bool = False
    """Whether any forward record changed."""
    sums: tuple[str, ...] = ()
    """Addresses of rows whose sums of what is below them changed."""

    def __bool__(self) -> bool:
        return bool(self.put or self.gone or self.freshness or self.sessions or self.forwards)


Listener = Callable[[Change], None]
"""Hears changes; it must return quickly and must not change the store."""


class Store:
    """Resources by address, sessions and forwards by number."""

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}
        self._children: dict[str, list[str]] = {}
        """In the order of display."""
        self._tally = Tally(self._resources.get)
        self._freshness: dict[str, Freshness] = {}
        self._sessions: dict[int, SessionRecord] = {}
        self._forwards: dict[int, ForwardRecord] = {}
        self._listeners: list[Listener] = []

    def __len__(self) -> int:
        return len(self._resources)

    def get(self, address: str) -> Resource | None:
        """The resource at `address`, or nothing."""
        return self._resources.get(address)

    def children(self, address: str = FLEET) -> tuple[Resource, ...]:
        """What hangs under `address`, by kind and then by name."""
        return tuple([self._resources[a] for a in self._children.get(address, ())])

    def child_addresses(self, address: str = FLEET) -> tuple[str, ...]:
        """The addresses of what hangs under `address`, by kind and then by name."""
        return tuple(self._children.get(address, ()))

    def everything(self) -> list[Resource]:
        """All resources in no particular order, but for parents that came before their children."""
        return list(self._resources.values())

    def sum(self, address: str = FLEET) -> Sum:
        """Health and counts of all that is below `address`; not to be changed."""
        return self._tally.below(address)

    def below(self, address: str = FLEET) -> Iterator[Resource]:
        """Everything below `address`, parents before their children, in display order."""
        waiting = list(self.child_addresses(address)[::-1])
        while waiting:
            child = self._resources.get(waiting.pop())
            if child is not None:
                yield child
                waiting += self._children.get(child.address, ())[::-1]

    def ancestors(self, address: str) -> Iterator[Resource]:
        """The parent of `address`, its parent, and so on to the account."""
        found = self._resources.get(address)
        while found is not None and found.parent != FLEET:
            found = self._resources.get(found.parent)
            if found is not None:
                yield found

    def apply(self, put: Iterable[Resource] = (), gone: Iterable[str] = ()) -> Change:
        """Forgets `gone` with all that is below it, then remembers `put`.

        What is the same as before is no change. Parents come before their children.
        """
        sums: set[str] = set()
        forgotten: list[str] = []
        for address in gone:
            self._forget(address, forgotten, sums)
        changed = tuple([one for one in put if self._remember(one, sums)])
        return self._tell(Change(put=changed, gone=tuple(forgotten), sums=tuple(sums)))

    def put(self, resources: Iterable[Resource]) -> Change:
        """Remembers `resources`; what is the same as before is no change."""
        return self.apply(put=resources)

    def replace(self, root: str, kinds: frozenset[Kind], fresh: Iterable[Resource]) -> Change:
        """Takes `fresh` for the complete list of all `kinds` below `root`; what is missing goes."""
        wanted = tuple(fresh)
        keep = {resource.address for resource in wanted}
        return self.apply(wanted, [a for a in self.owned(root, kinds) if a not in keep])

    def owned(self, root: str, kinds: frozenset[Kind]) -> list[str]:
        """What is below `root` and of `kinds`; looks no deeper than resources of `kinds` go."""
        owned = []
        waiting = [root]
        while waiting:
            for address in self.child_addresses(waiting.pop()):
                resource = self._resources.get(address)
                if resource is not None and resource.kind in kinds:
                    owned.append(address)
                    waiting.append(address)
        return owned

    def freshness(self, address: str = FLEET) -> Freshness:
        """How fresh the children of `address` are."""
        return self._freshness.get(address, Freshness())

    def loaded_at(self) -> dict[str, float]:
        """When each listing was last complete, by address, in seconds since the epoch."""
        known = dict(self._freshness)
        return {address: one.loaded_at for address, one in known.items() if one.loaded_at}

    def set_freshness(self, address: str, freshness: Freshness) -> Change:
        """Says how fresh the children of `address` are."""
        if self.freshness(address) == freshness:
            return Change()
        self._freshness[address] = freshness
        return self._tell(Change(freshness=(address,)))

    def put_session(self, record: SessionRecord) -> Change:
        """Remembers a session, by its number."""
        if self._sessions.get(record.number) == record:
            return Change()
        self._sessions[record.number] = record
        return self._tell(Change(sessions=True))

    def drop_session(self, number: int) -> Change:
        """Forgets a closed session and its forward."""
        forward = self._forwards.pop(number, None)
        session = self._sessions.pop(number, None)
        return self._tell(Change(sessions=session is not None, forwards=forward is not None))

    def sessions(self) -> tuple[SessionRecord, ...]:
        """All sessions of this run that were not forgotten, oldest first."""
        return tuple(self._sessions[number] for number in sorted(self._sessions))

    def put_forward(self, record: ForwardRecord) -> Change:
        """Remembers a forward, by the number of its session."""
        if self._forwards.get(record.number) == record:
            return Change()
        self._forwards[record.number] = record
        return self._tell(Change(forwards=True))

    def forwards(self) -> tuple[ForwardRecord, ...]:
        """All forwards of this run that were not forgotten, oldest first."""
        return tuple(self._forwards[number] for number in sorted(self._forwards))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Lets `listener` hear what exists, then every change; the answer ends that."""
        self._listeners.append(listener)
        listener(
            Change(
                put=tuple(self.below()),
                freshness=tuple(self._freshness),
                sessions=bool(self._sessions),
                forwards=bool(self._forwards),
                sums=self._tally.addresses(),
            )
        )

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def _tell(self, change: Change) -> Change:
        if change:
            for listener in tuple(self._listeners):
                listener(change)
        return change

    def _remember(self, resource: Resource, sums: set[str]) -> bool:
        """Puts a resource in its place; whether it is another than before."""
        address = resource.address
        before = self._resources.get(address)
        if before == resource:
            return False
        if before is None or _place(before) != _place(resource):
            if before is not None:
                self._unhang(before)
            self._hang(resource)
        self._resources[address] = resource
        self._tally.swap(before, resource, sums)
        return True

    def _hang(self, resource: Resource) -> None:
        """Into the list of its parent's children, where it belongs."""
        siblings = self._children.setdefault(resource.parent, [])
        if not siblings or self._rank(siblings[-1]) < _rank(resource):
            siblings.append(resource.address)
        else:
            at = bisect_left(siblings, _rank(resource), key=self._rank)
            siblings.insert(at, resource.address)

    def _unhang(self, resource: Resource) -> None:
        siblings = self._children[resource.parent]
        del siblings[bisect_left(siblings, _rank(resource), key=self._rank)]
        if not siblings:
            del self._children[resource.parent]

    def _rank(self, address: str) -> tuple[int, str, str]:
        return _rank(self._resources[address])

    def _forget(self, address: str, forgotten: list[str], sums: set[str]) -> None:
        """Removes a resource and all below it, and notes which addresses went."""
        resource = self._resources.get(address)
        if resource is None:
            return
        forgotten.append(address)
        self._tally.swap(resource, None, sums)
        self._unhang(resource)
        del self._resources[address]
        self._forget_below(address, forgotten)
        sums.difference_update(forgotten)

    def _forget_below(self, address: str, forgotten: list[str]) -> None:
        self._freshness.pop(address, None)
        self._tally.forget(address)
        for child in self._children.pop(address, ()):
            forgotten.append(child)
            del self._resources[child]
            self._forget_below(child, forgotten)


def _place(resource: Resource) -> tuple[str, Kind, str]:
    """What decides where it hangs."""
    return resource.parent, resource.kind, resource.name


def _rank(resource: Resource) -> tuple[int, str, str]:
    """The order of display among siblings."""
    return _ORDER[resource.kind], resource.name, resource.address
