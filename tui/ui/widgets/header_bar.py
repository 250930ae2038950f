"""The top line: whose fleet this is, how it is, and what is being asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from textual.content import Content
from textual.widget import Widget

from tui.model.calls import CallReport
from tui.model.status import Health
from tui.model.tally import Sum
from tui.ui import ink, text
from tui.ui.labels import HEALTH
from tui.ui.listings import Progress

_COLORS = {Health.OK: ink.GOOD, Health.BUSY: ink.BUSY, Health.BAD: ink.BAD}

_NAME = " ⌂ Hatchway"
_GAP = "  "
_IDENTITY_ROOM = 8
"""Cells below which an identity would say nothing."""
_MARGINS = 3
"""Cells that stay empty beside pieces and health."""
_IDENTITY_MARGINS = 4
"""Cells that stay empty beside an identity."""
_EVERY = 1.0
"""Seconds after which the calls are looked at again."""


class _Rank(IntEnum):
    """What matters, the most first: the last is left out first."""

    FAILED = auto()
    THROTTLED = auto()
    PROGRESS = auto()
    IDENTITY = auto()
    AGE = auto()
    RATE = auto()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something that the line may say."""

    rank: _Rank
    words: str
    short: str = ""
    """What to say where there is little room; empty for the same."""
    color: str = ink.MUTED


class HeaderBar(Widget):
    """One line; `tell` gives it new numbers, and it looks at the calls itself, once a second.

    `clock` tells the time that ages are counted to, in seconds since the epoch.
    """

    ALLOW_SELECT = False

    def __init__(self, identity: str, clock: Callable[[], float]) -> None:
        super().__init__()
        self._identity = text.plain(identity)
        self._clock = clock
        self._health: dict[Health, int] = {}
        self._progress = Progress(loading=True)
        self._report: Callable[[], CallReport] | None = None
        """None while the program starts."""
        self._calls = CallReport()
        self._said: tuple[_Piece, ...] = ()

    def on_mount(self) -> None:
        """Nobody tells it of calls, so it looks."""
        self._look()
        self.set_interval(_EVERY, self._count)

    def tell(self, below: Sum, progress: Progress) -> None:
        """The fleet's health, and how far its listings are."""
        if below.health != self._health:
            self._health = dict(below.health)
            self.refresh()
        self._progress = progress
        self._look()

    def started(self, report: Callable[[], CallReport]) -> None:
        """The rooms behind the screen are there; `report` tells what was asked of AWS."""
        self._report = report
        self._count()

    def _count(self) -> None:
        """Looks at the calls, and at the clock."""
        if self._report is not None:
            self._calls = self._report()
        self._look()

    def _look(self) -> None:
        """Paints anew if it has something else to say."""
        said = tuple(self._activity())
        if said != self._said:
            self._said = said
            self.refresh()

    def render(self) -> Content:
        """The name at the left, health at the right; what does not fit is left out."""
        width = self.size.width
        health = self._health_counts()
        room = width - len(_NAME) - health.cell_length - _MARGINS
        identified = text.width_of(self._identity) + _IDENTITY_MARGINS
        activity = _fitting(self._said, room, identified)
        right = Content.assemble(activity, "   " if activity and health else "", health)
        room = width - len(_NAME) - right.cell_length - 6
        least = min(_IDENTITY_ROOM, text.width_of(self._identity))
        identity = text.cut(self._identity, room) if room >= least else ""
        left = Content.assemble((_NAME, ink.KEY), (f"  {identity}" if identity else "", ink.MUTED))
        blank = max(width - left.cell_length - right.cell_length - 1, 1)
        return Content.assemble(left, " " * blank, right, " ")

    def _health_counts(self) -> Content:
        pieces: list[tuple[str, str]] = []
        for health, color in _COLORS.items():
            number = self._health.get(health, 0)
            if number or health is Health.OK:
                gap = _GAP if pieces else ""
                pieces.append((f"{gap}{HEALTH[health][0]} {number:,} {health}", color))
        return Content.assemble(*pieces)

    def _activity(self) -> Iterator[_Piece]:
        """From left to right."""
        progress = self._progress
        if progress.as_of:
            age = text.age(self._clock() - progress.as_of)
            yield _Piece(_Rank.AGE, f"as of {age} ago", f"{age} old")
        if self._report is None:
            yield _Piece(_Rank.PROGRESS, "◌ starting")
        elif progress.loading:
            yield _loading(progress)
        yield from _asking(self._calls)
        if progress.failed:
            said = f"⚠ {text.count(progress.failed, 'listing')} failed"
            yield _Piece(_Rank.FAILED, said, f"⚠ {progress.failed:,} failed", ink.BAD)


def _loading(progress: Progress) -> _Piece:
    if not progress.accounts:
        return _Piece(_Rank.PROGRESS, "◌ loading accounts", "◌ loading")
    share = f"◌ {progress.done:,}/{progress.accounts:,}"
    noun = "account" if progress.accounts == 1 else "accounts"
    return _Piece(_Rank.PROGRESS, f"{share} {noun}", share)


def _asking(report: CallReport) -> Iterator[_Piece]:
    if report.per_second:
        number = f"{report.per_second:,.0f}" if report.per_second >= 1 else "<1"
        noun = "call" if number == "1" else "calls"
        yield _Piece(_Rank.RATE, f"{number} {noun}/s", f"{number}/s")
    if report.slowed:
        places = text.count(len(report.slowed), "place")
        yield _Piece(_Rank.THROTTLED, f"throttled in {places}", "throttled", ink.BUSY)


def _fitting(pieces: Sequence[_Piece], room: int, identity: int) -> Content:
    """As many pieces as there is room for, and as long, what matters most first.

    `identity` is what the identity takes of the room: only what matters more is put there instead.
    """
    said: dict[int, str] = {}
    by_rank = sorted(range(len(pieces)), key=lambda at: pieces[at].rank)
    for at in by_rank:
        piece = pieces[at]
        width = text.width_of(piece.short or piece.words) + len(_GAP)
        if width > room - (identity if piece.rank > _Rank.IDENTITY else 0):
            break
        said[at] = piece.short or piece.words
        room -= width
    for at in by_rank:
        longer = text.width_of(pieces[at].words) - text.width_of(said.get(at, pieces[at].words))
        if 0 < longer <= room - identity:
            said[at] = pieces[at].words
            room -= longer
    drawn = [(said[at], pieces[at].color) for at in sorted(said)]
    return Content(_GAP).join(Content.styled(words, color) for words, color in drawn)
