"""No attribute of our widgets hides one of Textual's: that would crash far away."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from typing import TypeGuard

import pytest
from textual.app import App
from textual.dom import DOMNode
from textual.geometry import Region, Size
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

import tui.ui
from tui.ui.app import HatchwayApp
from tui.ui.screens.main import MainScreen

MEANT_TO_BE_OVERRIDDEN = frozenset(
    """
    ALLOW_SELECT AUTO_FOCUS BINDINGS CAN_FOCUS COMMANDS COMPONENT_CLASSES COMMAND_PALETTE_BINDING
    CSS CSS_PATH DEFAULT_CLASSES DEFAULT_CSS ENABLE_COMMAND_PALETTE ESCAPE_TO_MINIMIZE HELP
    HORIZONTAL_BREAKPOINTS INLINE_PADDING MODES SCREENS SUB_TITLE TITLE VERTICAL_BREAKPOINTS
    can_focus check_action compose get_content_height get_content_width
    get_default_screen get_driver_class get_system_commands has_focus_within help_text
    notify_style_update on_event render render_line render_lines validate_scroll_y watch_scroll_y
    _fatal_error
    """.split()  # noqa: SIM905
)
"""What Textual documents as ours to define, besides handlers, watchers and actions."""

OURS_BY_PREFIX = ("__", "on_", "watch_", "validate_", "compute_", "action_", "key_")


def classes() -> Iterator[type[MessagePump]]:
    """Every widget, screen and app of the user interface."""
    for module_info in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        module = importlib.import_module(module_info.name)
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, DOMNode) and found.__module__ == module.__name__:
                yield found


def textual_bases(ours: type) -> list[type]:
    return [base for base in ours.__mro__ if base.__module__.startswith("textual.")]


def names_of(found: type) -> dict[str, bool]:
    """The names that a class defines in its source, and whether in its body (or on `self`)."""
    names: dict[str, bool] = {}
    tree = ast.parse(textwrap.dedent(inspect.getsource(found))).body[0]
    assert isinstance(tree, ast.ClassDef)
    for node in ast.walk(tree):
        names |= {target.attr: False for target in assigned(node) if on_self(target)}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names[node.name] = True
        names |= {target.id: True for target in assigned(node) if isinstance(target, ast.Name)}
    return names


def assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


def on_self(target: ast.expr) -> TypeGuard[ast.Attribute]:
    return (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    )


OURS = sorted(set(classes()), key=lambda found: found.__qualname__)


@pytest.mark.parametrize("ours", OURS, ids=lambda found: found.__qualname__)
def test_no_private_name_of_textual_is_taken(ours: type[MessagePump]) -> None:
    theirs = set[str]().union(*(names_of(base) for base in textual_bases(ours)))
    taken = {
        name
        for name, in_body in names_of(ours).items()
        if name in theirs
        and not name.startswith(OURS_BY_PREFIX)
        and name not in MEANT_TO_BE_OVERRIDDEN
        # Textual's public attributes, such as `can_focus`, are there to be set on an instance.
        and (in_body or name.startswith("_"))
    }
    assert not taken


def test_the_walk_finds_the_terminal_and_the_check_would_notice() -> None:
    assert "Terminal" in {found.__qualname__ for found in OURS}

    class Clumsy(Widget):
        def _set_dirty(self, *regions: Region) -> None:
            self._size = Size(1, 1)

    theirs = names_of(Widget)
    assert {"_set_dirty", "_size"} <= names_of(Clumsy).keys() & theirs.keys()
    assert textual_bases(HatchwayApp)[0] is App
    assert Screen in textual_bases(MainScreen)
