"""Textual's own Tree with as many rows as is said, all open: what `keys` compares with.

It hears and says the same as `big_tree`; its changes are new labels, its additions new leaves.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from tests.bench.feeding import Feeder
from tests.bench.hotline import obey, report
from tui.cli.main import prepare_the_screen

if TYPE_CHECKING:
    from textual.app import App
    from textual.widgets import Tree
    from textual.widgets.tree import TreeNode

_LEAVES = 20
"""Below each branch."""
_FIRST_ROWS = 60
_STATES = ("RUNNING", "PENDING", "STOPPED")

Made = tuple[bool, int]
"""Whether it is an addition, and of which row or branch."""


class Rows:
    """The rows of a stock tree, and changes of them."""

    def __init__(self, tree: "Tree[str]", count: int) -> None:
        self._chance = random.Random(7)
        self._branches: list[TreeNode[str]] = []
        self._leaves: list[TreeNode[str]] = []
        for branch in range(max(1, count // (_LEAVES + 1))):
            node = tree.root.add(f"web-{branch:05}  ACTIVE", expand=True)
            self._branches.append(node)
            self._leaves += [
                node.add_leaf(f"app-{branch:05}-{leaf:02}  RUNNING") for leaf in range(_LEAVES)
            ]

    def changes(self, count: int) -> list[Made]:
        """That many rows that get another label."""
        spread = (_FIRST_ROWS if self._chance.random() < 0.05 else len(self._leaves),)
        return [(False, self._chance.randrange(*spread)) for _ in range(count)]

    def additions(self, count: int) -> list[Made]:
        """That many branches that get another leaf."""
        return [(True, self._chance.randrange(len(self._branches))) for _ in range(count)]

    def take(self, made: Sequence[Made]) -> None:
        """On the screen's loop."""
        for is_new, index in made:
            if is_new:
                self._branches[index].add_leaf(f"new-{self._chance.randrange(16**8):08x}  RUNNING")
            else:
                leaf = self._leaves[index]
                name = str(leaf.label).partition("  ")[0]
                leaf.set_label(f"{name}  {self._chance.choice(_STATES)}")


def _app(count: int) -> "App[None]":
    from textual.app import App, ComposeResult
    from textual.binding import Binding
    from textual.widgets import Tree

    class Stock(App[None]):
        BINDINGS: ClassVar = [
            Binding("j", "move('cursor_down')"),
            Binding("k", "move('cursor_up')"),
        ]

        def compose(self) -> ComposeResult:
            yield Tree("fleet")

        def action_move(self, how: str) -> None:
            getattr(self.query_one(Tree), f"action_{how}")()

        async def on_mount(self) -> None:
            tree = self.query_one(Tree)
            tree.root.expand()
            rows = Rows(tree, count)
            self.animation_level = "none"  # a page would take its time on purpose
            tree.focus()
            self.set_timer(1.0, lambda: _feed(rows, tree))

    return Stock()


def _feed(rows: Rows, tree: "Tree[str]") -> None:
    loop = asyncio.get_running_loop()

    async def hand_over(made: Sequence[Made]) -> None:
        loop.call_soon_threadsafe(rows.take, made)

    feeder: Feeder[Made] = Feeder(rows.changes, rows.additions, hand_over)

    def changes(words: str) -> None:
        feeder.changes = int(words)

    def additions(words: str) -> None:
        feeder.additions = int(words)

    obey({"changes": changes, "additions": additions})
    feeder.start()
    report(ready=tree.last_line + 1)


if __name__ == "__main__":
    prepare_the_screen()
    asyncio.run(_app(int(sys.argv[1])).run_async())
