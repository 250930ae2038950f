"""The house rules that no linter knows: sizes that may not grow, and nothing half-built."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.model.kind import Kind

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "tui").rglob("*.py"))

LONG_FILES = 3
"""Modules of more than 300 lines. May only shrink."""
LONG_FUNCTIONS = 1
"""Functions of more than 40 lines. May only shrink."""
LARGE_CLASSES = 2
"""Classes of 20 methods or more. May only shrink."""


def parsed() -> Iterator[tuple[Path, ast.AST]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            yield source.relative_to(ROOT), node


def held(what: str, over: list[str], allowed: int) -> None:
    assert len(over) <= allowed, f"more {what} than before: {over}"


def test_modules_stay_small() -> None:
    lengths = {source: len(source.read_text().splitlines()) for source in SOURCES}
    over = [f"{path.relative_to(ROOT)}: {n}" for path, n in lengths.items() if n > 300]
    held("modules over 300 lines", over, LONG_FILES)


def test_functions_stay_small() -> None:
    over = [
        f"{path}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for path, node in parsed()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    held("functions over 40 lines", over, LONG_FUNCTIONS)


def test_classes_stay_small() -> None:
    over = []
    for path, node in parsed():
        if isinstance(node, ast.ClassDef):
            methods = [
                n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            public = [n for n in methods if not n.name.startswith("_")]
            if len(public) >= 20:
                over.append(f"{path}:{node.lineno} {node.name}: {len(public)}")
    held("classes with 20 public methods or more", over, LARGE_CLASSES)


def test_every_module_opens_with_a_sentence() -> None:
    silent = [str(s.relative_to(ROOT)) for s in SOURCES if not ast.get_docstring(parse(s))]
    assert silent == []


def parse(source: Path) -> ast.Module:
    return ast.parse(source.read_text())


@pytest.mark.parametrize(
    "package", ["textual", "boto3", "aiobotocore", "pyperclip", "bittty", "cryptography", "msgspec"]
)
def test_what_is_depended_on_is_used(package: str) -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert any(entry.startswith(package) for entry in named)
    imports = {
        alias.name.partition(".")[0]
        for _, node in parsed()
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for _, node in parsed()
        if isinstance(node, ast.ImportFrom)
    }
    assert package in imports


def test_every_kind_is_listed_by_someone() -> None:
    from tui.watch.source import LISTS

    listed = frozenset[Kind]().union(*LISTS.values())
    assert listed | {Kind.FLEET} == frozenset(Kind)
