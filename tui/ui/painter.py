"""A row of the tree as pieces of text with tones, cut to columns that fit the width.

Columns give way as the window gets narrower: first the words beside the names, then age, counts
and session state; name and status stay.
"""

from dataclasses import dataclass

from tui.errors import LoginExpired, NotAllowed, NotEnabled, Throttled, Trouble, Unreachable
from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.status import Health
from tui.model.store import Freshness
from tui.ui import labels, text
from tui.ui.labels import LABELS, Cell, Tone
from tui.ui.row import LEAVES, Note, Row
from tui.ui.tally import Sum

Piece = tuple[str, Tone]
"""A text and what it means."""

_TROUBLES: tuple[tuple[type[Trouble], str], ...] = (
    (LoginExpired, "login expired"),
    (NotAllowed, "not allowed"),
    (Throttled, "throttled"),
    (Unreachable, "unreachable"),
    (NotEnabled, "not enabled"),
)
_PARENTS = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.CLUSTER, Kind.NODES})
"""Kinds whose status says how everything below is."""

_GUIDE = "│ "
_ASIDE_ROOM = 6
"""Cells that must be left beside a name before more is said there."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns, in cells; 0 for one that is not shown."""

    name: int
    status: int
    session: int = 0
    counts: int = 0
    age: int = 0
    gap: int = 1

    @property
    def roomy(self) -> bool:
        """Whether cells say what they have to say at length."""
        return self.gap > 1


_LAYOUTS = (
    (104, (22, 13, 9, 5, 2)),
    (68, (16, 9, 6, 4, 1)),
    (52, (15, 9, 0, 0, 1)),
    (36, (15, 0, 0, 0, 1)),
    (0, (2, 0, 0, 0, 1)),
)
"""From which width on: status, session, counts, age, gap."""


def columns(width: int) -> Columns:
    """The columns for a tree of that many cells."""
    status, session, counts, age, gap = next(widths for least, widths in _LAYOUTS if width >= least)
    taken = sum(column + gap for column in (status, session, counts, age) if column)
    return Columns(max(width - taken, 4), status, session, counts, age, gap)


def heading(layout: Columns) -> str:
    """The names of the columns."""
    gap = " " * layout.gap
    cells = [text.fit("  NAME", layout.name)]
    for word, short, width, right in (
        ("STATUS", "", layout.status, False),
        ("EXEC", "", layout.session, False),
        ("RUNNING", "RUN", layout.counts, True),
        ("AGE", "AGE", layout.age, True),
    ):
        if width:
            cells.append(
                text.fit(word if text.width_of(word) <= width else short, width, right=right)
            )
    return gap.join(cells)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is needed to draw the row of a resource."""

    row: Row
    resource: Resource
    below: Sum
    below_listing: Freshness
    is_open: bool
    stale: bool
    """Whether the listing that brought it could not be made again."""
    now: float
    """Seconds since the epoch."""


def resource_line(shown: Shown, layout: Columns) -> list[Piece]:
    """The pieces of a resource's row; together they are as wide as the columns."""
    resource = shown.resource
    gap = (" " * layout.gap, Tone.PLAIN)
    pieces = _name(shown, layout.name)
    for cell, width, right in (
        (_status(shown, counted=bool(layout.counts)), layout.status, False),
        (labels.session(resource), layout.session, False),
        (labels.counts(resource, shown.below), layout.counts, True),
        (labels.age(resource, shown.now), layout.age, True),
    ):
        if width:
            said = cell.text if not cell.short or text.width_of(cell.text) <= width else cell.short
            pieces += (gap, (text.fit(said, width, right=right), cell.tone))
    if shown.stale:
        return [(piece, Tone.OFF if tone is not Tone.GUIDE else tone) for piece, tone in pieces]
    return pieces


def _name(shown: Shown, width: int) -> list[Piece]:
    resource = shown.resource
    label = LABELS[resource.kind]
    guides = _guides(shown.row.depth, width)
    twisty = "" if resource.kind in LEAVES else "▾ " if shown.is_open else "▸ "
    head: list[Piece] = [
        (guides, Tone.GUIDE),
        (twisty, Tone.MUTED),
        (label.glyph + " ", Tone.ACCENT),
    ]
    room = width - sum(text.width_of(piece) for piece, _ in head)
    name = text.cut(labels.name(resource), room)
    left = room - text.width_of(name)
    aside = text.plain(labels.aside(resource)) if left >= _ASIDE_ROOM else ""
    return [*head, (name, Tone.NAME), (text.fit(f"  {aside}" if aside else "", left), Tone.MUTED)]


def _guides(depth: int, width: int) -> str:
    return (_GUIDE * depth)[: max(width - 8, 0)]


def _status(shown: Shown, *, counted: bool) -> Cell:
    resource = shown.resource
    if resource.kind not in _PARENTS:
        return labels.status(resource.status, counted=counted)
    listing = shown.below_listing
    known = bool(listing.loaded_at)
    if listing.trouble is not None:
        return Cell("⚠ stale", Tone.BUSY) if known else failed(listing.trouble)
    if resource.status.health in {Health.BAD, Health.BUSY}:
        return labels.status(resource.status)
    rolled = labels.rolled_up(shown.below)
    if rolled.text:
        return rolled
    if listing.loading and not known and not shown.is_open:
        return Cell("◌ loading", Tone.MUTED)
    return labels.status(resource.status)


def failed(trouble: Trouble) -> Cell:
    """A trouble in two words."""
    words = next((words for kind, words in _TROUBLES if isinstance(trouble, kind)), "failed")
    return Cell(f"✖ {words}", Tone.BAD)


def note_line(row: Row, kind: Kind, listing: Freshness, width: int) -> list[Piece]:
    """The pieces of a note's row: it is about what should hang under a resource of that kind."""
    guides = _guides(row.depth, width)
    room = width - len(guides)
    if row.note is Note.TROUBLE and listing.trouble is not None:
        what = "⚠ " + text.plain(str(listing.trouble))
        return [(guides, Tone.GUIDE), (text.fit(what, room), Tone.BAD)]
    word = "◌ loading …" if row.note is Note.LOADING else f"no {LABELS[kind].below}"
    return [(guides, Tone.GUIDE), (text.fit(word, room), Tone.MUTED)]
