"""What is under the cursor: its facts, and whether a session can start there or why not."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Static

from tui.errors import Trouble
from tui.model.resource import Resource
from tui.model.store import Freshness
from tui.model.tally import Sum
from tui.ui import facts, ink, labels, text
from tui.ui.facts import Group
from tui.ui.labels import LABELS

_COMPACT = 6
"""Lines below which only the most important is said."""

_NAMES = 18
"""Cells for the names of facts, at most."""

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the pane tells of a row."""

    resource: Resource
    below: Sum
    listing: Freshness
    """How fresh what is below it is."""
    target: Resource | None = None
    """Where a shell would go, when it can."""
    refusal: Trouble | None = None
    """Why a shell cannot start; both are None where shells make no sense."""


class _Facts(Static):
    """A text without border and padding, which Textual would look for in every line of it."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """A part of the text."""
        strips = [self.render_line(y) for y in crop.line_range]
        _, background = self.background_colors
        for change in self.get_line_filters():
            strips = [strip.apply_filter(change, background) for strip in strips]
        blank = self.rich_style
        return [strip.crop_extend(crop.x, crop.right, blank) for strip in strips]


class Details(VerticalScroll, can_focus=False):
    """The pane beside the tree, or the lines below it where the screen is narrow."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield _Facts(id="facts")

    def __init__(self) -> None:
        super().__init__()
        self._seen: Seen | None = None
        self._content = Content("")
        self._height = 0
        """Lines that the text takes, at least those of the pane."""

    def tell(self, seen: Seen | None) -> None:
        """Show another row; None when there is none."""
        before = self._seen
        same = seen and before and seen.resource.address == before.resource.address
        if self.scroll_offset.y and not same:
            self.scroll_home(animate=False)
        self._seen = seen
        self._draw()

    def on_resize(self) -> None:
        """Another width cuts differently."""
        self._draw()

    def _draw(self) -> None:
        seen = self._seen
        if seen is None:
            content = Content("")
        elif self.size.height < _COMPACT:
            content = _compact(seen, self.size.width - 2)
        else:
            content = _whole(seen, self.size.width - 4)
        if content.is_same(self._content):
            return
        self._content = content
        # to lay the screen out anew takes longer than to paint it, and few texts are too long
        height = max(content.plain.count("\n") + 1, self.size.height)
        self.query_one("#facts", Static).update(content, layout=height != self._height)
        self._height = height


def _heading(seen: Seen, width: int) -> list[Piece]:
    label = LABELS[seen.resource.kind]
    name = text.cut(text.plain(seen.resource.name), width - 2)
    return [(f"{label.glyph} ", ink.ACCENT), (name, "bold")]


def _session(seen: Seen, width: int) -> list[Piece]:
    """One sentence on whether a shell can start."""
    if seen.refusal is not None:
        return _sentences("✖", seen.refusal.what, seen.refusal.hint, width)
    if seen.target is None:
        return []
    here = seen.target.address == seen.resource.address
    where = "here" if here else f"in {labels.title(seen.target)}"
    return [("● ", ink.GOOD), (f"s opens a shell {where}", ink.GOOD)]


def _sentences(glyph: str, what: str, hint: str, width: int) -> list[Piece]:
    pieces = [(f"{glyph} {text.hang(text.plain(what), width, 2)}", ink.BAD)]
    if hint:
        pieces.append((f"\n  {text.hang(text.plain(hint), width, 2)}", ink.MUTED))
    return pieces


def _compact(seen: Seen, width: int) -> Content:
    """Two lines: what it is, and the most important about it."""
    address = text.plain(seen.resource.address)
    head = [
        (f"{LABELS[seen.resource.kind].noun} ", ink.MUTED),
        (text.cut(address, width - 12), ""),
    ]
    trouble = seen.listing.trouble or seen.refusal
    if trouble is not None:
        second = [(text.cut("✖ " + text.plain(str(trouble)), width), ink.BAD)]
    else:
        told = next((g for g in facts.groups(seen.resource) if g.facts), None)
        line = facts.one_line(told) if told is not None else ""
        second = [(text.cut(line, width), ink.MUTED)]
    return Content.assemble(*head, "\n", *second)


def _whole(seen: Seen, width: int) -> Content:
    label = LABELS[seen.resource.kind]
    pieces = [*_heading(seen, width), (f"\n  {label.noun}", ink.MUTED)]
    status = labels.status(seen.resource.status)
    if status.text:
        pieces += [("   ", ""), (status.text, ink.TONES.get(status.tone, ""))]
    pieces.append(("\n", ""))
    for sentence in (_session(seen, width), _trouble(seen.listing, width)):
        if sentence:
            pieces += [("\n", ""), *sentence, ("\n", "")]
    for group in (*facts.groups(seen.resource), facts.summed(seen.below)):
        if group.facts:
            pieces += _group(group, width)
    return Content.assemble(*pieces)


def _trouble(listing: Freshness, width: int) -> list[Piece]:
    trouble = listing.trouble
    if trouble is None:
        return []
    when = f" Shown as of {facts.moment(listing.loaded_at)}." if listing.loaded_at else ""
    return _sentences("⚠", trouble.what + when, trouble.hint, width)


def _group(group: Group, width: int) -> list[Piece]:
    names = min(max(text.width_of(fact.name) for fact in group.facts), _NAMES)
    indent = names + 4 if names else 2
    pieces: list[Piece] = [(f"\n{group.title}\n", f"bold {ink.MUTED}")]
    for fact in group.facts:
        name = "  " + (text.fit(fact.name, names) + "  " if names else "")
        value = text.hang(text.plain(fact.value), width, indent)
        pieces += [(name, ink.MUTED), (value + "\n", "")]
    return pieces
