"""Rows of the tree drawn as strips: each is kept until it looks otherwise or has changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from tui.model.kind import Kind
from tui.ui import painter
from tui.ui.labels import Tone
from tui.ui.marks import Marks
from tui.ui.painter import Piece
from tui.ui.row import Fleet, Row
from tui.ui.rows import Rows
from tui.ui.sifted import SiftedRows
from tui.ui.widgets.brush import Brush

_KEPT = 2_000
"""Drawn rows that are kept, at most: some windows full."""

_Look = tuple[bool, bool, bool, int]
"""Whether a row has the cursor, is open and is marked, and how many matches it hides."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A row as it was drawn last."""

    look: _Look
    parent: str
    bar: str
    strip: Strip


class RowStrips:
    """Draws rows in a width, with a piece of the scroll bar at their end."""

    def __init__(
        self, fleet: Fleet, marks: Marks, clock: Callable[[], float], brush: Brush
    ) -> None:
        self.width = 0
        """Cells of a row, with the scroll bar."""
        self._fleet = fleet
        self._marks = marks
        self._clock = clock
        self._brush = brush
        self._drawn: dict[str, _Drawn] = {}

    def __iter__(self) -> Iterator[str]:
        """The addresses of all rows that are drawn."""
        return iter(self._drawn)

    def __contains__(self, address: str) -> bool:
        return address in self._drawn

    def below(self) -> Iterator[tuple[str, str]]:
        """The addresses of all rows that are drawn, each with that of its parent."""
        return ((address, drawn.parent) for address, drawn in self._drawn.items())

    def forget(self, addresses: Iterable[str]) -> None:
        """Draw these rows anew when they are wanted again."""
        for address in addresses:
            self._drawn.pop(address, None)

    def keep(self, addresses: Iterable[str]) -> None:
        """Forget all rows but these."""
        self._drawn = {a: self._drawn[a] for a in addresses if a in self._drawn}

    def clear(self) -> None:
        """Forget all rows."""
        self._drawn.clear()

    def is_as_drawn(self, address: str, rows: Rows, *, cursor: bool) -> bool:
        """Whether a row looks as it was drawn, when it was drawn at all."""
        known = self._drawn.get(address)
        return known is None or known.look == self._look_of(address, rows, cursor=cursor)

    def strip(self, row: Row, rows: Rows, bar: str, *, cursor: bool) -> Strip:
        """A row of `rows`; `bar` is the part of the scroll bar beside it, empty for none."""
        look = self._look_of(row.address, rows, cursor=cursor)
        known = self._drawn.get(row.address)
        if known is not None and known.look == look:
            if known.bar == bar:  # the same strip again is what Textual knows all about already
                return known.strip
            *segments, _ = known.strip
        else:
            segments = self._segments(self._pieces(row, rows, look), cursor=cursor)
        strip = Strip([*segments, self._bar_segment(bar)], self.width)
        if len(self._drawn) > _KEPT:
            self._drawn.clear()
        self._drawn[row.address] = _Drawn(look, row.parent, bar, strip)
        return strip

    def _look_of(self, address: str, rows: Rows, *, cursor: bool) -> _Look:
        hidden = rows.hidden(address) if isinstance(rows, SiftedRows) else 0
        return cursor, rows.is_open(address), address in self._marks, hidden

    def _segments(self, pieces: Iterable[Piece], *, cursor: bool) -> list[Segment]:
        """As few segments as will do: blanks go with what is in front of them."""
        texts: list[str] = []
        tones: list[Tone] = []
        for piece, tone in pieces:
            if texts and (tone is tones[-1] or piece.isspace() or not piece):
                texts[-1] += piece
            else:
                texts.append(piece)
                tones.append(tone)
        drawn = zip(texts, tones, strict=True)
        return [Segment(one, self._brush.tone(tone, cursor=cursor)) for one, tone in drawn if one]

    def _pieces(self, row: Row, rows: Rows, look: _Look) -> list[Piece]:
        listing = rows.lists.of(row.parent)
        if row.note:
            above = self._fleet.get(row.parent)
            kind = above.kind if above is not None else Kind.FLEET
            return painter.note_line(row, kind, listing, self.width - 1)
        resource = self._fleet.get(row.address)
        if resource is None:
            return [(" " * (self.width - 1), Tone.PLAIN)]
        _, is_open, marked, hidden = look
        shown = painter.Shown(
            row=row,
            resource=resource,
            below=self._fleet.sum(row.address),
            below_listing=rows.lists.own(row.address),
            is_open=is_open,
            stale=listing.trouble is not None or listing.remembered,
            now=self._clock(),
            marked=marked,
            hidden=hidden,
        )
        return painter.resource_line(shown, painter.columns(self.width - 1))

    def _bar_segment(self, part: str) -> Segment:
        if not part:
            return Segment(" ", self._brush.tone(Tone.PLAIN, cursor=False))
        return Segment("▐", self._brush.part(part))
