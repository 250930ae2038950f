"""`hatchway ls`: the tree as text, or as JSON lines."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from tui.cli.rooms import joined
from tui.cli.targets import failed, warn
from tui.errors import Trouble
from tui.model.abilities import Ability, refusal
from tui.model.filter import Filter
from tui.model.index import Index
from tui.model.plain import plain
from tui.model.resource import Account, Cluster, Container, Node, Resource, Service, Task
from tui.model.store import Store


async def ls(options: Namespace) -> int:
    """Prints what matches; 1 when a part of the fleet could not be listed, as ls(1) does.

    Raises what is wrong with the filter before AWS is asked for anything.
    """
    wanted = Filter(" ".join(options.filter), now=time.time())
    if wanted.trouble is not None:
        raise wanted.trouble
    async with joined(options) as rooms:
        await rooms.watcher.load()
        store = rooms.store
        troubles = failed(store)
        if troubles and not len(store):
            raise troubles[0][1]
        matched = Index.over(store).search(wanted).matched
        lines = _as_json(store, matched) if options.json else _as_text(store, matched)
        for line in lines:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        warn(troubles)
        return 1 if troubles else 0


def _as_json(store: Store, matched: set[str]) -> Iterator[str]:
    for resource in store.below():
        if resource.address in matched:
            yield json.dumps(described(resource, store.freshness(resource.address).trouble))


def _as_text(store: Store, matched: set[str]) -> Iterator[str]:
    """The matches in their tree: a parent is shown where something under it matches."""
    shown = set(matched)
    for address in matched:
        shown.update(above.address for above in store.ancestors(address))
    for resource in store.below():
        if resource.address in shown:
            depth = sum(1 for _ in store.ancestors(resource.address))
            status = plain(resource.status.word)
            note = _note(resource)
            yield "  ".join(p for p in ("  " * depth + plain(resource.name), status, note) if p)


def _note(resource: Resource) -> str:
    if not isinstance(resource, Container | Node):
        return ""
    refused = refusal(resource, Ability.SHELL)
    return f"no session: {plain(refused.what)}" if refused else "session can start"


def described(resource: Resource, trouble: Trouble | None = None) -> dict[str, Any]:
    """One resource as the object that `--json` prints."""
    said: dict[str, Any] = {
        "kind": resource.kind.value,
        "name": resource.name,
        "address": resource.address,
        "status": resource.status.word,
        "health": resource.status.health.value,
    }
    said |= _identity(resource)
    if isinstance(resource, Container | Node):
        refused = refusal(resource, Ability.SHELL)
        said["session"] = refused is None
        said["why_not"] = str(refused) if refused else None
    if trouble is not None:
        said["trouble"] = str(trouble)
    return said


def _identity(resource: Resource) -> dict[str, Any]:
    """What AWS's own tools call it."""
    if isinstance(resource, Account):
        return {"account_id": resource.account_id}
    if isinstance(resource, Cluster | Service | Task):
        return {"arn": resource.arn}
    if isinstance(resource, Container):
        return {
            "task_arn": resource.task_arn,
            "target": resource.ssm_target,
            "image": resource.image,
        }
    if isinstance(resource, Node):
        return {"target": resource.instance_id, "platform": resource.platform}
    return {}
