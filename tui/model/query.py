"""Finding the one resource that a person names, by its address or by parts of it.

For finding many there are filters: `tui.model.filter`.
"""

import difflib
from collections.abc import Iterable, Iterator

from tui.errors import AmbiguousTarget, NoSuchTarget
from tui.model.filter import Filter
from tui.model.resource import Cluster, Container, Node, Resource, Service, Task
from tui.model.store import Store

__all__ = ["Filter", "find"]

_EXACT, _PREFIX, _SUFFIX = 0, 1, 2
_NEAR = 5


def find(store: Store, wanted: str, *, below: str = "") -> Resource:
    """The one resource that `wanted` names.

    `wanted` is a whole address, an ARN, a Systems Manager target, or some parts of an address in
    their order, each whole or a prefix or suffix of a name: `payments/api`, `3f2a`, `i-0abc`.
    Better matches beat worse ones; when a match contains all the others, it is meant.

    Raises NoSuchTarget with the near matches, or AmbiguousTarget with the candidates.
    """
    exact = store.get(wanted)
    if exact is not None:
        return exact
    known = list(store.below(below))
    ranked: dict[tuple[int, int], list[Resource]] = {}
    parts = [part for part in wanted.casefold().split("/") if part]
    for resource in known:
        rank = _rank(resource, wanted, parts)
        if rank is not None:
            ranked.setdefault(rank, []).append(resource)
    if not ranked:
        raise NoSuchTarget(wanted, _near(known, wanted))
    return _only(ranked[min(ranked)], wanted)


def _only(found: list[Resource], wanted: str) -> Resource:
    """The one that is meant: what lies below another match is not, the whole is."""
    known = {resource.address for resource in found}
    tops = [resource for resource in found if known.isdisjoint(_above(resource.address))]
    if len(tops) == 1:
        return tops[0]
    raise AmbiguousTarget(wanted, sorted(resource.address for resource in tops))


def _above(address: str) -> Iterator[str]:
    """The addresses that contain `address`, the nearest first."""
    while "/" in address:
        address = address.rpartition("/")[0]
        yield address


def _rank(resource: Resource, wanted: str, parts: list[str]) -> tuple[int, int] | None:
    """How well a resource fits: (gaps between the parts, worst fit of a part); None if not."""
    if wanted in _identities(resource):
        return (0, _EXACT)
    if not parts:
        return None
    path = resource.address.casefold().split("/")
    last = _fit(parts[-1], path[-1])
    by_name = _fit(parts[-1], resource.name.casefold())
    if last is None or (by_name is not None and by_name < last):
        last = by_name
    if last is None:
        return None
    return _rank_upwards(parts[:-1], path[:-1], last)


def _rank_upwards(parts: list[str], path: list[str], worst: int) -> tuple[int, int] | None:
    gaps = 0
    at = len(path) - 1
    for part in reversed(parts):
        while at >= 0 and (fit := _fit(part, path[at])) is None:
            at -= 1
            gaps += 1
        if at < 0:
            return None
        worst = max(worst, fit or _EXACT)
        at -= 1
    return gaps, worst


def _fit(part: str, name: str) -> int | None:
    if part == name:
        return _EXACT
    if name.startswith(part):
        return _PREFIX
    return _SUFFIX if name.endswith(part) else None


def _identities(resource: Resource) -> tuple[str, ...]:
    """Other names by which AWS knows a resource."""
    if isinstance(resource, Cluster | Service | Task):
        return (resource.arn,)
    if isinstance(resource, Container):
        return (resource.ssm_target,) if resource.runtime_id else ()
    return (resource.instance_id,) if isinstance(resource, Node) else ()


def _near(known: Iterable[Resource], wanted: str) -> list[str]:
    """Addresses that look like what was typed, the likest first."""
    by_text: dict[str, str] = {}
    for resource in known:
        by_text.setdefault(resource.address.casefold(), resource.address)
        by_text.setdefault(resource.name.casefold(), resource.address)
    like = difflib.get_close_matches(wanted.casefold(), by_text, n=_NEAR * 2, cutoff=0.5)
    return list(dict.fromkeys(by_text[text] for text in like))[:_NEAR]
