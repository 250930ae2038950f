"""Where the watcher gets its answers from: the only way in which this room reaches AWS."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from tui.model.kind import Kind
from tui.model.resource import Resource

LISTS: dict[Kind, frozenset[Kind]] = {
    Kind.FLEET: frozenset({Kind.ACCOUNT}),
    Kind.ACCOUNT: frozenset({Kind.REGION}),
    Kind.REGION: frozenset({Kind.CLUSTER, Kind.NODES}),
    Kind.CLUSTER: frozenset({Kind.SERVICE, Kind.TASK, Kind.CONTAINER}),
    Kind.NODES: frozenset({Kind.NODE}),
}
"""Which kinds can be listed, and which kinds below them such a listing owns: everything of these
kinds below the row comes from this listing and from no other."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a listing."""

    resources: tuple[Resource, ...] = ()
    """Parents before their children."""
    kinds: frozenset[Kind] = frozenset()
    """The kinds that are complete with this batch: everything of them that this listing has given
    so far is all there is, and what is missing is gone."""


@dataclass(frozen=True, slots=True)
class Event:
    """What AWS told by itself of a cluster."""

    cluster: str = ""
    """Its address; empty when nothing happened: also that is told now and then, as a sign of life.
    """
    put: tuple[Resource, ...] = ()
    """Rows as they are now, parents before their children."""
    relist: bool = False
    """Whether the cluster had better be listed soon."""


class Wire(Protocol):
    """Tells what AWS tells by itself."""

    @property
    def regions(self) -> frozenset[str]:
        """The addresses of the regions where it can."""

    def listen(self, region: str) -> AsyncGenerator[Event, None]:
        """What happens in the region at that address, as it happens; raises a `Trouble`."""


class Source(Protocol):
    """Lists what is below a resource."""

    def list(self, of: Resource | None) -> AsyncGenerator[Batch, None]:
        """What `of` owns (see `LISTS`), in batches as the answers come; None asks for the accounts.

        Raises a `Trouble` when there is no complete answer. The batches given before it hold.
        """
