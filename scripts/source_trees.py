"""Python files as trees, each parsed once: three readers of the code look at the same thousand files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SUITES = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements stand inside a statement."""


@cache
def text_of(path: Path) -> str:
    """Give the text of a file."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """Give the tree of a file."""
    return ast.parse(text_of(path))


def imports_in(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Give the imports wherever they stand; expressions, nine tenths of a tree, have none."""
    todo: list[ast.AST] = [tree]
    for node in todo:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        for suite in SUITES:
            todo += getattr(node, suite, ())
