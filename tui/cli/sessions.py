"""`hatchway sessions`: who has a session open, ours and others', and a way to end one."""

import asyncio
import json
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from tui.cli.aftermath import on_stderr
from tui.cli.rooms import Rooms, joined
from tui.cli.targets import warn
from tui.errors import Trouble, WrongUse
from tui.model.found import FoundSession
from tui.model.kind import Kind
from tui.model.plain import plain
from tui.model.resource import Resource
from tui.sessions.reaper import is_ours
from tui.sessions.registry import Record

Troubles = list[tuple[str, Trouble]]


@dataclass(frozen=True, slots=True)
class Row:
    """One session, and whose it is."""

    account: str
    region: str
    session: FoundSession
    is_mine: bool
    """Started by the same user or role, from this computer or another."""
    pid: int = 0
    """Of the Hatchway on this computer that has it open, or had; 0 for none."""


async def sessions(options: Namespace) -> int:
    """Lists the open sessions, or ends one; 1 when a part of the fleet could not be asked."""
    async with joined(options) as rooms:
        rows, troubles = await _rows(rooms)
        if options.kill:
            return await _kill(rooms, rows, options.kill, force=options.force)
        if troubles and not rows and not any(place for place, _ in troubles):
            raise troubles[0][1]
        for line in map(_as_json if options.json else _as_text, rows):
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if not (rows or troubles or options.json):
            on_stderr("no session is open.")
        warn(troubles)
        return 1 if troubles else 0


async def _kill(rooms: Rooms, rows: Sequence[Row], session_id: str, *, force: bool) -> int:
    """Ends one session, somebody else's only by force."""
    row = next((row for row in rows if row.session.session_id == session_id), None)
    if row is None:
        raise WrongUse(f"No session “{session_id}” is open.", "`hatchway sessions` lists them.")
    if not row.is_mine and not force:
        owner = plain(row.session.owner)
        raise WrongUse(f"{session_id} belongs to {owner}.", "To end it anyway: --force.")
    await rooms.aws.book.terminate(row.account, row.region, session_id)
    sys.stdout.write(f"{session_id} was terminated.\n")
    return 0


async def _rows(rooms: Rooms) -> tuple[list[Row], Troubles]:
    """The sessions of all accounts and regions that are shown; what refused is told beside."""
    troubles: Troubles = []
    places: list[Resource] = []
    for account in await _listed(rooms, None, Kind.ACCOUNT, troubles):
        places += await _listed(rooms, account, Kind.REGION, troubles)
    records = {r.session_id: r for r in rooms.registry.known() if r.session_id}
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_at(rooms, p, records, troubles)) for p in places]
    return [row for task in asked for row in task.result()], troubles


async def _listed(
    rooms: Rooms, of: Resource | None, kind: Kind, troubles: Troubles
) -> list[Resource]:
    found, trouble = await rooms.aws.listing(of)
    if trouble is not None:
        troubles.append((of.address if of else "", trouble))
    return sorted((one for one in found if one.kind is kind), key=lambda one: one.address)


async def _at(
    rooms: Rooms, region: Resource, records: dict[str, Record], troubles: Troubles
) -> list[Row]:
    account, name = region.parent, region.name
    try:
        caller = await rooms.aws.book.caller(account, name)
        found = await rooms.aws.book.active(account, name)
    except Trouble as trouble:
        troubles.append((region.address, trouble))
        return []
    rows = []
    for one in sorted(found, key=lambda one: (-one.started_at, one.session_id)):
        record = records.get(one.session_id)
        mine = record is not None or is_ours(one.owner, caller)
        rows.append(Row(account, name, one, mine, record.pid if record else 0))
    return rows


def _as_text(row: Row) -> str:
    session = row.session
    whose = "mine" if row.is_mine else "other"
    here = f"process {row.pid}" if row.pid else plain(session.owner.rpartition("/")[2])
    where = f"{plain(row.account)}/{plain(row.region)}"
    minutes = max(0, int(time.time() - session.started_at) // 60)
    parts = (whose, session.session_id, where, session.target, session.status, f"{minutes} min")
    return "  ".join(plain(part) for part in (*parts, here))


def _as_json(row: Row) -> str:
    session = row.session
    return json.dumps(
        {
            "session_id": session.session_id,
            "account": row.account,
            "region": row.region,
            "target": session.target,
            "owner": session.owner,
            "mine": row.is_mine,
            "status": session.status,
            "document": session.document,
            "reason": session.reason,
            "started_at": session.started_at,
            "pid": row.pid or None,
        }
    )
