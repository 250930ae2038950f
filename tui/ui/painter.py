"""A row of the tree as pieces of text with tones, cut to columns that fit the width.

Columns give way as the window gets narrower: first platform and agent, then the words beside the
names, then age, counts and session state; name and status stay.
"""

from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

from tui.errors import LoginExpired, NotAllowed, NotEnabled, Throttled, Trouble, Unreachable
from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.status import Health
from tui.model.store import Freshness
from tui.model.tally import Sum
from tui.ui import labels, text
from tui.ui.labels import LABELS, Cell, Tone
from tui.ui.order import BY_NAME, By, Order
from tui.ui.row import LEAVES, Note, Row

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

MARK = "✓"
"""On a row that is marked; one cell wide."""

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
    platform: int = 0
    agent: int = 0
    gap: int = 1

    @property
    def roomy(self) -> bool:
        """Whether cells say what they have to say at length."""
        return self.gap > 1


_LAYOUTS = (
    (140, 2, (22, 13, 9, 5, 20, 10)),
    (114, 2, (18, 13, 9, 5, 12, 10)),
    (104, 2, (22, 13, 9, 5, 0, 0)),
    (68, 1, (16, 9, 7, 4, 0, 0)),
    (52, 1, (15, 9, 0, 0, 0, 0)),
    (36, 1, (15, 0, 0, 0, 0, 0)),
    (0, 1, (2, 0, 0, 0, 0, 0)),
)
"""From which width on: the gap; status, session, counts, age, platform and agent."""


@lru_cache(maxsize=16)
def columns(width: int) -> Columns:
    """The columns for a tree of that many cells."""
    widths, gap = next((widths, gap) for least, gap, widths in _LAYOUTS if width >= least)
    taken = sum(column + gap for column in widths if column)
    status, session, counts, age, platform, agent = widths
    name = max(width - taken, 4)
    return Columns(name, status, session, counts, age, platform, agent, gap)


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands over a column."""

    word: str
    short: str
    by: By | None = None
    """What a click there orders the rows by."""
    right: bool = False


_HEADS = (
    _Head("  NAME", "  NAME", By.NAME),
    _Head("STATUS", "", By.STATUS),
    _Head("EXEC", ""),
    _Head("RUNNING", "RUN", By.RUNNING, right=True),
    _Head("AGE", "AGE", By.AGE, right=True),
    _Head("PLATFORM", ""),
    _Head("AGENT", ""),
)


def heading(layout: Columns, order: Order = BY_NAME, remark: str = "") -> str:
    """The names of the columns, by which of them the rows are ordered, and a remark."""
    cells = []
    for head, width in zip(_HEADS, _widths(layout), strict=True):
        if width:
            arrow = _arrow(order) if head.by is order.by else ""
            fits = text.width_of(head.word + arrow) <= width
            word = (head.word if fits else head.short) + arrow
            if head.by is By.NAME and remark:
                word = f"{word}   {remark}"
            cells.append(text.fit(word, width, right=head.right))
    return (" " * layout.gap).join(cells)


def column_at(layout: Columns, x: int) -> By | None:
    """What the column at a place is ordered by; None where that means nothing."""
    for head, width in zip(_HEADS, _widths(layout), strict=True):
        if width and x < width + layout.gap:
            return head.by
        x -= width + layout.gap if width else 0
    return None


def _widths(layout: Columns) -> tuple[int, ...]:
    return (
        layout.name,
        layout.status,
        layout.session,
        layout.counts,
        layout.age,
        layout.platform,
        layout.agent,
    )


def _arrow(order: Order) -> str:
    """Up where the smallest comes first: the first name, the smallest age, the least share."""
    rising = order.by is not By.STATUS
    return "▲" if rising != order.reverse else "▼"


class Shown(Struct, frozen=True):
    """All that is needed to draw the row of a resource."""

    row: Row
    resource: Resource
    below: Sum
    below_listing: Freshness
    is_open: bool
    stale: bool
    """Whether the listing that brought it was not made in this run, or not made again."""
    now: float
    """Seconds since the epoch."""
    marked: bool = False
    hidden: int = 0
    """How many of those that a filter wants are below it and not shown."""


def resource_line(shown: Shown, layout: Columns) -> list[Piece]:
    """The pieces of a resource's row; together they are as wide as the columns."""
    resource = shown.resource
    gap = (" " * layout.gap, Tone.PLAIN)
    pieces = _name(shown, layout)
    for cell, width, right in (
        (_status(shown, counted=bool(layout.counts)), layout.status, False),
        (labels.session(resource), layout.session, False),
        (labels.counts(resource, shown.below), layout.counts, True),
        (labels.age(resource, shown.now), layout.age, True),
        (labels.platform(resource), layout.platform, False),
        (labels.agent(resource), layout.agent, False),
    ):
        if width:
            said = cell.text if not cell.short or text.width_of(cell.text) <= width else cell.short
            pieces += (gap, (text.fit(said, width, right=right), cell.tone))
    if shown.stale:
        kept = {Tone.GUIDE, Tone.MARK}
        return [(piece, tone if tone in kept else Tone.OFF) for piece, tone in pieces]
    return pieces


def _name(shown: Shown, layout: Columns) -> list[Piece]:
    resource, width = shown.resource, layout.name
    label = LABELS[resource.kind]
    guides = _guides(shown.row.depth, width)
    twisty = "" if resource.kind in LEAVES else "▾ " if shown.is_open else "▸ "
    head: list[Piece] = [
        (guides, Tone.GUIDE),
        (twisty, Tone.MUTED),
        (label.glyph, Tone.ACCENT),
        (MARK, Tone.MARK) if shown.marked else (" ", Tone.ACCENT),
    ]
    room = width - sum(text.width_of(piece) for piece, _ in head)
    name = text.cut(labels.name(resource), room)
    left = room - text.width_of(name)
    roomy = left >= _ASIDE_ROOM
    aside = text.plain(labels.aside(resource, whole=not layout.platform)) if roomy else ""
    return [*head, (name, Tone.NAME), (text.fit(f"  {aside}" if aside else "", left), Tone.MUTED)]


def _guides(depth: int, width: int) -> str:
    return (_GUIDE * depth)[: max(width - 8, 0)]


def _status(shown: Shown, *, counted: bool) -> Cell:
    resource = shown.resource
    if shown.hidden:
        number = f"{shown.hidden:,}"
        return Cell(text.count(shown.hidden, "match", "matches"), Tone.ACCENT, short=number)
    if resource.kind not in _PARENTS:
        return labels.status(resource.status, counted=counted)
    if (cell := _of_listing(shown)) is not None:
        return cell
    own_trouble = resource.status.health in {Health.BAD, Health.BUSY}
    rolled = labels.rolled_up(shown.below)
    if rolled.text and not own_trouble:
        return rolled
    listing = shown.below_listing
    first_time = listing.loading and not listing.loaded_at
    if first_time and not shown.is_open and not own_trouble:
        return Cell("◌ loading", Tone.MUTED)
    return labels.status(resource.status)


def _of_listing(shown: Shown) -> Cell | None:
    """What must be said of how what is below was listed, before anything else."""
    listing = shown.below_listing
    if listing.trouble is not None:
        known = bool(listing.loaded_at)
        return Cell("⚠ stale", Tone.BUSY) if known else failed(listing.trouble)
    if listing.remembered:
        return Cell(f"◌ {text.age(shown.now - listing.loaded_at)} old", Tone.MUTED)
    return None


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


def blank_line(width: int, *, nothing: bool) -> str:
    """A line below all rows; with `nothing`, the first one where a filter finds none."""
    return text.fit("  nothing here matches · esc brings everything back" if nothing else "", width)
