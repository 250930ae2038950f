"""What a row looks like, at every width."""

import pytest
from rich.cells import cell_len

from tests.ui.fleet import (
    API,
    API_TASK,
    APP,
    NODES,
    NOW,
    PAYMENTS,
    REGION,
    WORKER,
    cluster,
    filled,
    service,
)
from tui.errors import LoginExpired, NotAllowed, Throttled, Trouble, Unreachable
from tui.model.kind import Kind
from tui.model.resource import FLEET, Resource
from tui.model.status import Health, Status
from tui.model.store import Freshness, Store
from tui.ui import facts, labels, painter
from tui.ui.labels import LABELS, Tone
from tui.ui.row import Note, Row

WIDTHS = [8, 20, 36, 51, 52, 67, 68, 79, 103, 104, 120, 200]

HOSTILE = [
    "[bold red]markup[/]",
    "\x1b[31mescape\x1b]0;title\x07",
    "left\u202eright\u2066",
    "zero\u200bwidth\u200d\ufeff",
    "x" * 5000,
    "e\u0301\u0301\u0301\u0301\u0301\u0301" * 50,
    "日本語の名前" * 20,
    "\ud800 lone surrogate",
    "tab\tnew\nline\r\x85\u2028",
    "",
]


def shown(store: Store, address: str) -> painter.Shown:
    resource = store.get(address)
    assert resource is not None
    return painter.Shown(
        row=Row(address, resource.parent, address.count("/")),
        resource=resource,
        below=store.sum(address),
        below_listing=store.freshness(address),
        is_open=False,
        stale=False,
        now=NOW,
    )


def line(store: Store, address: str, width: int = 120) -> str:
    pieces = painter.resource_line(shown(store, address), painter.columns(width))
    return "".join(piece for piece, _ in pieces)


def test_every_kind_has_a_label_and_every_kind_but_the_fleet_has_facts() -> None:
    assert set(LABELS) == set(Kind)
    classes = {cls.kind: cls for cls in Resource.__subclasses__()}
    assert set(classes) == set(Kind) - {Kind.FLEET}
    plain = facts.groups.dispatch(object)
    assert [kind for kind, cls in classes.items() if facts.groups.dispatch(cls) is plain] == []


def test_glyphs_are_one_cell_wide_and_tell_kinds_and_healths_apart() -> None:
    glyphs = [label.glyph for label in LABELS.values()]
    glyphs += [glyph for glyph, _ in labels.HEALTH.values()]
    assert [glyph for glyph in glyphs if cell_len(glyph) != 1] == []
    assert len(set(glyphs)) == len(glyphs)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", ["prod", REGION, PAYMENTS, API, API_TASK, APP, NODES])
def test_a_line_is_as_wide_as_the_window(address: str, width: int) -> None:
    expected = max(width, 4 + 3)
    assert cell_len(line(filled(), address, width)) == expected


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_drawn_as_plain_text_of_the_right_width(name: str, width: int) -> None:
    store = filled()
    store.put([service(PAYMENTS, name)])
    address = next(s.address for s in store.children(PAYMENTS) if s.name == name)
    drawn = line(store, address, width)
    assert cell_len(drawn) == width
    assert drawn.isprintable()


def test_columns_say_what_they_should() -> None:
    store = filled()
    api = "│ │ │ ▸ ◆ api ◐ deploying ON 2/3 12d FARGATE"
    assert line(store, API).split() == api.split()
    assert "● RUNNING" in line(store, APP)
    assert line(store, APP).split()[-2:] == ["ON", "31h"]
    assert line(store, API_TASK, 160).split()[-3:] == ["FARGATE", "Linux", "1.4.0"]
    assert "agent STOPPED" in line(store, f"{WORKER}/0d9e8c7b6a5f4e3d/worker")
    assert "OFF" in line(store, f"{REGION}/batch/77aa12f09be84d6f")
    assert "OFF" in line(store, f"{REGION}/batch/77aa12f09be84d6f/job")
    assert "✖ 1 bad  ◐ 2 busy" in line(store, PAYMENTS)
    assert "3/4" in line(store, NODES)


def test_columns_give_way_from_the_right() -> None:
    store = filled()
    assert "12d" in line(store, API, 80)
    assert "12d" not in line(store, API, 60)
    assert "ON" in line(store, API, 60)
    assert "ON" not in line(store, API, 40)
    assert "deploying" in line(store, API, 40)
    assert "◐" in line(store, API, 30)


def test_counts_in_a_status_are_left_to_their_column() -> None:
    state = Status("deploying 2/3", Health.BUSY)
    assert labels.status(state, counted=True).text == "◐ deploying"
    assert labels.status(state).text == "◐ deploying 2/3"
    assert labels.status(Status("scaled to zero", Health.OFF), counted=True).text.endswith("zero")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (LoginExpired("x"), "✖ login expired"),
        (NotAllowed("x"), "✖ not allowed"),
        (Throttled("x"), "✖ throttled"),
        (Unreachable("x"), "✖ unreachable"),
        (Trouble("x"), "✖ failed"),
    ],
)
def test_a_listing_that_failed_says_so_on_its_row(trouble: Trouble, words: str) -> None:
    store = filled()
    store.set_freshness("us", Freshness(trouble=trouble))
    store.set_freshness("prod/us-east-1", Freshness(trouble=trouble))
    assert words in line(store, "prod/us-east-1")


def test_a_listing_that_failed_after_it_was_known_is_stale() -> None:
    store = filled()
    store.set_freshness(REGION, Freshness(loaded_at=NOW, trouble=NotAllowed("x")))
    assert "⚠ stale" in line(store, REGION)


def test_rows_of_a_stale_listing_are_faint() -> None:
    fresh = shown(filled(), API)
    stale = painter.Shown(fresh.row, fresh.resource, fresh.below, fresh.below_listing,
                          is_open=False, stale=True, now=NOW)  # fmt: skip
    tones = {tone for _, tone in painter.resource_line(stale, painter.columns(120))}
    assert tones <= {Tone.OFF, Tone.GUIDE}


@pytest.mark.parametrize("width", WIDTHS)
def test_notes_fit_and_say_what_is_missing(width: int) -> None:
    trouble = Freshness(trouble=NotAllowed("You may not.", "Ask the owner."))
    row = Row("prod\ntrouble", "prod", 1, Note.TROUBLE)
    drawn = "".join(piece for piece, _ in painter.note_line(row, Kind.ACCOUNT, trouble, width))
    assert cell_len(drawn) == width
    if width >= 51:
        assert "You may not. Ask the owner." in drawn
    empty = Row("x\nempty", "x", 3, Note.EMPTY)
    pieces = painter.note_line(empty, Kind.CLUSTER, Freshness(loaded_at=NOW), 60)
    assert "no services or tasks" in "".join(piece for piece, _ in pieces)


def test_the_heading_stands_over_its_columns() -> None:
    layout = painter.columns(120)
    heading = painter.heading(layout)
    row = line(filled(), API)
    assert heading.index("STATUS") == row.index("◐")
    assert heading.index("EXEC") == row.index("ON ")
    assert heading.index(" AGE ") + 4 == row.rindex("12d") + 3
    assert heading.index("PLATFORM") == row.index("FARGATE")


def test_a_cluster_without_tasks_knows_its_own_counts() -> None:
    store = filled()
    store.put([cluster("prod/us-east-1", "mirror", running=2, pending=1)])
    assert "2/3" in line(store, "prod/us-east-1/mirror")


def test_the_fleet_has_no_row_of_its_own() -> None:
    assert filled().get(FLEET) is None


def test_counts_that_are_too_long_become_a_share() -> None:
    store = filled()
    store.put([service(PAYMENTS, "api", running=14_127, desired=14_512)])
    assert "14127/14512" not in line(store, API, 80)
    assert " 97% " in line(store, API, 80)
