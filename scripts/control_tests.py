"""Find which tests bear the ID of a control, and which code each file of tests looks at.

A test bears an ID when its name (``test_cloudtrail_2_...``) or its docstring names it, or when it runs
for it: the ID stands in its ``parametrize``, or in the table from which that takes its values. An ID
in an assertion is only repeated there and proves nothing. The docstring may name the capability too:
``KMS.4 of security-lake.`` A test that looks at whole stacks has to.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from source_trees import imports_in, text_of, tree_of

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
ID = re.compile(r"(?<![\w.])[A-Z][A-Za-z0-9]*\.\d+(?!\w|\.\d)")
CAPABILITY = re.compile(r"\bof ([a-z0-9]+(?:-[a-z0-9]+)*)")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
FOLDER = re.compile(r"baseline/[\w/]+")
# Whoever imports these reaches every construct, which says nothing about what is tested.
EVERYTHING = {"stacks.composition", "tests.composed", "tests.conftest", "tests.support"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tests say.

    Attributes:
        bearing: file of tests to control to the names of the tests that bear its ID.
        looks_at: file of tests to the dotted names of the modules it looks at.
        imports: file of tests to the modules that it imports itself.
        named: node ID to the capabilities that the docstring of the test names.
    """

    bearing: dict[str, dict[str, list[str]]]
    looks_at: dict[str, frozenset[str]]
    imports: dict[str, frozenset[str]]
    named: dict[str, frozenset[str]]


def evidence(known: Iterable[str], ids_in: Callable[[object], set[str]]) -> Evidence:
    """Read all tests.

    Args:
        known: the IDs that tests may bear in their names.
        ids_in: gives the IDs inside a value that a ``parametrize`` takes from the code.
    """
    words: dict[str, set[str]] = defaultdict(set)
    for control in known:
        for word in _words(control):
            words[word].add(control)
    bearing: dict[str, dict[str, list[str]]] = {}
    looks_at: dict[str, frozenset[str]] = {}
    imports: dict[str, frozenset[str]] = {}
    named: dict[str, frozenset[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        file = str(path.relative_to(ROOT))
        found: dict[str, list[str]] = defaultdict(list)
        for test, text, ids in _tests(path, ids_in):
            named[f"{file}::{test}"] = frozenset(CAPABILITY.findall(text))
            ids |= {control for part in _runs(test) for control in words.get(part, ())}
            for control in sorted(ids):
                found[control].append(test)
        bearing[file] = dict(found)
        imports[file] = _imports(path)
        looks_at[file] = _reached(path)
    return Evidence(bearing, looks_at, imports, named)


def _words(control: str) -> set[str]:
    """Give how the name of a test can spell an ID: ``step_functions_1``, ``iam_4``."""
    service, _, number = control.partition(".")
    return {f"{service.lower()}_{number}", f"{CAMEL.sub('_', service).lower()}_{number}"}


def _runs(test: str) -> Iterator[str]:
    """Give every run of whole words in the name of a test, ``test`` itself left out."""
    words = test.lower().split("_")
    for start in range(1, len(words)):
        for end in range(start + 1, len(words) + 1):
            yield "_".join(words[start:end])


def _tests(path: Path, ids_in: Callable[[object], set[str]]) -> Iterator[tuple[str, str, set[str]]]:
    """Give the tests of a file with their docstrings and the IDs that they bear."""
    tree = tree_of(path)
    tables = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    taken = _taken(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            text = ast.get_docstring(node) or ""
            ids = set(ID.findall(text))
            for decorator in node.decorator_list:
                ids |= _constants(decorator, tables)
                ids |= _from_code(decorator, tables, taken, ids_in)
            yield node.name, text, ids


def _constants(node: ast.AST, tables: dict[str, ast.expr]) -> set[str]:
    """Give the IDs among the constants of a decorator and of the tables that it names."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found |= set(ID.findall(inner.value))
        elif isinstance(inner, ast.ListComp):
            found |= _spelled(inner)
        elif isinstance(inner, ast.Name) and inner.id in tables:
            rest = {name: value for name, value in tables.items() if name != inner.id}
            found |= _constants(tables[inner.id], rest)
    return found


def _spelled(node: ast.ListComp) -> set[str]:
    """Give the IDs of a list that needs nothing to be computed: ``[f"WAF.{n}" for n in (10, 11)]``."""
    try:
        values = eval(compile(ast.Expression(node), "", "eval"), {})  # noqa: S307 - our own tests
    except Exception:  # noqa: BLE001 - it needs names of the module
        return set()
    return {value for value in values if isinstance(value, str) and ID.fullmatch(value)}


def _from_code(
    node: ast.AST,
    tables: dict[str, ast.expr],
    taken: dict[str, tuple[str, str]],
    ids_in: Callable[[object], set[str]],
) -> set[str]:
    """Give the IDs inside what a decorator takes from the package: ``sorted(ACTIVITIES)``."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in taken:
            module, name = taken[inner.id]
            value = getattr(importlib.import_module(module), name, None)
            # A table that is read once: rule_table().
            found |= ids_in(value() if hasattr(value, "cache_info") else value)
        elif isinstance(inner, ast.Name) and inner.id in tables:
            rest = {name: value for name, value in tables.items() if name != inner.id}
            found |= _from_code(tables[inner.id], rest, taken, ids_in)
    return found


def _taken(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Give local name to module and name, of what is imported from the package."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in imports_in(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("baseline.")
        for alias in node.names
        if node.module is not None
    }


@cache
def _reached(path: Path) -> frozenset[str]:
    """Give the modules of the package that a file looks at: by itself, its fixtures, its helpers."""
    found: set[str] = set()
    seen = {path}
    todo = [path, *_fixtures(path)]
    while todo:
        for module in _imports(todo.pop()):
            found.add(module)
            file = ROOT / f"{module.replace('.', '/')}.py"
            ours = module.startswith(("tests.", "stacks."))
            if ours and module not in EVERYTHING and file.exists() and file not in seen:
                seen.add(file)
                todo.append(file)
    return frozenset(found | {part for module in found for part in _parts(module)})


@cache
def _parts(module: str) -> frozenset[str]:
    """Give what a module of the package puts together from its own folder."""
    folder = module.rpartition(".")[0]
    file = ROOT / f"{module.replace('.', '/')}.py"
    if not module.startswith("baseline.") or not file.exists():
        return frozenset()
    return frozenset(part for part in _imports(file) if part.startswith(f"{folder}."))


def _fixtures(path: Path) -> list[Path]:
    """Give the conftest.py of the folders around a file, below ``tests/unit``."""
    folders = [folder for folder in path.parents if (TESTS / "unit") in folder.parents]
    return [file for folder in folders if (file := folder / "conftest.py").exists()]


@cache
def _imports(path: Path) -> frozenset[str]:
    """Give the modules that a file imports, and the handlers that it loads by their folder."""
    found: set[str] = set()
    for node in imports_in(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    if "baseline/" in text_of(path):
        found |= set(_folders(tree_of(path)))
    return frozenset(each for each in found if each.startswith(("baseline.", "stacks.", "tests.")))


def _folders(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and FOLDER.fullmatch(str(node.value)):
            yield str(node.value).rstrip("/").replace("/", ".")
