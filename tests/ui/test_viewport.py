from tests.ui.fleet import APP, PAYMENTS, REGION, cluster, filled, service
from tui.model.store import Change, Store
from tui.ui.matches import Matches
from tui.ui.rows import Rows
from tui.ui.sifted import SiftedRows
from tui.ui.viewport import Viewport


class Window:
    """A viewport that follows a store, as the tree's widget does."""

    def __init__(self, height: int) -> None:
        self.store: Store = filled()
        self.rows = Rows(self.store)
        self.view = Viewport(self.rows)
        self.view.resize(height)
        self.store.listen(self.changed)
        self.rows.reveal(APP)

    def changed(self, change: Change) -> None:
        if self.rows.apply(change):
            self.view.settle()

    @property
    def line(self) -> int:
        return self.view.index - self.view.top


def test_the_cursor_stays_in_the_list_and_in_the_window() -> None:
    window = Window(height=5)
    for steps in (-3, 2, 100, -1, 4, -100):
        window.view.move(steps)
        assert 0 <= window.view.index < len(window.rows)
        assert 0 <= window.line < 5


def test_pages_keep_one_row_in_common() -> None:
    window = Window(height=6)
    window.view.page(1)
    assert (window.view.top, window.view.index) == (5, 5)
    window.view.page(-1)
    assert (window.view.top, window.view.index) == (0, 0)
    for _ in range(20):
        window.view.page(1)
    assert window.view.index == len(window.rows) - 1
    assert window.view.top == len(window.rows) - 6


def test_rows_inserted_above_move_neither_cursor_nor_line() -> None:
    window = Window(height=8)
    window.view.go_to(APP)
    window.view.scroll(3)
    line = window.line
    assert 0 < line < 7
    window.store.put([cluster(REGION, f"a{n}") for n in range(5)])
    assert window.view.address == APP
    assert window.line == line


def test_rows_removed_above_keep_the_cursor_on_its_row() -> None:
    window = Window(height=8)
    window.store.put([cluster(REGION, f"a{n}") for n in range(5)])
    window.view.go_to(APP)
    window.rows.close("dev")
    window.store.replace("dev", frozenset(), [])
    assert window.view.address == APP


def test_rows_inserted_below_leave_a_scrolled_window_alone() -> None:
    window = Window(height=4)
    window.view.go_to(PAYMENTS)
    window.view.scroll(-100)
    top = window.view.top
    window.store.put([service(PAYMENTS, f"z{n}") for n in range(9)])
    assert window.view.top == top
    assert window.view.address == PAYMENTS


def test_the_cursor_finds_a_place_when_its_row_goes() -> None:
    window = Window(height=8)
    window.view.go_to(APP)
    window.rows.close("prod")
    window.view.settle()
    assert window.view.row is not None
    assert 0 <= window.view.index < len(window.rows)


def test_an_empty_list_has_no_row() -> None:
    store = filled()
    view = Viewport(SiftedRows(store, Matches(store, {}, lambda _: False)))
    view.settle()
    view.move(3)
    view.page(-1)
    assert view.row is None
    assert view.address == ""


def test_a_smaller_window_keeps_the_cursor_inside() -> None:
    window = Window(height=20)
    window.view.go(15)
    window.view.resize(4)
    assert 0 <= window.line < 4
