"""The truth in one place: what exists, what is open, and who listens.

`watch/` puts resources, `sessions/` puts sessions and forwards, everybody else listens. A listener
first hears what exists and then every change, in order. Whatever is put again unchanged is no
change and nobody hears of it. The store belongs to one event loop and is not thread-safe.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tui.errors import Trouble
from tui.model.forward import ForwardRecord
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.session import SessionRecord

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

    def __bool__(self) -> bool:
        return bool(self.put or self.gone or self.freshness or self.sessions or self.forwards)


Listener = Callable[[Change], None]
"""Hears changes; it must return quickly and must not change the store."""


class Store:
    """Resources by address, sessions and forwards by number."""

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}
        self._children: dict[str, set[str]] = {}
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
        found = (self._resources[a] for a in self._children.get(address, ()))
        return tuple(sorted(found, key=lambda r: (_ORDER[r.kind], r.name, r.address)))

    def below(self, address: str = FLEET) -> Iterator[Resource]:
        """Everything below `address`, parents before their children, in display order."""
        for child in self.children(address):
            yield child
            yield from self.below(child.address)

    def ancestors(self, address: str) -> Iterator[Resource]:
        """The parent of `address`, its parent, and so on to the account."""
        found = self._resources.get(address)
        while found is not None and found.parent != FLEET:
            found = self._resources.get(found.parent)
            if found is not None:
                yield found

    def put(self, resources: Iterable[Resource]) -> Change:
        """Remembers `resources`; what is the same as before is no change."""
        return self._tell(Change(put=self._remember(resources)))

    def replace(self, root: str, kinds: frozenset[Kind], fresh: Iterable[Resource]) -> Change:
        """Takes `fresh` for the complete list of all `kinds` below `root`; what is missing goes."""
        wanted = tuple(fresh)
        keep = {resource.address for resource in wanted}
        missing = [r.address for r in self._owned(root, kinds) if r.address not in keep]
        gone = tuple(address for top in missing for address in self._forget(top))
        return self._tell(Change(put=self._remember(wanted), gone=gone))

    def freshness(self, address: str = FLEET) -> Freshness:
        """How fresh the children of `address` are."""
        return self._freshness.get(address, Freshness())

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

    def _remember(self, resources: Iterable[Resource]) -> tuple[Resource, ...]:
        changed = []
        for resource in resources:
            before = self._resources.get(resource.address)
            if before == resource:
                continue
            if before is not None and before.parent != resource.parent:
                self._children[before.parent].discard(before.address)
            self._resources[resource.address] = resource
            self._children.setdefault(resource.parent, set()).add(resource.address)
            changed.append(resource)
        return tuple(changed)

    def _owned(self, root: str, kinds: frozenset[Kind]) -> list[Resource]:
        """What is below `root` and of `kinds`; looks no deeper than resources of `kinds` go."""
        owned = []
        waiting = [root]
        while waiting:
            for address in self._children.get(waiting.pop(), ()):
                resource = self._resources[address]
                if resource.kind in kinds:
                    owned.append(resource)
                    waiting.append(address)
        return owned

    def _forget(self, address: str) -> list[str]:
        """Removes a resource and all below it; says which addresses went."""
        resource = self._resources.pop(address, None)
        if resource is None:
            return []
        self._children.get(resource.parent, set()).discard(address)
        self._freshness.pop(address, None)
        gone = [address]
        for child in tuple(self._children.pop(address, ())):
            gone.extend(self._forget(child))
        return gone
